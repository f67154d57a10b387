// Owns `createLive`, the public door of live updates: checks the options, and gives each client a connection of its own.
import type { LiveUpdates } from '../client/live.ts'
import { SessionConfigError } from '../errors/session-config-error.ts'
import { createConnection } from './connection.ts'

/** Options of `createLive`. */
export interface LiveOptions {
  /** How often a visible page reads while there is no stream, in milliseconds. At least 1,000. @default 30_000 */
  readonly pollMs?: number | undefined
}

/**
 * Creates live updates for `createSessionClient`: a change by another device or by server code shows within a round trip, without
 * a focus. One visible tab of a browser holds one stream of server-sent events and passes on to the others what it receives. If the
 * server has no streams, or a proxy holds them back, the page polls. Hidden tabs and servers do neither.
 *
 * @throws SessionConfigError if `pollMs` is not a number from 1,000 up
 * @example
 * const session = createSessionClient({ url: '/session', schema, live: createLive() })
 * session.live // 'stream'
 */
export function createLive({ pollMs = 30_000 }: LiveOptions = {}): LiveUpdates {
  if (!(pollMs >= 1000 && pollMs < Number.POSITIVE_INFINITY)) {
    throw new SessionConfigError(`Failed to create live updates: pollMs is ${pollMs}. Give milliseconds, at least 1000.`)
  }
  return (sync) => createConnection(sync, pollMs)
}

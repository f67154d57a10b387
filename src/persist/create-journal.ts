// Owns `createJournal` and its options. `index.ts` gives it to apps.
import type { SessionPersistence } from '../client/journal.ts'
import type { OpenDisk } from './disk.ts'
import { openIndexedDb } from './indexed-db.ts'
import { createClientJournal } from './journal.ts'

/** Options of `createJournal`. */
export interface JournalOptions {
  /** How long unsent writes are kept, in milliseconds, counted from their last change. @default 1209600000, 14 days */
  readonly maxAgeMs?: number | undefined
  /** How large a log may grow, in characters of JSON. New writes beyond it stay in memory. @default 1048576 */
  readonly maxBytes?: number | undefined
  /** How long the first request waits for the disk, in milliseconds. After that everything works in memory. @default 2000 */
  readonly openingMs?: number | undefined
  /** Opens the disk. @default IndexedDB, in a database named by the session's URL */
  readonly openDisk?: OpenDisk | undefined
  /** Returns the cookies that script sees. @default `document.cookie` */
  readonly cookies?: (() => string) | undefined
}

/**
 * Creates the option `persist`: the session and its pending writes survive reloads, crashes and offline time. It needs IndexedDB and Web
 * Locks, which browsers give to secure contexts; without them everything works in memory, and `session.journal` says so.
 * docs/offline.md says what is promised and what is not.
 *
 * @example
 * const session = createSessionClient({ url: '/session', schema, persist: createJournal() })
 */
export function createJournal(options: JournalOptions = {}): SessionPersistence {
  const { maxAgeMs = 14 * 86_400_000, maxBytes = 1_048_576, openingMs = 2000, openDisk = openIndexedDb } = options
  const cookies = options.cookies ?? (() => (typeof document === 'undefined' ? '' : document.cookie))
  return (host) => createClientJournal(host, { maxAgeMs, maxBytes, openingMs, openDisk, cookies })
}

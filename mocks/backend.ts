// Declares what a mock server needs of its backend, and builds the real handler for one. Implemented by stored-backend and
// django/cookie-backend.
import { SessionUsageError } from '../src/errors/session-usage-error.ts'
import type { JsonObject } from '../src/protocol/json.ts'
import { checkOptions } from '../src/server/check-options.ts'
import type { Exposure } from '../src/server/exposure.ts'
import { createHandler } from '../src/server/handler.ts'
import type { ServerSession, SessionHandler, SessionHandlerOptions, SessionStore } from '../src/server/index.ts'

/** What server code sees of a session, after it ran. */
export interface SessionView {
  readonly data: JsonObject
  readonly lineage: string | null
  readonly identity: string | null
}

/** The options of the handler behind the network, but for its store. */
export type BackendOptions = Omit<SessionHandlerOptions, 'store'> & { readonly now: () => number; readonly exposure: Exposure }

/** The server behind the network: everything that a mock server asks of it. */
export interface MockBackend {
  /** Answers a request to the session. */
  handle(request: Request): Promise<Response>
  /** Runs server code on the session that a request's cookie names; cookies that it sets are on the answer. */
  serve(request: Request, run: (session: ServerSession) => Response | Promise<Response>): Promise<Response>
  /** Ends the session that a request's cookie names, as time does: the cookie is left. */
  expire(request: Request): Promise<void>
  /** Takes that session out of the cache. @throws SessionUsageError where there is none. */
  evict(request: Request): Promise<void>
  /** Deletes that session's row alone. @throws SessionUsageError where there are none. */
  deleteRow(request: Request): Promise<void>
  /**
   * Reads that session's row for a load which found nothing in the cache; the function that it returns puts what was read there.
   *
   * @throws SessionUsageError where no cache stands before rows.
   */
  loadLate(request: Request): Promise<() => void>
}

/**
 * Creates the handler of a backend over a store.
 *
 * @throws SessionConfigError if an option of the handler cannot work.
 */
export function createBackendHandler({ exposure, ...options }: BackendOptions, store: SessionStore): SessionHandler {
  checkOptions({ ...options, store })
  return createHandler({ ...options, store }, exposure)
}

/** Says that a backend has not what an event needs. */
export function refuse(act: string, reason: string): never {
  throw new SessionUsageError(`Failed to ${act}: ${reason}`)
}

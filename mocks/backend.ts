// Declares what a mock server needs of its backend, and builds the real handler for one. Implemented by stored-backend and
// django/cookie-backend.
import { SessionUsageError } from '../src/errors/session-usage-error.ts'
import type { JsonObject } from '../src/protocol/json.ts'
import { checkOptions } from '../src/server/check-options.ts'
import type { Exposure } from '../src/server/exposure.ts'
import { createHandler } from '../src/server/handler.ts'
import type { ServerSession, SessionHandler, SessionHandlerOptions, SessionStore } from '../src/server/index.ts'

/** What server code sees of a session. */
export interface SessionView {
  readonly data: JsonObject
  readonly lineage: string | null
  readonly identity: string | null
}

/** The handler's options, without its store. */
export type BackendOptions = Omit<SessionHandlerOptions, 'store'> & { readonly now: () => number; readonly exposure: Exposure }

/** The server behind the mock network. */
export interface MockBackend {
  /** Serves a request to the session. */
  handle(request: Request): Promise<Response>
  /** Runs server code on the session that a request's cookie names. The response carries the cookies that the code sets. */
  serve(request: Request, run: (session: ServerSession) => Response | Promise<Response>): Promise<Response>
  /** Ends the session that a request's cookie names, as its expiry would. The cookie stays. */
  expire(request: Request): Promise<void>
  /** Evicts that session from the cache. @throws SessionUsageError if the backend has no cache. */
  evict(request: Request): Promise<void>
  /** Deletes that session's row and nothing else. @throws SessionUsageError if the backend has no rows. */
  deleteRow(request: Request): Promise<void>
  /**
   * Reads that session's row, as a load does that missed the cache. Returns a function that fills the cache with what was read.
   *
   * @throws SessionUsageError if the backend has no cache in front of rows.
   */
  loadLate(request: Request): Promise<() => void>
}

/**
 * Creates the handler of a backend over a store.
 *
 * @throws SessionConfigError if one of the handler's options cannot work.
 */
export function createBackendHandler({ exposure, ...options }: BackendOptions, store: SessionStore): SessionHandler {
  checkOptions({ ...options, store })
  return createHandler({ ...options, store }, exposure)
}

/** Throws because a backend lacks what an event needs. */
export function refuse(act: string, reason: string): never {
  throw new SessionUsageError(`Failed to ${act}: ${reason}`)
}

// The error of a write that the server rejected, with the keys that it named.
import { SessionError } from './session-error.ts'

/** One refused key, as the server names it. */
export interface SessionRejection {
  /** The key that the server refuses. */
  readonly key?: string | undefined
  /** Where in the value, from the outside in. */
  readonly path?: readonly (string | number)[] | undefined
  /** Why, in the server's words; absent if `problem` says all. */
  readonly message?: string | undefined
}

/** What the server said beside the keys. */
export interface RejectionHints {
  readonly limit?: number | undefined
  readonly detail?: string | undefined
}

/** Rejects a write that the server refused: for what it contains (400, 413, 422), or for where it comes from (403). Nothing of it was stored. */
export class SessionRejectedError extends SessionError {
  override readonly name = 'SessionRejectedError'
  readonly code = 'rejected'
  /** The HTTP status: 400, 403, 413 or 422. */
  readonly status: number
  /** The name of the problem, such as `too-large`, `refused` or `csrf`. */
  readonly problem: string
  /** The keys that the server named; empty where it named none. */
  declare readonly errors: readonly SessionRejection[]
  /** The limit that was exceeded: bytes for `too-large`, seconds for `expiry-too-long`; undefined if the server named none. */
  readonly limit: number | undefined

  constructor(status: number, problem: string, errors: readonly SessionRejection[] = [], hints: RejectionHints = {}) {
    super(`Failed to write to the session: the server refused it (${status}, ${problem}). ${adviceOn(problem, hints)}`, { errors })
    this.status = status
    this.problem = problem
    this.limit = hints.limit
  }
}

/** The server's own words only where they hold no session data: those of a `csrf` name origins. */
function adviceOn(problem: string, { limit, detail }: RejectionHints): string {
  if (problem === 'csrf') return detail ?? 'Let the server accept the origin of the page, and its CSRF token.'
  if (problem !== 'expiry-too-long') return 'Change the value; errors says which.'
  return `Give setExpiry ${limit === undefined ? 'less' : `at most ${limit * 1000} ms`}, or raise maxAgeMs on the server.`
}

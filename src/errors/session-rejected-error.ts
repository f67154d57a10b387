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

/** What the server sent in addition to the keys. */
export interface RejectionHints {
  readonly limit?: number | undefined
  readonly detail?: string | undefined
}

/**
 * Rejects a write that the server refused: for what it contains (400, 413, 422), for where it comes from (403), or because the
 * server cannot take writes as it is set up (404, 405, 500, 501). Nothing of it was stored.
 */
export class SessionRejectedError extends SessionError {
  override readonly name = 'SessionRejectedError'
  readonly code = 'rejected'
  /** The HTTP status. */
  readonly status: number
  /** The name of the problem, such as `too-large`, `refused`, `csrf` or `method`. */
  readonly problem: string
  /** The keys that the server named; empty if it named no key. */
  declare readonly errors: readonly SessionRejection[]
  /** The limit that was exceeded: bytes for `too-large`, seconds for `expiry-too-long`; undefined if the server named none. */
  readonly limit: number | undefined

  constructor(status: number, problem: string, errors: readonly SessionRejection[] = [], hints: RejectionHints = {}) {
    super(`Failed to write to the session: the server refused it (${status}, ${problem}). ${adviceOn(problem, errors, hints)}`, { errors })
    this.status = status
    this.problem = problem
    this.limit = hints.limit
  }
}

/** Returns what to do. The server's own words are quoted only if they hold no session data, such as those of a `csrf`, which name origins. */
function adviceOn(problem: string, errors: readonly SessionRejection[], { limit, detail }: RejectionHints): string {
  if (detail !== undefined) return detail
  if (problem === 'csrf') return 'Let the server accept the origin of the page, and its CSRF token.'
  if (problem === 'private-key')
    return `It does not expose ${namesOf(errors)}. Add it to the schema or keys of the server (Django: SCHEMA or KEYS), and deploy the server before the page.`
  if (problem === 'read-only-key')
    return `Only the server writes ${namesOf(errors)}. Name it in readOnly of createSessionClient, so that a write does not compile, or take it out of readOnly of the server (Django: READ_ONLY_KEYS).`
  if (problem !== 'expiry-too-long') return 'Change the values that errors lists.'
  return `Give setExpiry ${limit === undefined ? 'less' : `at most ${limit * 1000} ms`}, or raise maxAgeMs on the server.`
}

const maxNames = 3

function namesOf(errors: readonly SessionRejection[]): string {
  const names = errors.flatMap(({ key }) => (key === undefined ? [] : [JSON.stringify(key)]))
  if (names.length === 0) return 'a key of this commit'
  return `${names.length > 1 ? 'the keys' : 'the key'} ${names.slice(0, maxNames).join(', ')}${names.length > maxNames ? ' and others' : ''}`
}

// Declares problem documents (RFC 9457) and parses untrusted ones. Called by the client and by the conformance checks.
import { isObject } from './json.ts'

/**
 * The names of the protocol's problems: the last segment of a problem document's `type` (RFC 9457).
 * docs/protocol.md says what each means.
 */
export type ProblemName =
  | 'bad-request'
  | 'unauthenticated'
  | 'csrf'
  | 'method-not-allowed'
  | 'unknown-key'
  | 'forgotten'
  | 'out-of-step'
  | 'conflict'
  | 'gone'
  | 'too-large'
  | 'unsupported-media-type'
  | 'refused'
  | 'private-key'
  | 'read-only-key'
  | 'expiry-too-long'
  | 'misdirected'
  | 'key-reused'
  | 'rate-limited'
  | 'server-error'
  | 'unavailable'

/** One refused key of a 413 or 422. */
export interface ProblemDetail {
  /** The key that is refused. */
  readonly key?: string | undefined
  /** Where in its value, from the outside in. */
  readonly path?: readonly (string | number)[] | undefined
  /** Why, in the server's words; absent if the problem's name says all. */
  readonly message?: string | undefined
}

/** A problem document, as far as the client reads it. */
export interface Problem {
  /** Last segment of `type`; a name of `ProblemName` or one that a later server added. */
  readonly name: string
  /** The keys that the server names; empty where it names none. */
  readonly errors: readonly ProblemDetail[]
  /** The limit that was exceeded: bytes for a 413, seconds for `expiry-too-long`; undefined if the server names none. */
  readonly limit?: number | undefined
  /** What is wrong with the request, for the developer; undefined if the server does not say. */
  readonly detail?: string | undefined
  /** `consumed-body` of a `server-error`: something in front of the session read the body, so no commit can be stored. */
  readonly reason?: string | undefined
}

/** What the `type` of this project's own problem documents begins with. */
export const problemPrefix = 'urn:sojourn:problem:'

const isDetail = (value: unknown): value is ProblemDetail =>
  isObject(value) &&
  (value.message === undefined || typeof value.message === 'string') &&
  (value.key === undefined || typeof value.key === 'string') &&
  (value.path === undefined || Array.isArray(value.path))

/** Checks an untrusted value to be a problem document with a type of its own; anything else is undefined. */
export function parseProblem(value: unknown): Problem | undefined {
  if (!isObject(value) || typeof value.type !== 'string') return
  // Bounded: without a limit a long text that ends otherwise takes quadratic time.
  const name = /[\w-]{1,100}$/.exec(value.type)?.[0]
  if (name === undefined || name === 'blank') return
  return {
    name,
    errors: Array.isArray(value.errors) ? value.errors.filter(isDetail) : [],
    ...(typeof value.limit === 'number' && { limit: value.limit }),
    ...(typeof value.detail === 'string' && { detail: value.detail.slice(0, 2_000) }),
    ...(typeof value.reason === 'string' && { reason: value.reason }),
  }
}

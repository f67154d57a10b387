// Builds the server's problem documents (RFC 9457). Holds the status and title of each; docs/protocol.md prints the same table.
import { type ProblemDetail, type ProblemName, problemPrefix } from '../protocol/problem.ts'
import type { State } from '../protocol/state.ts'
import type { HttpResponse } from './http.ts'

/** Status and title of each problem; docs/protocol.md prints this table. */
const problems: Readonly<Record<ProblemName, readonly [status: number, title: string]>> = {
  'bad-request': [400, 'The request is not of the protocol'],
  unauthenticated: [401, 'Sign in first'],
  csrf: [403, 'The request does not come from the same origin'],
  'method-not-allowed': [405, 'The session has no such method'],
  'unknown-key': [409, 'The cookie names no session'],
  forgotten: [409, 'It cannot be told any more whether the commit is stored'],
  'out-of-step': [409, 'The commit does not follow on the last one that is stored'],
  conflict: [409, 'A key is not as the commit expects'],
  gone: [410, 'The session is another one, or none'],
  'too-large': [413, 'Too large'],
  'unsupported-media-type': [415, 'The body must be JSON in UTF-8'],
  refused: [422, 'The values are refused'],
  'private-key': [422, 'The key is not exposed to clients'],
  'read-only-key': [422, 'The key can only be written by the server'],
  'expiry-too-long': [422, 'The session may not live for so long'],
  misdirected: [421, 'The server does not serve this host'],
  'key-reused': [422, 'The commit number was used for something else'],
  'rate-limited': [429, 'Too many requests'],
  'server-error': [500, 'The server failed'],
  unavailable: [503, 'The session cannot be reached now'],
}

/** What a problem document says beside its name. */
export interface ProblemParts {
  /** What is wrong with this request, for people. Never holds session data. */
  readonly detail?: string | undefined
  /** `consumed-body` of a `server-error`. */
  readonly reason?: 'consumed-body' | undefined
  /** The refused keys of a 413 or 422. */
  readonly errors?: readonly ProblemDetail[] | undefined
  /** The limit that was exceeded: of a 413 in bytes, of an `expiry-too-long` in seconds. */
  readonly limit?: number | undefined
  /** The keys in conflict; empty where only the version differs. */
  readonly conflicts?: readonly string[] | undefined
  /** The state to go on from, with a 409 or 410. */
  readonly state?: State | undefined
  /** Further header fields. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** Makes a problem document (RFC 9457). */
export function toProblem(name: ProblemName, parts: ProblemParts = {}): HttpResponse {
  const [status, title] = problems[name]
  const { state, headers, ...members } = parts
  const body = JSON.stringify({ type: problemPrefix + name, title, status, ...members, ...state })
  return { status, headers: { 'Content-Type': 'application/problem+json', ...headers }, cookies: [], body }
}

// Owns the one table from response to outcome. `exchange.ts` calls it; docs/errors.md prints it. It never looks at the client's state.
import type { SessionError } from '../errors/session-error.ts'
import { SessionNetworkError } from '../errors/session-network-error.ts'
import { SessionProtocolError } from '../errors/session-protocol-error.ts'
import { type ProblemDetail, parseProblem } from '../protocol/problem.ts'
import { type Answer, parseAnswer, parseState, type State } from '../protocol/state.ts'
import type { WireAnswer } from '../transport/transport.ts'
import { parseRetryAfter } from './retry-after.ts'

/** Says nothing of what the server stored; the request is sent again. */
export interface Failure {
  readonly kind: 'failed'
  readonly error: SessionError
  /** How long the server asked to wait, in milliseconds; 0 if it did not. */
  readonly retryAfterMs: number
  /** The status; undefined if no response arrived. */
  readonly status: number | undefined
  /** Whether the server asked for time, so that the failure is not the commit's fault. */
  readonly isTemporary: boolean
}

/** The server refuses what the commit contains. */
export interface Rejection {
  readonly kind: 'rejected'
  readonly status: number
  readonly problem: string
  readonly errors: readonly ProblemDetail[]
  /** The limit that the commit exceeds; undefined if the server names none. */
  readonly limit?: number | undefined
}

/** What a response means for the exchange. */
export type Outcome =
  /** The exchange succeeded; a commit is stored. */
  | { readonly kind: 'state'; readonly answer: Answer }
  /** Nothing has changed since the version that the request named. */
  | { readonly kind: 'unchanged' }
  /** The session was ended. */
  | { readonly kind: 'ended' }
  /** The commit is not stored: another client was first, or the order is out of step. */
  | { readonly kind: 'conflict'; readonly state: State }
  /** The cookie names another session, or none. A read has to confirm it. */
  | { readonly kind: 'other-session' }
  | { readonly kind: 'unknown-key' }
  | { readonly kind: 'key-reused' }
  | { readonly kind: 'needs-auth' }
  /** The server does not accept where the request comes from, or its token. `isNamed`: it says so; else a proxy may speak. */
  | { readonly kind: 'csrf'; readonly isNamed: boolean; readonly detail: string | undefined }
  | Rejection
  | Failure
  /** The client itself cut the exchange: for a section, for the page that is left, after the back/forward cache. */
  | { readonly kind: 'cut' }

/** Returns the outcome of an exchange that brought no response. */
export function classifyFailure(cause: unknown): Failure {
  return { kind: 'failed', error: new SessionNetworkError(undefined, { cause }), retryAfterMs: 0, status: undefined, isTemporary: true }
}

/** Returns the outcome of a response that makes no sense for its request. */
export function misplaced(status: number, what = 'it does not belong to the request'): Failure {
  return { kind: 'failed', error: new SessionProtocolError(status, what), retryAfterMs: 0, status, isTemporary: false }
}

/**
 * Returns what a response means. A response that is not clearly of the protocol keeps everything and is tried again, because
 * a proxy or a captive portal may have sent it.
 */
export function classifyResponse({ status, header, body }: WireAnswer): Outcome {
  const problem = parseProblem(body)
  const fail = (error: SessionError): Failure => {
    const retryAfterMs = parseRetryAfter(header('Retry-After'), header('Date'))
    return { kind: 'failed', error, retryAfterMs, status, isTemporary: status === 429 || header('Retry-After') !== null }
  }
  if (status === 200) {
    const answer = parseAnswer(body)
    return answer ? { kind: 'state', answer } : fail(new SessionProtocolError(status, 'the body is no state'))
  }
  if (status === 304) return { kind: 'unchanged' }
  if (status === 204) return { kind: 'ended' }
  if (status === 401) return { kind: 'needs-auth' }
  if (status === 403 && (!problem || problem.name === 'csrf'))
    return { kind: 'csrf', isNamed: problem !== undefined, detail: problem?.detail }
  if (status === 409 && problem?.name === 'unknown-key') return { kind: 'unknown-key' }
  if (status === 409) {
    const state = parseState(body)
    return state
      ? { kind: 'conflict', state: problem?.name === 'forgotten' ? { ...state, forgotten: true } : state }
      : fail(new SessionProtocolError(status, 'the body is no state'))
  }
  if (status === 410 && (problem || parseState(body))) return { kind: 'other-session' }
  if (status === 422 && problem?.name === 'key-reused') return { kind: 'key-reused' }
  if (status === 413 || (problem && (status === 400 || status === 422))) {
    return { kind: 'rejected', status, problem: problem?.name ?? 'too-large', errors: problem?.errors ?? [], limit: problem?.limit }
  }
  return fail(new SessionNetworkError(status))
}

// Owns the one table from response to outcome. `exchange.ts` calls it; docs/errors.md prints it. It never looks at the client's state.
import { isSessionError, type SessionError } from '../errors/session-error.ts'
import { SessionNetworkError } from '../errors/session-network-error.ts'
import { protocolAdvice, SessionProtocolError, type SessionProtocolReason } from '../errors/session-protocol-error.ts'
import { type Problem, type ProblemDetail, parseProblem } from '../protocol/problem.ts'
import { type Answer, parseAnswer, parseState, type State } from '../protocol/state.ts'
import type { WireAnswer } from '../transport/transport.ts'
import { parseRetryAfter } from './retry-after.ts'

/** Says nothing of what the server stored; the request is sent again. */
export interface Failure {
  readonly kind: 'failed'
  readonly error: SessionError
  /** How long the server asked to wait, in milliseconds; 0 if it did not. */
  readonly retryAfterMs: number
  /** The status; 0 if no request could be made, undefined if no response arrived. */
  readonly status: number | undefined
  /** Whether the failure is not the commit's fault: the server asked for time, or somebody else answered. */
  readonly isTemporary: boolean
  /** Why no commit can be stored in this way, if reads succeed: nothing was stored. */
  readonly refusal?: Refusal | undefined
}

/** The server takes no commit from this page, whatever it contains. */
export interface Refusal {
  readonly status: number
  readonly problem: string
  /** What to do about it; undefined if the server does not say. */
  readonly detail?: string | undefined
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
  /** The server does not accept where the request comes from, or its token. Without a refusal a proxy may speak. */
  | { readonly kind: 'csrf'; readonly refusal: Refusal | undefined }
  | Rejection
  | Failure
  /** The client itself cut the exchange: for a section, for the page that is left, after the back/forward cache. */
  | { readonly kind: 'cut' }

/** Returns the outcome of an exchange that brought no response. A transport that could make no request says so by a config error. */
export function classifyFailure(cause: unknown, isCrossOrigin?: boolean): Failure {
  const isConfig = isSessionError(cause) && cause.code === 'config'
  const error = isConfig ? cause : new SessionNetworkError(undefined, { cause, isCrossOrigin })
  return { kind: 'failed', error, retryAfterMs: 0, status: isConfig ? 0 : undefined, isTemporary: true }
}

/** Returns the outcome of a response that makes no sense for its request. */
export function misplaced(status: number, reason: SessionProtocolReason = 'malformed'): Failure {
  return { kind: 'failed', error: new SessionProtocolError(status, reason), retryAfterMs: 0, status, isTemporary: false }
}

const unserved: Readonly<Record<number, SessionProtocolReason>> = { 404: 'not-found', 405: 'method', 501: 'method' }

/** Returns why no commit can be stored, if the method is not served there, or nobody gets to read a body. */
function toRefusal(status: number, problem: Problem | undefined): Partial<Failure> {
  const reason = unserved[status]
  // A 404 may pass, as during a deploy.
  const refusal = reason === 'method' ? { status, problem: reason, detail: protocolAdvice[reason] } : undefined
  if (reason) return { error: new SessionProtocolError(status, reason), refusal }
  return problem?.reason === 'consumed-body' ? { refusal: { status, problem: problem.reason, detail: problem.detail } } : {}
}

/**
 * Returns what a response means. A response that is not clearly of the protocol keeps everything and is tried again, because
 * a proxy or a captive portal may have sent it.
 */
export function classifyResponse({ status, redirected, header, body }: WireAnswer): Outcome {
  const problem = parseProblem(body)
  const fail = (error: SessionError): Failure => {
    const retryAfterMs = parseRetryAfter(header('Retry-After'), header('Date'))
    return { kind: 'failed', error, retryAfterMs, status, isTemporary: status === 429 || header('Retry-After') !== null }
  }
  if (redirected || (status >= 300 && status < 400 && status !== 304))
    return { ...fail(new SessionProtocolError(status, 'redirect')), isTemporary: true }
  if (status === 200) {
    const answer = parseAnswer(body)
    const isPage = header('Content-Type')?.includes('html')
    return answer ? { kind: 'state', answer } : fail(new SessionProtocolError(status, isPage ? 'page' : 'malformed'))
  }
  if (status === 304) return { kind: 'unchanged' }
  if (status === 204) return { kind: 'ended' }
  if (status === 401) return { kind: 'needs-auth' }
  if (status === 403 && (!problem || problem.name === 'csrf'))
    return { kind: 'csrf', refusal: problem && { status, problem: problem.name, detail: problem.detail } }
  if (status === 409 && problem?.name === 'unknown-key') return { kind: 'unknown-key' }
  if (status === 409) {
    const state = parseState(body)
    return state
      ? { kind: 'conflict', state: problem?.name === 'forgotten' ? { ...state, forgotten: true } : state }
      : fail(new SessionProtocolError(status, 'malformed'))
  }
  if (status === 410 && (problem || parseState(body))) return { kind: 'other-session' }
  if (status === 422 && problem?.name === 'key-reused') return { kind: 'key-reused' }
  if (status === 413 || (problem && (status === 400 || status === 422))) {
    return { kind: 'rejected', status, problem: problem?.name ?? 'too-large', errors: problem?.errors ?? [], limit: problem?.limit }
  }
  const failure = fail(new SessionNetworkError(status, { detail: problem?.detail }))
  return failure.isTemporary ? failure : { ...failure, ...toRefusal(status, problem) }
}

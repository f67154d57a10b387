import type { SessionError } from '../errors/session-error.ts'
import { SessionNetworkError } from '../errors/session-network-error.ts'
import { SessionProtocolError } from '../errors/session-protocol-error.ts'
import { type ProblemDetail, parseProblem } from '../protocol/problem.ts'
import { type Answer, parseAnswer, parseState, type State } from '../protocol/state.ts'
import type { WireAnswer } from '../transport/transport.ts'
import { retryAfterMs } from './backoff.ts'

/** What an answer means for the exchange. */
export type Verdict =
  /** The exchange succeeded; a commit is stored. */
  | { readonly kind: 'state'; readonly answer: Answer }
  /** Nothing has changed since the version that was named. */
  | { readonly kind: 'unchanged' }
  /** The session was ended. */
  | { readonly kind: 'gone' }
  /** The commit is not stored: somebody else was first, or the order is out of step. */
  | { readonly kind: 'refused'; readonly state: State }
  /** The cookie names another session, or none: to be looked at again. */
  | { readonly kind: 'other-lineage' }
  | { readonly kind: 'unknown-key' }
  | { readonly kind: 'key-reused' }
  | { readonly kind: 'needs-auth' }
  | { readonly kind: 'csrf' }
  /** The server refuses what the commit contains. */
  | {
      readonly kind: 'rejected'
      readonly status: number
      readonly name: string
      readonly errors: readonly ProblemDetail[]
      readonly limit?: number | undefined
    }
  /** Nothing can be said of the outcome: tried again. `isTemporary` where the server asked for time. */
  | {
      readonly kind: 'failed'
      readonly error: SessionError
      readonly retryAfterMs: number
      readonly isAnswered: boolean
      readonly isTemporary: boolean
    }

/** The verdict on an exchange that brought no answer. */
export function judgeFailure(cause: unknown): Verdict {
  return { kind: 'failed', error: new SessionNetworkError(undefined, { cause }), retryAfterMs: 0, isAnswered: false, isTemporary: true }
}

/** The verdict on an answer that makes no sense where it came. */
export function failed(status: number): Verdict & { kind: 'failed' } {
  return {
    kind: 'failed',
    error: new SessionProtocolError(status, 'it does not belong to the request'),
    retryAfterMs: 0,
    isAnswered: true,
    isTemporary: false,
  }
}

/**
 * Says what an answer means. This is the one table of answers; docs/errors.md prints it. Anything that is not clearly of
 * the protocol keeps everything and is tried again, since a proxy or a captive portal may speak here.
 */
export function judge({ status, header, body }: WireAnswer): Verdict {
  const problem = parseProblem(body)
  const fail = (error: SessionError): Verdict => {
    const waitMs = retryAfterMs(header('Retry-After'), header('Date'))
    return { kind: 'failed', error, retryAfterMs: waitMs, isAnswered: true, isTemporary: status === 429 || header('Retry-After') !== null }
  }
  if (status === 200) {
    const answer = parseAnswer(body)
    return answer ? { kind: 'state', answer } : fail(new SessionProtocolError(status, 'the body is no state'))
  }
  if (status === 304) return { kind: 'unchanged' }
  if (status === 204) return { kind: 'gone' }
  if (status === 401) return { kind: 'needs-auth' }
  if (status === 403 && (!problem || problem.name === 'csrf')) return { kind: 'csrf' }
  if (status === 409 && problem?.name === 'unknown-key') return { kind: 'unknown-key' }
  if (status === 409) {
    const state = parseState(body)
    return state
      ? { kind: 'refused', state: problem?.name === 'forgotten' ? { ...state, forgotten: true } : state }
      : fail(new SessionProtocolError(status, 'the body is no state'))
  }
  if (status === 410 && (problem || parseState(body))) return { kind: 'other-lineage' }
  if (status === 422 && problem?.name === 'key-reused') return { kind: 'key-reused' }
  if (status === 413 || (problem && (status === 400 || status === 422))) {
    return { kind: 'rejected', status, name: problem?.name ?? 'too-large', errors: problem?.errors ?? [], limit: problem?.limit }
  }
  return fail(new SessionNetworkError(status))
}

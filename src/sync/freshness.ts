// Owns what tells a fresh response from a cached one: each request carries a value of its own in `Session-Request`, which servers repeat.
// `request.ts` names requests by it and `loop.ts` has it judge every response. Pure. It never decides what a fresh response means.
import { SessionProtocolError } from '../errors/session-protocol-error.ts'
import type { Outcome } from './classify-response.ts'

/** What the client knows of caches between itself and the server. */
export interface Freshness {
  /** Requests that were no commits, to name the next one. */
  readonly requests: number
  /** Whether a response has repeated its request's value. A state without one then came from a cache. */
  readonly isEchoed: boolean
  /** Whether a cache has responded to a read. From then on reads carry a query, for which no cache has a response. */
  readonly isBypassed: boolean
}

/** What an exchange brought. */
export interface Response {
  readonly outcome: Outcome
  /** The status; undefined if no response arrived. */
  readonly status: number | undefined
  /** The `Session-Request` that the response repeats; null if there is none. */
  readonly echo: string | null
}

/** Creates what a client knows that has sent nothing. */
export function createFreshness(): Freshness {
  return { requests: 0, isEchoed: false, isBypassed: false }
}

/** Counts a request that is no commit. A commit is named by its number, so that a gateway may repeat the first response to it. */
export function countRequest(freshness: Freshness, kind: 'read' | 'commit' | 'end'): Freshness {
  return kind === 'commit' ? freshness : { ...freshness, requests: freshness.requests + 1 }
}

const states: readonly Outcome['kind'][] = ['state', 'unchanged', 'conflict', 'other-session', 'unknown-key']

/** Whether a response does not repeat the value of its request, although the server repeats such values. */
export function lacksEcho({ isEchoed }: Freshness, value: string | undefined, echo: string | null): boolean {
  return echo === null ? isEchoed : echo !== value
}

/** Whether a response belongs to another request than the one with this value. A failure or a refusal needs no echo: a proxy may send it. */
export function isForeign(freshness: Freshness, value: string, { echo, outcome }: Response): boolean {
  return lacksEcho(freshness, value, echo) && (echo !== null || states.includes(outcome.kind))
}

/**
 * Judges the response to a request with this value. The first read that a cache responds to goes again at once, past the cache.
 * Every other foreign response is a failure, and the client backs off: behind a service worker it would send without end.
 */
export function judgeResponse(freshness: Freshness, value: string, response: Response, isRead: boolean): [Freshness, Outcome] {
  const { echo, outcome, status = 0 } = response
  if (!isForeign(freshness, value, response)) return [{ ...freshness, isEchoed: freshness.isEchoed || echo === value }, outcome]
  if (isRead && !freshness.isBypassed) return [{ ...freshness, isBypassed: true }, { kind: 'cut' }]
  return [freshness, { kind: 'failed', error: new SessionProtocolError(status, 'cached'), retryAfterMs: 0, status, isTemporary: true }]
}

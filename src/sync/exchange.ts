// Owns one request with its time limit. `loop.ts` starts it; `end()`, `dispose()`, a section and the page's leaving cut it. It never retries.

import type { Clock } from '../platform/clock.ts'
import { sessionRequestHeader } from '../protocol/headers.ts'
import type { WireAnswer } from '../transport/transport.ts'
import { classifyFailure, classifyResponse, type Outcome } from './classify-response.ts'
import type { SessionExchange } from './events.ts'
import type { Response } from './freshness.ts'
import type { ExchangePort } from './ports.ts'
import type { Attempt } from './request.ts'
import type { SyncState } from './state.ts'

/** An exchange in flight. */
export interface RunningExchange {
  /** Never rejects. */
  readonly response: Promise<Response>
  /** Aborts it. Its outcome is then `cut`, which is no failure. */
  cut(): void
}

/** Sends once. The time limit covers the body too. */
export function startExchange(port: ExchangePort, clock: Clock, { request }: Attempt, state: SyncState): RunningExchange {
  const { csrfToken, isTokenRefused } = state
  const controller = new AbortController()
  const { signal } = controller
  let isCut = false
  // Not every fetch heeds its signal, and Node's forgets it once a wrapped request is collected: the attempt ends all the same.
  const aborted = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  const timer = clock.setTimeout(() => controller.abort(new Error(`no response in ${port.timeoutMs} ms`)), port.timeoutMs)
  async function send(): Promise<WireAnswer> {
    const isUnsafe = request.method !== 'GET'
    const headers = { Accept: 'application/json', ...request.headers, ...(isUnsafe && (await port.csrf(csrfToken, isTokenRefused))) }
    return port.send({ ...request, headers, signal: attemptSignal(signal) })
  }
  async function respond(): Promise<Response> {
    try {
      const answer = await Promise.race([send(), aborted])
      return { status: answer.status, outcome: classifyResponse(answer), echo: answer.header(sessionRequestHeader) }
    } catch (cause) {
      return { status: undefined, outcome: isCut ? { kind: 'cut' } : classifyFailure(cause, port.isCrossOrigin), echo: null }
    } finally {
      clock.clearTimeout(timer)
    }
  }
  return {
    response: respond(),
    cut() {
      isCut = true
      controller.abort()
    },
  }
}

/** Returns the signal that the request gets: an attempt that is given up is aborted before the next. */
export function attemptSignal(signal: AbortSignal): AbortSignal {
  return signal
}

const names: Record<Outcome['kind'], SessionExchange['outcome']> = {
  state: 'acknowledged',
  unchanged: 'unchanged',
  ended: 'acknowledged',
  conflict: 'conflict',
  'other-session': 'elsewhere',
  'unknown-key': 'elsewhere',
  'key-reused': 'refused',
  'needs-auth': 'needs-auth',
  csrf: 'refused',
  rejected: 'refused',
  failed: 'failed',
  cut: 'failed',
}

/** Returns how the event `exchange` names an outcome, with the error if it failed. */
export function toEvent(outcome: Outcome): Pick<SessionExchange, 'outcome' | 'error'> {
  return { outcome: names[outcome.kind], ...(outcome.kind === 'failed' && { error: outcome.error }) }
}

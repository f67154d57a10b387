// Owns the responses that a fault sends instead of the server's, and the damage to a body on its way. Called by fault-script; keeps no
// state.
import { problemPrefix } from '../src/protocol/problem.ts'
import type { PlainResponse } from './exchange.ts'
import type { MockAnswerFault, MockAnswerName, MockFault } from './fault.ts'

type Canned = Pick<PlainResponse, 'status' | 'body'> & { readonly type: string; readonly retryAfterSeconds?: number }

const page = (title: string): string => `<!doctype html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`

const problem = (status: number, name: string, title: string): Canned => ({
  status,
  type: 'application/problem+json',
  body: JSON.stringify({ type: `${problemPrefix}${name}`, title, status }),
})

const canned: Readonly<Record<MockAnswerName, Canned>> = {
  csrf: problem(403, 'csrf', 'The CSRF token is missing or wrong'),
  forbidden: { status: 403, type: 'text/html; charset=utf-8', body: page('403 Forbidden') },
  unauthenticated: problem(401, 'unauthenticated', 'Sign in first'),
  'rate-limited': { ...problem(429, 'rate-limited', 'Too many requests'), retryAfterSeconds: 1 },
  unavailable: { ...problem(503, 'unavailable', 'The store is down'), retryAfterSeconds: 1 },
  'server-error': { status: 500, type: 'text/plain; charset=utf-8', body: 'Internal Server Error' },
  'server-error-page': { status: 500, type: 'text/html; charset=utf-8', body: page('500 Internal Server Error') },
  'captive-portal': { status: 200, type: 'text/html; charset=utf-8', body: page('Welcome to the guest network') },
}

/** The names of the faults that respond in the server's place. */
export const responseFaults: readonly string[] = Object.keys(canned)

/** Returns whether a fault responds in the server's place. */
export const isAnswerFault = (fault: MockFault): fault is MockAnswerFault => Object.hasOwn(canned, fault.fault)

/** Returns the response of a fault that responds in the server's place. */
export function toCannedResponse(fault: MockAnswerFault): PlainResponse {
  const { status, type, body, retryAfterSeconds } = canned[fault.fault]
  const wait = fault.retryAfterSeconds ?? retryAfterSeconds
  const headers = new Map([['content-type', type]])
  headers.set('cache-control', 'no-store')
  if (wait !== undefined) headers.set('retry-after', String(wait))
  return { status: fault.status ?? status, headers, setCookies: [], body }
}

const encoder = new TextEncoder()

/** Makes a body that starts and then fails with a network error or stalls. Aborting the request ends it either way. */
function toUnfinished(text: string, ending: 'break' | 'stall', signal: AbortSignal | undefined): ReadableStream<Uint8Array> {
  const half = encoder.encode(text.slice(0, Math.floor(text.length / 2)))
  let isBegun = false
  return new ReadableStream({
    start: (controller) => {
      signal?.addEventListener('abort', () => controller.error(signal.reason), { once: true })
    },
    pull: (controller) => {
      if (!isBegun) {
        isBegun = true
        controller.enqueue(half)
        return
      }
      if (ending === 'break') controller.error(new TypeError('network error'))
      // The promise never settles, so the stream waits for bytes that never arrive.
      else return new Promise<void>(() => {})
    },
  })
}

/** Returns what is left of a response whose body does not arrive whole. */
export function toDamagedResponse(
  response: PlainResponse,
  damage: 'break' | 'stall' | 'truncate' | 'empty',
  signal: AbortSignal | undefined,
): PlainResponse {
  const text = typeof response.body === 'string' ? response.body : ''
  switch (damage) {
    case 'empty':
      return { ...response, body: undefined }
    case 'truncate':
      return { ...response, body: text.slice(0, Math.floor(text.length / 2)) }
    case 'break':
    case 'stall':
      return { ...response, body: toUnfinished(text, damage, signal) }
  }
}

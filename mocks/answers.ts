// Owns the responses that a fault sends instead of the server's, and the damage to a body on its way. Called by fault-script; keeps no
// state.
import { problemPrefix } from '../src/protocol/problem.ts'
import type { PlainAnswer } from './exchange.ts'
import type { MockAnswerFault, MockAnswerName, MockFault } from './fault.ts'

type Canned = Pick<PlainAnswer, 'status' | 'body'> & { readonly type: string; readonly retryAfterSeconds?: number }

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

/** Whether a fault answers in the server's place. */
export const isAnswerFault = (fault: MockFault): fault is MockAnswerFault => Object.hasOwn(canned, fault.fault)

/** The answer of a fault that answers in the server's place. */
export function toCannedAnswer(fault: MockAnswerFault): PlainAnswer {
  const { status, type, body, retryAfterSeconds } = canned[fault.fault]
  const wait = fault.retryAfterSeconds ?? retryAfterSeconds
  const headers = new Map([['content-type', type]])
  headers.set('cache-control', 'no-store')
  if (wait !== undefined) headers.set('retry-after', String(wait))
  return { status: fault.status ?? status, headers, setCookies: [], body }
}

const encoder = new TextEncoder()

/** A body that begins and then breaks with a network error, or never goes on; an abort of the request ends it either way. */
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
      // A promise that stays open: the stream waits for bytes that never come.
      else return new Promise<void>(() => {})
    },
  })
}

/** What is left of an answer when its body does not arrive whole. */
export function toDamagedAnswer(
  answer: PlainAnswer,
  damage: 'break' | 'stall' | 'truncate' | 'empty',
  signal: AbortSignal | undefined,
): PlainAnswer {
  const text = typeof answer.body === 'string' ? answer.body : ''
  switch (damage) {
    case 'empty':
      return { ...answer, body: undefined }
    case 'truncate':
      return { ...answer, body: text.slice(0, Math.floor(text.length / 2)) }
    case 'break':
    case 'stall':
      return { ...answer, body: toUnfinished(text, damage, signal) }
  }
}

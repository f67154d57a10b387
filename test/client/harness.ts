// Creates clients, tabs and mock servers for the tests of client and sync, with everything cleaned up after each test.
import {
  type ConflictPolicy,
  createSessionClient,
  type KySessionClientOptions,
  type SessionChannel,
  type SessionClient,
  type SessionEvents,
  type SessionInputs,
  type SessionValues,
} from 'sojourn'
import {
  createMockSessionServer,
  type MockBrowser,
  type MockRequest,
  type MockSessionServer,
  type MockSessionServerOptions,
} from 'sojourn/msw'
import { afterEach, beforeEach, vi } from 'vitest'
import { z } from 'zod'

export { createLocks } from './locks.ts'

const isoDate = z.codec(z.iso.datetime(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() })

/** The session of the tests: an enum, a number, lists, an object, a codec, with and without default. */
export const schema = z.object({
  theme: z.enum(['light', 'dark']).default('light'),
  count: z.number().default(0),
  cart: z.array(z.string()).default([]),
  note: z.string().optional(),
  profile: z.object({ name: z.string().optional(), city: z.string().optional(), langs: z.array(z.string()).optional() }).default({}),
  lastSeen: isoDate.optional(),
})

export type Schema = typeof schema
export type Values = SessionValues<Schema>
export type Session = SessionClient<Values, SessionInputs<Schema>>
export type Mock = MockSessionServer<Schema>
export type Policy = ConflictPolicy
type Options = Partial<KySessionClientOptions<Schema>>

const opened: { dispose(): void }[] = []

/** Puts the tests of a file on fake time, and disposes of every client after each of them. Call it once, at the top. */
export function useFakeTime(): void {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(async () => {
    for (const client of opened.splice(0)) client.dispose()
    await flush()
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
}

/** Lets everything happen that needs no time. */
export const flush = async (): Promise<void> => void (await vi.advanceTimersByTimeAsync(0))

/** Lets time pass, in milliseconds. */
export const advance = async (ms: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(ms)
  await flush()
}

/** A mock server with the schema of the tests. */
export function createServer(options: MockSessionServerOptions<Schema> = {}): Mock {
  return createMockSessionServer({ schema, ...options })
}

/** Opens a tab: a client in a browser of the mock server. It is disposed of after the test. */
export function open(browser: MockBrowser & { readonly url?: string }, options: Options = {}, create = createSessionClient): Session {
  const session = create({
    url: browser.url ?? 'http://localhost/session',
    schema,
    fetch: browser.fetch,
    random: () => 0.5,
    ...options,
  })
  opened.push(session)
  return session
}

/** Has a client disposed of after the test. */
export function track<T extends { dispose(): void }>(client: T): T {
  opened.push(client)
  return client
}

/** A server with a session and one tab that has loaded it. */
export async function begin(
  initial: Parameters<Mock['write']>[0] & object = { theme: 'light' },
  options: Options = {},
  server: MockSessionServerOptions<Schema> = {},
) {
  const mock = createServer({ initial: initial as NonNullable<MockSessionServerOptions<Schema>['initial']>, ...server })
  const session = open(mock, options)
  await session.get('theme')
  await flush()
  return { mock, session }
}

/** What became of a promise so far. */
export interface Outcome {
  status: 'pending' | 'resolved' | 'rejected'
  value?: unknown
  /** What it rejected with, or what the call threw. */
  error?: unknown
}

/** Follows the promise of a call. A call that throws counts as rejected. */
export function follow(call: () => unknown): Outcome {
  const outcome: Outcome = { status: 'pending' }
  const reject = (error: unknown): void => void Object.assign(outcome, { status: 'rejected', error })
  try {
    Promise.resolve(call()).then((value) => void Object.assign(outcome, { status: 'resolved', value }), reject)
  } catch (error) {
    reject(error)
  }
  return outcome
}

/** What a call throws or rejects with. */
export async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    return error
  }
  throw new TypeError('Nothing was thrown.')
}

/** The requests so far, as `PATCH/1 200`. Those before `from` are left out. */
export function traffic(mock: Mock, from = 0): string[] {
  return mock.requests.slice(from).map(({ method, n, status }) => `${method}${n === undefined ? '' : `/${n}`} ${status}`)
}

/** One commit: its number, how it was answered, and the members of its body. */
export type SentCommit = Pick<MockRequest, 'n' | 'status'> & { readonly [member: string]: unknown }

/** The commits so far, as they left. */
export function commits(mock: Mock): SentCommit[] {
  return mock.requests.flatMap((request) =>
    request.method === 'PATCH' ? [{ n: request.n, status: request.status, ...(request.body as Record<string, unknown>) }] : [],
  )
}

/** Collects what an event brings. */
export function collect<E extends keyof SessionEvents>(session: Pick<Session, 'on'>, event: E): SessionEvents[E][] {
  const events: SessionEvents[E][] = []
  session.on(event, (value) => void events.push(value))
  return events
}

/** Channels between the tabs of one browser, which deliver in a microtask. */
export function createHub() {
  const channels = new Set<{ readonly name: string; readonly listeners: ((event: { readonly data: unknown }) => void)[] }>()
  const messages: unknown[] = []
  return {
    /** What was said so far. */
    messages,
    /** How many channels are open. */
    get size() {
      return channels.size
    },
    /** Says something to all tabs. */
    say(data: unknown) {
      for (const channel of channels) for (const listener of channel.listeners) listener({ data })
    },
    /** The option `channel`. */
    channel(name: string): SessionChannel {
      const channel = { name, listeners: [] as ((event: { readonly data: unknown }) => void)[] }
      channels.add(channel)
      return {
        postMessage(message) {
          const data = structuredClone(message)
          messages.push(data)
          for (const other of channels) {
            if (other !== channel && other.name === name)
              queueMicrotask(() => {
                if (channels.has(other)) for (const listener of other.listeners) listener({ data })
              })
          }
        },
        addEventListener: (_type, listener) => void channel.listeners.push(listener),
        close: () => void channels.delete(channel),
      }
    },
  }
}

/** Lets time pass, in growing steps, until a promise is settled; gives what it gives. */
export async function inTime<T>(promise: Promise<T>, limitMs = 600_000): Promise<T> {
  const outcome = follow(() => promise)
  let stepMs = 1
  for (let passedMs = 0; outcome.status === 'pending' && passedMs < limitMs; passedMs += stepMs) {
    await advance(stepMs)
    stepMs = Math.min(stepMs * 2, 1_000)
  }
  if (outcome.status === 'pending') throw new TypeError(`Nothing came in ${limitMs} ms.`)
  return promise
}

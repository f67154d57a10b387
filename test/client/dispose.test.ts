// Holds that `dispose` settles every promise and leaves no timer, request or channel, at any moment.
import { createSessionClient } from 'sojourn'
import { describe, expect, test, vi } from 'vitest'
import {
  advance,
  begin,
  createHub,
  createServer,
  errorOf,
  flush,
  follow,
  type Mock,
  type Outcome,
  open,
  type Session,
  schema,
  useFakeTime,
} from './harness.ts'

useFakeTime()

/** Calls that are in flight in every way that there is. */
const calls: Record<string, (session: Session, mock: Mock) => unknown> = {
  get: (session) => session.get('count'),
  has: (session) => session.has('count'),
  entries: (session) => session.entries(),
  set: (session) => session.set('count', 2),
  update: (session) => session.update('count', (count) => count + 1),
  pop: (session) => session.pop('count'),
  setDefault: (session) => session.setDefault('note', 'a'),
  transaction: (session) => session.transaction((tx) => tx.set('count', 3)),
  clear: (session) => session.clear(),
  setExpiry: (session) => session.setExpiry(60_000),
  cycleKey: (session) => session.cycleKey(),
  touch: (session) => session.touch(),
  end: (session) => session.end(),
  settled: (session) => {
    void session.set('count', 9)
    return session.settled()
  },
  revalidate: (session) => session.revalidate(),
  ready: (session) => session.ready(),
  exclusive: (session) => session.exclusive(() => {}),
  'exclusive that waits for a write': (session) => session.exclusive(() => session.set('count', 2)),
}

/** Moments at which a client may be disposed of, and how they come about. */
const moments: Record<string, (mock: Mock) => void> = {
  'before anything left': () => {},
  'while the network holds everything': (mock) => void mock.next({ fault: 'hold', times: 99 }),
  'while answers are held': (mock) => void mock.next({ fault: 'hold-answer', times: 99 }),
  'while the body stalls': (mock) => void mock.next({ fault: 'stall-answer', times: 99 }),
  'while it waits for the next try': (mock) => void mock.next({ fault: 'server-error', times: 99 }),
  'while it honours Retry-After': (mock) => void mock.next({ fault: 'rate-limited', times: 99, retryAfterSeconds: 600 }),
  'while it is offline': (mock) => mock.offline(),
  'while the server wants a log-in': (mock) => void mock.next({ fault: 'unauthenticated', times: 99 }),
}

describe.each(Object.keys(moments))('dispose %s', (moment) => {
  test.each([0, 700])('settles every promise and leaves no timer, request or channel, %i ms after the call', async (afterMs) => {
    const hub = createHub()
    const outcomes = new Map<string, Outcome>()
    const sessions: Session[] = []
    const mocks: Mock[] = []
    for (const [name, call] of Object.entries(calls)) {
      for (const isLoaded of [false, true]) {
        const mock = createServer({ initial: { count: 1 } })
        const session = open(mock, { channel: hub.channel })
        if (isLoaded) await session.get('theme')
        await flush()
        moments[moment]?.(mock)
        sessions.push(session)
        mocks.push(mock)
        outcomes.set(
          `${name}, ${isLoaded ? 'loaded' : 'new'}`,
          follow(() => call(session, mock)),
        )
      }
    }
    if (afterMs > 0) await advance(afterMs)
    for (const session of sessions) session.dispose()
    await flush()
    const sent = mocks.map(({ requests }) => requests.length)
    expect([...outcomes].flatMap(([name, { status }]) => (status === 'pending' ? [name] : []))).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
    expect(hub.size).toBe(0)
    await advance(3_600_000)
    expect(mocks.map(({ requests }) => requests.length)).toEqual(sent)
    expect(mocks.flatMap(({ requests }) => requests.filter(({ status }) => status === 'waiting'))).toEqual([])
  })
})

describe('a client that was disposed of', () => {
  test.each(Object.keys(calls).filter((name) => !/^(settled|exclusive that)/.test(name)))(
    'refuses %s with SessionDisposedError',
    async (name) => {
      const { mock, session } = await begin({ count: 1 })
      session.dispose()
      expect(await errorOf(() => calls[name]?.(session, mock))).toMatchObject({ code: 'disposed' })
    },
  )

  test('shows what it showed, and nothing is pending', async () => {
    const { session } = await begin({ count: 1 })
    const written = follow(() => session.set('count', 2))
    session.dispose()
    await flush()
    expect(written.error).toMatchObject({ code: 'disposed' })
    expect([session.peek('count'), session.pending, session.getSnapshot().pending]).toEqual([1, [], 0])
  })

  test('takes dispose, resume, notice and settled without a word, and sends nothing', async () => {
    const { mock, session } = await begin({ count: 1 })
    session.dispose()
    session.dispose()
    session.resume()
    session.notice(new Response('', { headers: { 'Session-Version': 'v9-x' } }))
    await session.settled()
    await advance(10_000)
    expect(mock.requests).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('before its confirmation read, or before it ends the session once more, sends nothing after it', async () => {
    const { mock, session } = await begin({ count: 1 })
    await mock.expire()
    const read = follow(() => session.revalidate())
    await advance(1_000)
    session.dispose()
    const rotated = await begin({ count: 1 })
    rotated.mock.next({ fault: 'hold', method: 'DELETE' })
    const ended = follow(() => rotated.session.end())
    await flush()
    await rotated.mock.rotateKey() // so that the DELETE meets a key from before, and is sent again after a wait
    await rotated.mock.release()
    await flush()
    rotated.session.dispose()
    const sent = [mock.requests.length, rotated.mock.requests.length]
    await advance(60_000)
    expect([mock.requests.length, rotated.mock.requests.length]).toEqual(sent)
    expect([read.status, ended.status, vi.getTimerCount()]).toEqual(['rejected', 'rejected', 0])
  })

  test('that was hydrated and never used leaves nothing: a page that a server renders keeps no timer', async () => {
    const { session } = await begin({ count: 1 })
    const initialState = session.dehydrate()
    session.dispose()
    expect(vi.getTimerCount()).toBe(0)
    const hydrated = createSessionClient({ url: 'http://localhost/session', schema, initialState })
    expect([hydrated.peek('count'), hydrated.expiry?.atBrowserClose, vi.getTimerCount()]).toEqual([1, false, 0])
    hydrated.dispose()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('by a handler that is told that it expires soon leaves nothing', async () => {
    const { session } = await begin({ count: 1 }, {}, { maxAgeMs: 100_000 })
    const received: unknown[] = []
    session.on('expiring', (expiry) => {
      received.push(expiry)
      session.dispose()
    })
    await advance(41_000)
    expect([received.length, vi.getTimerCount()]).toEqual([1, 0])
  })

  test('by a subscriber that is told that it waits, or inside exclusive, leaves nothing', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'rate-limited', method: 'PATCH', retryAfterSeconds: 60 })
    void session.set('count', 2).catch(() => {})
    await advance(50)
    session.listen(({ activity }) => {
      if (activity === 'retrying') session.dispose()
    })
    await session.exclusive(() => 1).catch(() => {})
    await advance(50)
    expect([session.getSnapshot().pending, vi.getTimerCount()]).toEqual([0, 0])
    const other = await begin({ count: 1 })
    void other.session.exclusive(() => {
      other.session.dispose()
      return new Promise(() => {})
    })
    await advance(50)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('that was never used leaves nothing', () => {
    createSessionClient({ url: 'http://localhost/session', schema }).dispose()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('notifies no subscriber of a response that comes late', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next('hold-answer')
    await mock.write({ count: 7 })
    void session.revalidate()
    await held.reached()
    session.dispose()
    const seen: unknown[] = []
    session.key('count').listen((count) => void seen.push(count))
    await held.release()
    await flush()
    expect(seen).toEqual([])
  })

  test('notifies nobody of the attempt that it gave up', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next('hold')
    void session.set('count', 2).catch(() => {})
    await held.reached()
    const received: unknown[] = []
    session.on('exchange', ({ outcome }) => void received.push(outcome))
    session.listen(({ activity, error }) => void received.push([activity, error]))
    session.dispose()
    const before = [...received, session.getSnapshot()]
    await advance(10_000)
    expect([...received, session.getSnapshot()]).toEqual(before)
  })

  test('inside a subscriber or an event handler does no harm', async () => {
    const places: Record<string, (session: Session) => void> = {
      subscriber: (session) => void session.key('count').listen(() => session.dispose()),
      handler: (session) => void session.on('exchange', () => session.dispose()),
    }
    for (const [place, arm] of Object.entries(places)) {
      const { session } = await begin({ count: 1 })
      arm(session)
      const written = follow(() => session.set('count', 2))
      await advance(60_000)
      expect([place, written.status]).not.toContain('pending')
      expect(vi.getTimerCount()).toBe(0)
    }
  })
})

// Holds live updates of the client: which tab has the stream, what its events do, and when it reconnects or polls.
import { createLive } from 'sojourn/live'
import { afterEach, describe, expect, test } from 'vitest'
import {
  advance,
  collect,
  createHub,
  createLocks,
  createServer,
  errorOf,
  flush,
  inTime,
  open,
  type Session,
  traffic,
  useFakeTime,
} from './harness.ts'

useFakeTime()

let visibility: DocumentVisibilityState = 'visible'
Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => visibility })
function look(is: DocumentVisibilityState): void {
  visibility = is
  document.dispatchEvent(new Event('visibilitychange'))
}
afterEach(() => {
  visibility = 'visible'
})

const page = (type: 'pagehide' | 'pageshow', persisted: boolean): void =>
  void window.dispatchEvent(Object.assign(new Event(type), { persisted }))

type ServerOptions = Parameters<typeof createServer>[0]

/** Tabs of one browser that have loaded, each with live updates. */
async function begin(count = 1, options: ServerOptions = {}, client: Parameters<typeof open>[1] = {}) {
  const mock = createServer({ initial: { count: 1 }, ...options })
  const hub = createHub()
  const { locks, isTaken } = createLocks()
  const tabs: Session[] = []
  for (let at = 0; at < count; at++) {
    const tab = open(mock, { channel: hub.channel, locks, live: createLive(), ...client })
    tabs.push(tab)
    await tab.get('count')
    await flush()
  }
  await advance(50)
  const [session, second] = tabs as [Session, Session]
  return { mock, hub, locks, isTaken, tabs, session, second, loaded: mock.requests.length }
}

describe('a visible tab', () => {
  test('shows what another device stores without a request of its own', async () => {
    const { mock, session, loaded } = await begin()
    const phone = mock.browser()
    expect([session.live, traffic(mock)]).toEqual(['stream', ['GET 200', 'GET 200']])
    await mock.write({ count: 2 })
    await flush()
    expect([session.peek('count'), traffic(mock, loaded)]).toEqual([2, []])
    expect(phone.cookies).toEqual([])
  })

  test('sends nothing while nothing happens, for ten minutes', async () => {
    const { mock, loaded } = await begin()
    await advance(590_000)
    expect(traffic(mock, loaded)).toEqual([])
    await advance(80_000)
    expect(traffic(mock, loaded)).toEqual(['GET 200'])
  })

  test('does not read its own writes again, however many', async () => {
    const { mock, session, loaded } = await begin()
    for (let count = 2; count < 30; count++) await session.set('count', count)
    await advance(1000)
    expect(traffic(mock, loaded).filter((line) => line.startsWith('GET'))).toEqual([])
    expect(session.peek('count')).toBe(29)
  })

  test('keeps a pending write over an event, and merges what both changed', async () => {
    const { mock, session } = await begin()
    const held = mock.next('hold')
    void session.set('profile', { name: 'Ann' })
    await held.reached()
    await mock.write({ theme: 'dark' })
    await flush()
    expect([session.peek('theme'), session.peek('profile')]).toEqual(['light', { name: 'Ann' }])
    await held.release()
    await advance(1000)
    expect([session.peek('theme'), session.peek('profile')]).toEqual(['dark', { name: 'Ann' }])
    expect(await mock.data()).toEqual({ count: 1, theme: 'dark', profile: { name: 'Ann' } })
  })

  test('notifies listeners of the change of live', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const session = open(mock, { live: createLive(), channel: false, locks: false })
    const seen: string[] = []
    session.listen(() => {
      if (seen.at(-1) !== session.live) seen.push(session.live)
    })
    await session.get('count')
    await advance(10)
    look('hidden')
    await flush()
    expect(seen).toEqual(['off', 'stream', 'off'])
  })
})

describe('the stream', () => {
  test('is one for all tabs of a browser, and serves them all', async () => {
    const { mock, tabs, loaded } = await begin(4)
    expect(traffic(mock).filter((line) => line === 'GET 200')).toHaveLength(5)
    await mock.write({ count: 2 })
    await flush()
    expect([tabs.map((tab) => tab.peek('count')), tabs.map((tab) => tab.live)]).toEqual([[2, 2, 2, 2], Array(4).fill('stream')])
    expect(traffic(mock, loaded)).toEqual([])
  })

  test('goes to the next tab when its tab is closed, which catches up', async () => {
    const { mock, session, second, loaded } = await begin(2)
    session.dispose()
    await mock.write({ count: 2 })
    await advance(1000)
    expect([second.peek('count'), traffic(mock, loaded)]).toEqual([2, ['GET 200']])
  })

  test('ends with the last visible tab, and begins with the next look, in place of the focus read', async () => {
    const { mock, session, isTaken, loaded } = await begin()
    look('hidden')
    await flush()
    expect([session.live, isTaken('live' as 'section')]).toEqual(['off', false])
    await mock.write({ count: 2 })
    await advance(60_000)
    expect([session.peek('count'), traffic(mock, loaded)]).toEqual([1, []])
    look('visible')
    await flush()
    expect([session.peek('count'), session.live, traffic(mock, loaded)]).toEqual([2, 'stream', ['GET 200']])
  })

  test('is given up for the back/forward cache and opened again after it', async () => {
    const { mock, session, isTaken, loaded } = await begin()
    page('pagehide', true)
    await flush()
    expect([session.live, isTaken('live' as 'section')]).toEqual(['off', false])
    await mock.write({ count: 2 })
    page('pageshow', true)
    await advance(10)
    expect([session.peek('count'), session.live]).toEqual([2, 'stream'])
    expect(traffic(mock, loaded).length).toBeLessThanOrEqual(2)
  })

  test('reconnects within a second after it broke, and misses nothing', async () => {
    const { mock, session } = await begin()
    await advance(2000)
    for (let count = 2; count < 8; count++) {
      mock.breakStreams()
      await mock.write({ count })
      await advance(1000)
      expect([count, session.peek('count')]).toEqual([count, count])
      await advance(1500)
    }
  })

  test('is opened again as soon as the browser is online', async () => {
    const { mock, session } = await begin()
    mock.offline()
    await advance(120_000)
    expect(session.live).toBe('poll')
    await mock.write({ count: 2 })
    mock.online()
    window.dispatchEvent(new Event('online'))
    await advance(10)
    expect([session.peek('count'), session.live]).toEqual([2, 'stream'])
  })

  test('is not opened for a visitor without a session, and is at their first write', async () => {
    const mock = createServer()
    const session = open(mock, { live: createLive() })
    await session.get('count')
    await advance(60_000)
    expect([session.live, traffic(mock)]).toEqual(['off', ['GET 200']])
    await inTime(session.set('count', 5))
    await advance(10)
    expect([session.live, traffic(mock)]).toEqual(['stream', ['GET 200', 'PATCH/1 200', 'GET 200']])
  })

  test('is closed while exclusive runs, and opened after its read', async () => {
    const { mock, session, loaded } = await begin()
    const story: string[] = []
    await session.exclusive(async () => {
      story.push(...traffic(mock, loaded))
      await mock.signIn('ann')
      await advance(2000)
      story.push(...traffic(mock, loaded))
    })
    await advance(10)
    expect([story, traffic(mock, loaded), session.live, session.identity]).toEqual([[], ['GET 200', 'GET 200'], 'stream', 'ann'])
  })

  test('of a client in a page that lost its log-in is not opened until it is back', async () => {
    let isIn = true
    const { mock, session } = await begin(1, { admit: () => (isIn ? null : { name: 'unauthenticated' }) })
    isIn = false
    await advance(2000)
    mock.breakStreams()
    await advance(120_000)
    const before = mock.requests.length
    expect(session.getSnapshot().status).toBe('needs-auth')
    await advance(120_000)
    expect(traffic(mock, before)).toEqual([])
    isIn = true
    session.resume()
    await advance(60_000)
    expect(session.live).toBe('stream')
  })
})

describe('the end of a session elsewhere', () => {
  test.each<[string, 'flush' | 'rotateKey', string[]]>([
    ['a log-out', 'flush', ['flushed']],
    ['a new key', 'rotateKey', []],
  ])('%s is noticed at once, by a read of its own', async (_, act, reasons) => {
    const { mock, session } = await begin()
    const ended = collect(session, 'ended')
    await advance(2000)
    await mock[act]()
    await advance(1000)
    expect(ended.map(({ reason }) => reason)).toEqual(reasons)
    if (act === 'rotateKey') expect([session.live, session.peek('count')]).toEqual(['stream', 1])
    else expect([session.live, session.peek('count')]).toEqual(['off', 0])
  })
})

describe('without streams', () => {
  test('a visible tab polls, conditionally, and asks for a stream again after ten minutes', async () => {
    const { mock, session, loaded } = await begin(1, { streams: false })
    expect(session.live).toBe('poll')
    await mock.write({ count: 2 })
    await advance(30_000)
    expect([session.peek('count'), traffic(mock, loaded)]).toEqual([2, ['GET 200']])
    await advance(30_000)
    expect(traffic(mock, loaded)).toEqual(['GET 200', 'GET 304'])
    look('hidden')
    await advance(300_000)
    expect(traffic(mock, loaded)).toHaveLength(2)
    look('visible')
    await advance(10)
    expect(traffic(mock, loaded)).toHaveLength(3)
  })

  test('one tab of a browser polls, and the others hear of it', async () => {
    const { mock, tabs, loaded } = await begin(3, { streams: false }, { live: createLive({ pollMs: 5000 }) })
    await mock.write({ count: 2 })
    await advance(5000)
    expect([tabs.map((tab) => tab.peek('count')), traffic(mock, loaded)]).toEqual([[2, 2, 2], ['GET 200']])
  })

  test('a server whose streams are full is polled until there is room', async () => {
    const { mock, session } = await begin(1, { streams: { max: 1 } })
    const phone = mock.browser()
    const other = open({ ...phone, url: mock.url }, { live: createLive(), channel: false, locks: false })
    await other.set('count', 9)
    await advance(10)
    expect([session.live, other.live]).toEqual(['stream', 'poll'])
    session.dispose()
    await advance(61_000)
    expect(other.live).toBe('stream')
  })
})

test('live is off without the option', async () => {
  const mock = createServer({ initial: { count: 1 } })
  const session = open(mock)
  await session.get('count')
  await advance(60_000)
  expect([session.live, traffic(mock)]).toEqual(['off', ['GET 200']])
})

test.each([0, 999, Number.NaN, Number.POSITIVE_INFINITY])('pollMs of %s is refused', async (pollMs) => {
  expect(await errorOf(() => createLive({ pollMs }))).toMatchObject({ code: 'config' })
})

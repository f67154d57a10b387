// Plays traps that other clients fell into: log-in, log-out and time.
import { describe, expect, test, vi } from 'vitest'
import {
  advance,
  begin,
  collect,
  createHub,
  createLocks,
  createServer,
  flush,
  follow,
  inTime,
  open,
  traffic,
  useFakeTime,
} from '../client/harness.ts'

// Traps that others fell into, each with its number in the list of them.
useFakeTime()

describe('log-in, log-out and time', () => {
  test('a log-out while a write is in flight: its late response brings nothing back', async () => {
    // 5
    const { mock, session } = await begin({ note: "ann's" }, {}, { signedInAs: 'ann' })
    const held = mock.next({ fault: 'hold-answer', method: 'PATCH' })
    const written = follow(() => session.set('note', 'late'))
    await held.reached()
    const ended = follow(() => session.end())
    await flush()
    await held.release()
    await advance(10_000)
    expect(written.error).toMatchObject({ code: 'ended', fate: 'unknown' })
    expect([ended.status, session.peek('note'), session.identity, mock.cookies]).toEqual(['resolved', undefined, null, []])
    expect(await mock.data()).toEqual({})
  })

  test('a log-in as B in another tab while this one has writes of A: none of them reaches B', async () => {
    // 6
    const { mock, session } = await begin({ cart: ["ann's"] }, {}, { signedInAs: 'ann' })
    mock.next({ fault: 'lose-request', method: 'PATCH', times: 4 })
    const writes = [follow(() => session.update('cart', (cart) => [...cart, 'secret'])), follow(() => session.set('note', "ann's"))]
    await flush()
    await mock.signIn('bob')
    await advance(60_000)
    expect(writes.map(({ error }) => error)).toMatchObject([
      { code: 'ended', reason: 'replaced' },
      { code: 'ended', reason: 'replaced' },
    ])
    expect([await mock.data(), session.peek('cart'), session.identity]).toEqual([{}, [], 'bob'])
  })

  test('a log-in that cycles the key keeps the anonymous cart, and the write that was pending', async () => {
    // 7
    const { mock, session } = await begin({ cart: ['tea'] })
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    const written = follow(() => session.update('cart', (cart) => [...cart, 'cake']))
    await held.reached()
    await mock.signIn('ann')
    await held.release()
    await advance(10_000)
    expect([written.status, await mock.data(), session.identity]).toEqual(['resolved', { cart: ['tea', 'cake'] }, 'ann'])
  })

  test('a clock that is two hours fast expires nobody', async () => {
    // 12
    const { mock, session } = await begin({ count: 1 }, {}, { maxAgeMs: 3_600_000, now: () => 1_000_000 })
    const events = [collect(session, 'expiring'), collect(session, 'ended')]
    vi.setSystemTime(Date.now() + 7_200_000)
    await advance(60_000)
    expect([events, session.expiry?.remainingMs, traffic(mock, 1)]).toEqual([[[], []], 3_540_000, []])
  })

  test('a thousand components that mount are one request, and a thousand more are none', async () => {
    // 18
    const mock = createServer({ initial: { count: 1 } })
    const session = open(mock)
    const stops = Array.from({ length: 1_000 }, () => session.key('count').subscribe(() => {}))
    for (const stop of stops) stop()
    for (let times = 0; times < 1_000; times++) void session.ready()
    await flush()
    for (let times = 0; times < 1_000; times++) session.subscribe(() => {})()
    await flush()
    expect(traffic(mock)).toEqual(['GET 200'])
  })

  test('what was rendered on the server stays the server snapshot though the store moved on before a late subtree', async () => {
    // 19
    const mock = createServer({ initial: { count: 1 } })
    const server = open(mock)
    await server.get('count')
    const initialState = server.dehydrate()
    if (!initialState) throw new TypeError('Nothing was dehydrated.')
    await mock.write({ count: 2 })
    const session = open(mock, { initialState })
    session.subscribe(() => {})
    await flush()
    expect([session.peek('count'), session.key('count').getServerSnapshot(), session.getServerSnapshot().values.count]).toEqual([2, 1, 1])
  })

  test('a listener that writes and refetches neither deadlocks nor recurs', async () => {
    // 20
    const { mock, session } = await begin({ count: 0 })
    const stop = session.listen(({ values }) => {
      void session.revalidate()
      if (values.count < 3) void session.set('count', values.count + 1)
    })
    await session.set('count', 1)
    await inTime(session.settled())
    stop()
    expect(await mock.data()).toEqual({ count: 3 })
    expect(mock.requests.length).toBeLessThan(12)
  })
})

describe('other tabs', () => {
  test('garbage in the channel changes nothing', async () => {
    // 14
    const mock = createServer({ initial: { count: 1 } })
    const hub = createHub()
    const session = open(mock, { channel: hub.channel })
    await session.get('count')
    for (const garbage of [null, '', 'null', { key: null }, { from: null, state: null }, { from: 'v', state: { version: 'v' } }])
      hub.say(garbage)
    await flush()
    expect([traffic(mock, 1), session.peek('count')]).toEqual([[], 1])
  })

  test('a tab of an older deploy that is notified of values it does not know keeps its own, and loses none of theirs', async () => {
    // 17
    const mock = createServer({ initial: { count: 1, profile: { name: 'a' } } })
    const hub = createHub()
    const old = open(mock, { channel: hub.channel })
    await old.get('count')
    const invalid = collect(old, 'invalid')
    await mock.writeWire({ theme: 'solarized', profile: { name: 'a', avatar: 'x.png' }, newer: true })
    const newer = open(mock, { channel: hub.channel })
    await inTime(newer.set('count', 2))
    await inTime(old.revalidate())
    expect([old.peek('theme'), old.peek('count'), invalid.map(({ key }) => key)]).toEqual(['light', 2, ['theme']])
    await old.update('profile', (profile) => ({ ...profile, city: 'b' }))
    expect(await mock.data()).toEqual({ count: 2, theme: 'solarized', profile: { name: 'a', avatar: 'x.png', city: 'b' }, newer: true })
  })

  test('what a tab says itself does not come back to it', async () => {
    // 21
    const mock = createServer({ initial: { count: 1 } })
    const hub = createHub()
    const channel = (name: string) => {
      const inner = hub.channel(name)
      // A channel that delivers to its own tab too, as another instance in the same page does.
      const postMessage = (message: unknown): void => {
        inner.postMessage(message)
        hub.say(structuredClone(message))
      }
      return { ...inner, postMessage }
    }
    const session = open(mock, { channel })
    await session.get('count')
    const seen: number[] = []
    session.key('count').listen((count) => void seen.push(count))
    await inTime(session.set('count', 2))
    await session.set('count', 3)
    await advance(1_000)
    expect([seen, traffic(mock, 1)]).toEqual([
      [2, 3],
      ['PATCH/1 200', 'PATCH/2 200'],
    ])
  })

  test('a tab that is frozen in the middle of its log-in holds the others for twice their time limit at most', async () => {
    // 25: there is no leader whose sleep could stop the others
    const mock = createServer({ initial: { count: 1 } })
    const { locks } = createLocks()
    const other = open(mock, { locks, timeoutMs: 5_000 })
    await other.get('count')
    void locks.request(`section ${mock.url}`, { mode: 'exclusive' }, () => new Promise(() => {}))
    const written = follow(() => other.set('count', 2))
    await advance(9_900)
    expect(written.status).toBe('pending')
    await advance(200)
    expect(written.status).toBe('resolved')
  })
})

// Holds what tabs of one browser share without a request.
import { describe, expect, test } from 'vitest'
import { advance, collect, createHub, createServer, flush, follow, inTime, open, type Session, traffic, useFakeTime } from './harness.ts'

useFakeTime()

/** Tabs of one browser that have loaded. */
async function openTabs(count: number) {
  const mock = createServer({ initial: { count: 1 } })
  const hub = createHub()
  const tabs = Array.from({ length: count }, () => open(mock, { channel: hub.channel }))
  await Promise.all(tabs.map((tab) => tab.get('count')))
  await advance(50) // until then a write waits for the word of the others
  hub.messages.length = 0
  const [one, two, three] = tabs as [Session, Session, Session]
  return { mock, hub, one, two, three, loaded: mock.requests.length }
}

describe('tabs of one browser', () => {
  test('show what another one stored without a request of their own', async () => {
    const { mock, one, two, three, loaded } = await openTabs(3)
    const seen: number[] = []
    three.key('count').listen((count) => void seen.push(count))
    await one.set('count', 2)
    await flush()
    expect([two.peek('count'), seen, traffic(mock, loaded)]).toEqual([2, [2], ['PATCH/1 200']])
  })

  test('go on from there: the next commit of another tab meets no conflict', async () => {
    const { mock, one, two, loaded } = await openTabs(2)
    await one.set('count', 2)
    await flush()
    await two.update('count', (count) => count + 1)
    await flush()
    await one.update('count', (count) => count + 1)
    expect(traffic(mock, loaded)).toEqual(['PATCH/1 200', 'PATCH/1 200', 'PATCH/2 200'])
    expect(await mock.data()).toEqual({ count: 4 })
  })

  test('ignore a message of another session, and refetch instead, once', async () => {
    const { mock, hub, one, two, loaded } = await openTabs(2)
    await mock.write({ theme: 'dark' }) // none of them knows
    const held = mock.next('hold-answer')
    void one.set('count', 2)
    await held.reached()
    await held.release()
    await flush()
    expect([two.peek('count'), two.peek('theme')]).toEqual([2, 'dark'])
    expect(traffic(mock, loaded)).toEqual(['PATCH/1 200'])
    for (let times = 0; times < 5; times++)
      hub.say({
        from: 'v7-nobody',
        state: { lineage: 'other', version: 'v8-x', tags: {}, last: 0, expiry: { age: 9, atBrowserClose: false } },
        set: {},
        gone: [],
      })
    await flush()
    expect(traffic(mock, loaded + 1)).toEqual(['GET 304', 'GET 304'])
    expect([one.peek('count'), two.peek('count')]).toEqual([2, 2])
  })

  test('are never ended by a message, whatever it says', async () => {
    const { mock, hub, one, two } = await openTabs(2)
    const ended = [collect(one, 'ended'), collect(two, 'ended')]
    const version = one.dehydrate()?.state.version ?? ''
    const expiry = { age: 0, atBrowserClose: false }
    hub.say({ from: version, state: { lineage: null, version: 'v0', tags: {}, last: 0, expiry }, set: {}, gone: ['count'] })
    const state = { lineage: 'L-other', version: 'v1-x', tags: {}, last: 0, expiry, identity: 'mallory' }
    hub.say({ from: version, state, set: { count: 99 }, gone: [] })
    await inTime(mock.data())
    await advance(10_000)
    expect([ended, one.peek('count'), two.peek('count'), one.identity]).toEqual([[[], []], 1, 1, null])
  })

  test('of a new visitor adopt the session that one of them made only by a response of their own', async () => {
    const mock = createServer()
    const hub = createHub()
    const [one, two] = [open(mock, { channel: hub.channel }), open(mock, { channel: hub.channel })]
    await Promise.all([one.get('count'), two.get('count')])
    await inTime(one.set('count', 5))
    await flush()
    expect(traffic(mock, 2)).toEqual(['PATCH/1 200', 'GET 200'])
    expect(two.peek('count')).toBe(5)
  })

  test('drop garbage without a word', async () => {
    const { mock, hub, one, loaded } = await openTabs(2)
    const state = { lineage: 'L', version: 'v', data: {}, tags: {}, last: 0, expiry: { age: 1, atBrowserClose: false } }
    for (const garbage of [
      null,
      undefined,
      7,
      'x',
      [],
      {},
      { from: 1, state },
      { from: 'v', state },
      { from: 'v', state, set: null, gone: [] },
      { event: 'session' },
    ])
      hub.say(garbage)
    await flush()
    expect([traffic(mock, loaded), one.peek('count')]).toEqual([[], 1])
  })

  test('a message during an exchange waits for its end, and the log is replayed on it', async () => {
    const { mock, one, two } = await openTabs(2)
    const held = mock.next('hold')
    const written = follow(() => two.update('count', (count) => count + 1))
    await held.reached()
    const seen: number[] = []
    two.key('count').listen((count) => void seen.push(count))
    await one.set('count', 10)
    await flush()
    expect([two.peek('count'), written.status]).toEqual([2, 'pending'])
    await held.release()
    await inTime(two.settled())
    expect([seen, await mock.data()]).toEqual([[11], { count: 11 }])
  })

  test('messages carry neither the token nor a commit number, and nothing of what is pending', async () => {
    const mock = createServer({ initial: { count: 1 }, csrf: true })
    const hub = createHub()
    const one = open(mock, { channel: hub.channel })
    await inTime(one.set('count', 2))
    void one.set('note', 'pending')
    const states = (hub.messages as { state?: Record<string, unknown> }[]).flatMap(({ state }) => (state ? [state] : []))
    expect(states.length).toBeGreaterThan(0)
    for (const state of states) {
      expect(state).not.toHaveProperty('csrf')
      expect(state.last).toBe(0)
      expect(JSON.stringify(state)).not.toContain('pending')
    }
  })

  test('tell nothing where nothing changed', async () => {
    const { hub, one } = await openTabs(2)
    await one.revalidate()
    await one.get('count')
    expect(hub.messages).toEqual([])
  })

  test('learn of an end: they look for themselves and end with it', async () => {
    const { mock, one, two } = await openTabs(2)
    const ended = collect(two, 'ended')
    const pending = follow(() => two.set('note', 'x'))
    await inTime(pending.status === 'pending' ? two.settled() : Promise.resolve())
    await one.end()
    await advance(10_000)
    expect([ended, two.peek('count'), await mock.lineage()]).toEqual([[{ reason: 'flushed' }], 0, null])
  })

  test("are notified of a log-in as another, and none shows the former visitor's data", async () => {
    const mock = createServer({
      initial: { note: "ann's" },
      signedInAs: 'ann',
      endpoints: { 'POST /login': async ({ session }) => session.signIn('bob') },
    })
    const hub = createHub()
    const [one, two] = [open(mock, { channel: hub.channel }), open(mock, { channel: hub.channel })]
    await Promise.all([one.get('note'), two.get('note')])
    const ended = collect(two, 'ended')
    void one.exclusive(() => mock.fetch('http://localhost/login', { method: 'POST' }))
    await advance(10_000)
    expect([one.peek('note'), two.peek('note'), one.identity, two.identity]).toEqual([undefined, undefined, 'bob', 'bob'])
    expect(ended).toEqual([{ reason: 'replaced' }])
  })

  test('cannot bring back what one of them is ending, by a message from before', async () => {
    const { mock, hub, one } = await openTabs(1)
    const before = one.dehydrate()?.state
    mock.offline()
    void one.end()
    await flush()
    hub.say({ from: before?.version, state: { ...before, version: 'v9-late' }, set: { count: 99 }, gone: [] })
    await advance(1_000)
    expect([one.peek('count'), one.getSnapshot().pending]).toEqual([0, 1])
  })

  test('with ten of them a write is one request, and a chain of writes converges', async () => {
    const mock = createServer({ initial: { count: 0 } })
    const hub = createHub()
    const tabs = Array.from({ length: 10 }, () => open(mock, { channel: hub.channel }))
    await Promise.all(tabs.map((tab) => tab.get('count')))
    const loaded = mock.requests.length
    for (const tab of tabs) {
      await inTime(tab.update('count', (count) => count + 1))
      await flush()
    }
    expect(traffic(mock, loaded)).toHaveLength(10)
    expect(tabs.map((tab) => tab.peek('count'))).toEqual(Array.from({ length: 10 }, () => 10))
  })

  test('that all write at once lose nothing and come to one value', async () => {
    const mock = createServer({ initial: { count: 0 } })
    const hub = createHub()
    const tabs = Array.from({ length: 6 }, () => open(mock, { channel: hub.channel }))
    await Promise.all(tabs.map((tab) => tab.get('count')))
    for (let round = 0; round < 5; round++) for (const tab of tabs) void tab.update('count', (count) => count + 1)
    await inTime(Promise.all(tabs.map((tab) => tab.settled())))
    await advance(1_000)
    expect(await mock.data()).toEqual({ count: 30 })
    expect(tabs.map((tab) => tab.peek('count'))).toEqual(tabs.map(() => 30))
  })
})

describe('the option channel', () => {
  test('false opens none', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const session = open(mock, { channel: false })
    await session.set('count', 2)
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('gets the absolute URL as its name, so that two sessions of a page do not mix', async () => {
    const names: string[] = []
    const hub = createHub()
    const channel = (name: string) => {
      names.push(name)
      return hub.channel(name)
    }
    for (const url of ['http://localhost/session', 'http://localhost/other']) {
      const mock = createServer({ url, initial: { count: 1 } })
      await open(mock, { channel }).get('count')
    }
    expect(names).toEqual(['http://localhost/session', 'http://localhost/other'])
  })
})

// Holds that `exclusive` in one tab pauses the requests of the others, within its limits.
import { describe, expect, test, vi } from 'vitest'
import { advance, createHub, createLocks, createServer, flush, follow, open, traffic, useFakeTime } from './harness.ts'

useFakeTime()

/** Two tabs of one browser that have loaded. */
async function openTabs() {
  const mock = createServer({ initial: { count: 1 } })
  const hub = createHub()
  const { locks, isTaken, freeze } = createLocks()
  const options = { channel: hub.channel, locks }
  const [one, two] = [open(mock, options), open(mock, options)]
  await Promise.all([one.get('count'), two.get('count')])
  return { mock, hub, one, two, options, isTaken, freeze }
}

/** A request of the app that takes as long as the test wants. */
function createGate() {
  let open: (value: string) => void = () => {}
  const opened = new Promise<string>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

describe('exclusive holds the other tabs', () => {
  test('a commit of another tab has a second to finish; then it is cut, and goes again with the same bytes', async () => {
    const { mock, one, two } = await openTabs()
    const held = mock.next({ fault: 'hold-answer', method: 'PATCH' })
    const written = follow(() => two.update('count', (count) => count + 1))
    await held.reached()
    let isRun = false
    void one.exclusive(() => {
      isRun = true
    })
    await advance(999)
    expect([isRun, traffic(mock, 2)]).toEqual([false, ['PATCH/1 waiting']])
    await advance(1)
    expect([isRun, traffic(mock, 2)[0]]).toEqual([true, 'PATCH/1 aborted'])
    await advance(100)
    expect([written.status, await mock.data()]).toEqual(['resolved', { count: 2 }])
  })

  test('a commit of another tab that finishes earlier is waited for no longer', async () => {
    const { mock, one, two } = await openTabs()
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    void two.set('count', 2)
    await held.reached()
    const result = follow(() => one.exclusive(() => traffic(mock, 2).at(-1)))
    await advance(500)
    expect(result.status).toBe('pending')
    await held.release()
    await flush()
    expect(result.value).toBe('PATCH/1 200')
  })

  test('a read of another tab is cut at once, and its callers are answered after the section', async () => {
    const { mock, one, two } = await openTabs()
    const held = mock.next({ fault: 'hold', method: 'GET' })
    const read = follow(() => two.revalidate())
    await held.reached()
    const result = follow(() => one.exclusive(() => 'done'))
    await flush()
    expect([result.value, traffic(mock, 2)[0]]).toEqual(['done', 'GET aborted'])
    expect(read.status).toBe('resolved')
  })

  test('what another tab waits for, since the server asked for it, delays nothing; that tab keeps its wait', async () => {
    const { mock, one, two } = await openTabs()
    mock.next({ fault: 'rate-limited', method: 'PATCH', retryAfterSeconds: 60 })
    const written = follow(() => two.set('count', 2))
    await flush()
    const result = follow(() => one.exclusive(() => 'done'))
    await advance(100)
    expect(result.value).toBe('done')
    await advance(59_000)
    expect(written.status).toBe('pending')
    await advance(1_000)
    expect(written.status).toBe('resolved')
  })

  test('what another tab writes meanwhile is shown there and sent after', async () => {
    const { mock, one, two } = await openTabs()
    const gate = createGate()
    const result = follow(() => one.exclusive(() => gate.opened))
    await advance(100)
    const written = follow(() => two.set('theme', 'dark'))
    await advance(5_000)
    expect([two.peek('theme'), written.status, traffic(mock)]).toEqual(['dark', 'pending', ['GET 200', 'GET 200']])
    gate.open('done')
    await advance(100)
    expect([result.value, written.status]).toEqual(['done', 'resolved'])
    expect(traffic(mock, 2)).toEqual(['GET 200', 'PATCH/1 200'])
  })

  test('a tab that is opened during it waits as well', async () => {
    const { mock, one, options } = await openTabs()
    const gate = createGate()
    void one.exclusive(() => gate.opened)
    await advance(100)
    const three = open(mock, options)
    const written = follow(() => three.set('count', 3))
    await advance(1_000)
    expect([written.status, traffic(mock).filter((line) => line.startsWith('PATCH'))]).toEqual(['pending', []])
    gate.open('done')
    await advance(100)
    expect(written.status).toBe('resolved')
  })

  test.each(['set', 'end'] as const)('a tab that calls %s as it is opened sends nothing before the section is over', async (call) => {
    const { mock, one, options } = await openTabs()
    const gate = createGate()
    void one.exclusive(() => gate.opened)
    await advance(100)
    // Rendered on a server, so that no read comes first.
    const three = open(mock, { ...options, initialState: one.dehydrate() })
    const done = follow(() => (call === 'set' ? three.set('count', 3) : three.end()))
    await advance(5_000)
    expect([done.status, traffic(mock, 2)]).toEqual(['pending', []])
    gate.open('done')
    await advance(100)
    expect(done.status).toBe('resolved')
  })

  test('a tab that dies during it frees the others at once', async () => {
    const { mock, one, two, isTaken } = await openTabs()
    void one.exclusive(() => new Promise(() => {}), { timeoutMs: 10_000 }).catch(() => {})
    await advance(100)
    const written = follow(() => two.set('theme', 'dark'))
    await advance(100)
    expect([written.status, isTaken('section')]).toEqual(['pending', true])
    one.dispose()
    await flush()
    expect(written.status).toBe('resolved')
    expect(await mock.data()).toEqual({ count: 1, theme: 'dark' })
  })

  test('a tab that is frozen during it holds an exchange no longer than two attempts may take', async () => {
    const { mock, two, freeze } = await openTabs()
    freeze('section http://localhost/session')
    const written = follow(() => two.set('theme', 'dark'))
    await advance(19_999)
    expect(written.status).toBe('pending')
    await advance(1)
    expect([written.status, traffic(mock, 2)]).toEqual(['resolved', ['PATCH/1 200']])
  })

  test('begins without the lock after its limit, since exactly-once does not rest on locks', async () => {
    const { one, freeze } = await openTabs()
    freeze('section http://localhost/session', 'shared')
    const result = follow(() => one.exclusive(() => 'done', { timeoutMs: 2_000 }))
    await advance(1_999)
    expect(result.status).toBe('pending')
    await advance(1)
    expect(result.value).toBe('done')
  })

  test('for as long as the function runs, also when waiting for the others took its time', async () => {
    const { mock, one, two } = await openTabs()
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    void one.set('count', 2)
    await held.reached()
    const gate = createGate()
    const result = follow(() => one.exclusive(() => gate.opened, { timeoutMs: 8_000 }))
    await advance(900)
    await held.release()
    await advance(100)
    const written = follow(() => two.set('theme', 'dark'))
    await advance(7_500)
    expect([result.status, written.status]).toEqual(['pending', 'pending'])
    gate.open('done')
    await advance(100)
    expect([result.status, written.status]).toEqual(['resolved', 'resolved'])
  })

  test('a message that is not one of ours holds nobody', async () => {
    const { hub, two } = await openTabs()
    for (const garbage of [{ hold: 10_000 }, { say: 'hold' }, { say: 'want' }, { say: 'creating' }, { say: 'want', tab: 7 }])
      hub.say(garbage)
    const written = follow(() => two.set('count', 2))
    await flush()
    expect(written.status).toBe('resolved')
  })

  test.each([0, 20, 49, 500])('one in another tab that is called %i ms later runs after it, and both end at once', async (laterMs) => {
    const { mock, one, two } = await openTabs()
    const story: string[] = []
    const request = (name: string) => async (): Promise<void> => {
      story.push(`${name} begins`)
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      story.push(`${name} ends`)
    }
    const results = [follow(() => one.exclusive(request('a')))]
    if (laterMs > 0) await advance(laterMs)
    results.push(follow(() => two.exclusive(request('b'))))
    const written = follow(() => two.set('theme', 'dark'))
    await advance(2_200)
    // Of two at the very same time either may be first.
    const [first, second] = story[0] === 'a begins' ? ['a', 'b'] : ['b', 'a']
    expect(story).toEqual([`${first} begins`, `${first} ends`, `${second} begins`, `${second} ends`])
    if (laterMs > 0) expect(first).toBe('a')
    expect([...results, written].map(({ status }) => status)).toEqual(['resolved', 'resolved', 'resolved'])
    expect(traffic(mock, 2)).toEqual(['GET 200', 'GET 200', 'PATCH/1 200'])
  })

  test('three at once run one after the other, and one whose tab dies keeps the others no longer', async () => {
    const { mock, one, two, options } = await openTabs()
    const three = open(mock, options)
    await three.get('count')
    let under = 0
    let most = 0
    const request = async (): Promise<void> => {
      most = Math.max(most, ++under)
      await new Promise((resolve) => setTimeout(resolve, 500))
      under--
    }
    const dead = one.exclusive(() => new Promise<void>(() => {}), { timeoutMs: 2_000 })
    void dead.catch(() => {})
    await advance(100)
    const results = [two, three].map((tab) => follow(() => tab.exclusive(request)))
    one.dispose()
    await advance(2_000)
    expect([results.map(({ status }) => status), most]).toEqual([['resolved', 'resolved'], 1])
  })

  test('one that waits for another tab ends with its client: nothing of the app runs any more', async () => {
    const { one, two } = await openTabs()
    const gate = createGate()
    void one.exclusive(() => gate.opened)
    await advance(100)
    const run = vi.fn()
    const calls = [two.exclusive(run), two.set('count', 2), two.revalidate(), two.settled()]
    const outcomes = calls.map((call) => follow(() => call))
    await advance(100)
    two.dispose()
    await flush()
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'resolved'])
    expect(outcomes[0]?.error).toMatchObject({ code: 'disposed' })
    gate.open('done')
    await advance(1_000)
    expect(run).not.toHaveBeenCalled()
    one.dispose()
    await flush()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('one that gave up waiting for another tab holds nobody afterwards', async () => {
    const { one, two } = await openTabs()
    const gate = createGate()
    const long = follow(() => one.exclusive(() => gate.opened))
    await advance(100)
    const short = follow(() => two.exclusive(() => 'done', { timeoutMs: 500 }))
    await advance(2_000)
    expect([long.status, short.value]).toEqual(['pending', 'done'])
    gate.open('done')
    await advance(100)
    expect(long.status).toBe('resolved')
    const written = follow(() => one.set('count', 2))
    await advance(100)
    expect(written.status).toBe('resolved')
  })

  test('the first commit of a new visitor waits for it as well', async () => {
    const mock = createServer()
    const options = { channel: createHub().channel, locks: createLocks().locks }
    const [one, two] = [open(mock, options), open(mock, options)]
    await Promise.all([one.get('count'), two.get('count')])
    const gate = createGate()
    void one.exclusive(() => gate.opened)
    await advance(100)
    void two.set('count', 1)
    await advance(1_000)
    await mock.write({ note: 'made by the log-in' })
    gate.open('done')
    await advance(1_000)
    expect(await mock.data()).toEqual({ note: 'made by the log-in', count: 1 })
  })
})

describe('exclusive without Web Locks', () => {
  test('holds this tab alone', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const { channel } = createHub()
    const [one, two] = [open(mock, { locks: false, channel }), open(mock, { locks: false, channel })]
    await Promise.all([one.get('count'), two.get('count')])
    const gate = createGate()
    const result = follow(() => one.exclusive(() => gate.opened))
    const outcomes = [follow(() => one.set('theme', 'dark')), follow(() => two.set('count', 2))]
    await flush()
    expect(outcomes.map(({ status }) => status)).toEqual(['pending', 'resolved'])
    gate.open('done')
    await flush()
    expect([result.value, outcomes[0]?.status]).toEqual(['done', 'resolved'])
  })
})

describe('the option lockName', () => {
  test('lets clients of one session under two URLs exclude each other', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const { locks } = createLocks()
    const fetch: typeof globalThis.fetch = (_, init) => mock.fetch(mock.url, init)
    const one = open(mock, { locks, lockName: 'shop' })
    const two = open({ ...mock, url: 'http://localhost/other', fetch }, { locks, lockName: 'shop' })
    await one.get('count')
    const gate = createGate()
    void one.exclusive(() => gate.opened)
    await flush()
    const read = follow(() => two.get('count'))
    await advance(5_000)
    expect(read.status).toBe('pending')
    gate.open('done')
    await flush()
    expect(read.status).toBe('resolved')
  })
})

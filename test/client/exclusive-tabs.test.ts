import { describe, expect, test, vi } from 'vitest'
import { advance, createHub, createServer, flush, follow, open, traffic, useFakeTime } from './harness.ts'

useFakeTime()

/** Two tabs of one browser that have loaded. */
async function openTabs() {
  const mock = createServer({ initial: { count: 1 } })
  const hub = createHub()
  const one = open(mock, { channel: hub.channel })
  const two = open(mock, { channel: hub.channel })
  await Promise.all([one.get('count'), two.get('count')])
  await advance(50) // until then a write waits for the word of the others
  return { mock, hub, one, two }
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
  test('what another tab has under way finishes first', async () => {
    const { mock, one, two } = await openTabs()
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    void two.set('count', 2)
    await held.reached()
    let isRun = false
    void one.exclusive(() => {
      isRun = true
    })
    await advance(1_000)
    expect(isRun).toBe(false)
    await held.release()
    await advance(100)
    expect(isRun).toBe(true)
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

  test('a tab that is opened during it asks first, and its writes are held too', async () => {
    const { mock, hub, one } = await openTabs()
    const gate = createGate()
    void one.exclusive(() => gate.opened)
    await advance(100)
    const three = open(mock, { channel: hub.channel })
    const written = follow(() => three.set('count', 3))
    await advance(1_000)
    expect([written.status, traffic(mock).filter((line) => line.startsWith('PATCH'))]).toEqual(['pending', []])
    gate.open('done')
    await advance(100)
    expect(written.status).toBe('resolved')
  })

  test.each(['set', 'end'] as const)(
    'a tab that calls %s as it is opened waits for the answer before anything unsafe leaves',
    async (call) => {
      const { mock, hub, one } = await openTabs()
      const gate = createGate()
      void one.exclusive(() => gate.opened)
      await advance(100)
      // Rendered on a server, so that no read comes first; the other page is busy for a while.
      const channel = (name: string) => {
        const inner = hub.channel(name)
        return { ...inner, postMessage: (message: unknown) => void setTimeout(() => inner.postMessage(message), 40) }
      }
      const three = open(mock, { channel, initialState: one.dehydrate() })
      const done = follow(() => (call === 'set' ? three.set('count', 3) : three.end()))
      await advance(5_000)
      expect([done.status, traffic(mock, 2)]).toEqual(['pending', []])
      gate.open('done')
      await advance(100)
      expect(done.status).toBe('resolved')
    },
  )

  test('nobody answers: what a new tab writes at once leaves after 50 ms, and what it reads at once', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const tab = open(mock, { channel: createHub().channel })
    void tab.set('count', 2)
    await advance(49)
    expect([tab.peek('count'), traffic(mock)]).toEqual([2, ['GET 200']])
    await advance(1)
    expect(traffic(mock)).toEqual(['GET 200', 'PATCH/1 200'])
    await tab.set('count', 3)
    expect(await mock.data()).toEqual({ count: 3 })
  })

  test('a tab that dies during it holds the others no longer than its limit', async () => {
    const { mock, one, two } = await openTabs()
    void one.exclusive(() => new Promise(() => {}), { timeoutMs: 10_000 })
    await advance(100)
    const written = follow(() => two.set('theme', 'dark'))
    one.dispose()
    await advance(9_000)
    expect(written.status).toBe('pending')
    await advance(1_500)
    expect(written.status).toBe('resolved')
    expect(await mock.data()).toEqual({ count: 1, theme: 'dark' })
  })

  test('for as long as the function runs, also when waiting for the others took its time', async () => {
    const { mock, one, two } = await openTabs()
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    void one.set('count', 2)
    await held.reached()
    const gate = createGate()
    const result = follow(() => one.exclusive(() => gate.opened, { timeoutMs: 8_000 }))
    await advance(6_000)
    await held.release()
    await advance(100)
    const written = follow(() => two.set('theme', 'dark'))
    await advance(6_000)
    expect([result.status, written.status]).toEqual(['pending', 'pending'])
    gate.open('done')
    await advance(100)
    expect([result.status, written.status]).toEqual(['resolved', 'resolved'])
  })

  test('no message holds a tab for longer than a minute', async () => {
    const { hub, two } = await openTabs()
    hub.say({ hold: 86_400_000 })
    const written = follow(() => two.set('count', 2))
    await advance(59_000)
    expect(written.status).toBe('pending')
    await advance(2_000)
    expect(written.status).toBe('resolved')
  })

  test('a message that is not one of ours holds nobody', async () => {
    const { hub, two } = await openTabs()
    for (const garbage of [{ hold: 'long' }, { hold: -1 }, { hold: Number.NaN }, { hold: null }, { say: 'hold' }, { say: 'busy', hold: 0 }])
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

  test('three at once run one after the other, and one whose tab dies keeps the others no longer than its limit', async () => {
    const { mock, hub, one, two } = await openTabs()
    const three = open(mock, { channel: hub.channel })
    await three.get('count')
    await advance(50)
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
    await advance(5_000)
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
    const hub = createHub()
    const one = open(mock, { channel: hub.channel })
    const two = open(mock, { channel: hub.channel })
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

// Holds that a new visitor gets exactly one session, however many tabs write first.
import { describe, expect, test, vi } from 'vitest'
import {
  advance,
  createHub,
  createLocks,
  createServer,
  flush,
  follow,
  inTime,
  type Mock,
  open,
  type Session,
  traffic,
  useFakeTime,
} from './harness.ts'

useFakeTime()

const refuse = (): Promise<never> => Promise.reject(new DOMException('The document is not fully active.', 'InvalidStateError'))

/** The grants of the lock that creates sessions. */
const creations = (story: readonly string[]): string[] => story.filter((line) => line.startsWith('creation'))

describe('the first commit of a new visitor', () => {
  test('of two tabs at once makes one session, and both writes are in it', async () => {
    const mock = createServer()
    const { locks, story } = createLocks()
    const [one, two] = [open(mock, { locks }), open(mock, { locks })]
    await Promise.all([one.get('count'), two.get('count')])
    const outcomes = [follow(() => one.set('count', 1)), follow(() => two.set('note', 'a'))]
    await advance(10_000)
    expect(outcomes.map(({ status }) => status)).toEqual(['resolved', 'resolved'])
    expect(creations(story)).toEqual(['creation exclusive', 'creation exclusive after another'])
    expect(await mock.data()).toEqual({ count: 1, note: 'a' })
    expect(mock.requests.filter(({ body }) => (body as { lineage?: unknown } | undefined)?.lineage === null)).toHaveLength(1)
  })

  test('who waited for another tab reads first', async () => {
    const mock = createServer()
    const { locks } = createLocks()
    const [one, two] = [open(mock, { locks }), open(mock, { locks })]
    await Promise.all([one.get('count'), two.get('count')])
    void one.set('count', 1)
    void two.update('count', (count) => count + 10)
    await advance(10_000)
    expect(traffic(mock, 2)).toEqual(['PATCH/1 200', 'GET 200', 'PATCH/1 200'])
    expect(await mock.data()).toEqual({ count: 11 })
  })

  test('holds its lock through all its retries, so that a late cookie orphans nobody', async () => {
    const mock = createServer()
    const { locks } = createLocks()
    const [one, two] = [open(mock, { locks }), open(mock, { locks })]
    await Promise.all([one.get('count'), two.get('count')])
    mock.next({ fault: 'lose-request', method: 'PATCH', times: 4 })
    void one.set('count', 1)
    await flush()
    void two.set('note', 'a')
    await advance(60_000)
    const numbers = mock.requests.slice(2).map(({ client, method }) => [client === mock.requests[2]?.client ? 'one' : 'two', method])
    expect(numbers.map(([who]) => who)).toEqual(['one', 'one', 'one', 'one', 'one', 'two', 'two'])
    expect(await mock.data()).toEqual({ count: 1, note: 'a' })
  })

  test('holds its lock through the reads between its retries too', async () => {
    const mock = createServer()
    const { locks } = createLocks()
    const [one, two] = [open(mock, { locks }), open(mock, { locks })]
    await Promise.all([one.get('count'), two.get('count')])
    // Down for a commit's four attempts and the read that follows; the next commit's response, with its cookie, is late.
    mock.next({ fault: 'server-error-page', status: 502, times: 5 })
    const late = mock.next({ fault: 'hold-answer', method: 'PATCH' })
    const outcomes = [follow(() => one.set('count', 1)), follow(() => two.set('note', 'a'))]
    while (late.used === 0) await advance(500)
    await advance(9_000)
    await late.release()
    await advance(60_000)
    expect(outcomes.map(({ status }) => status)).toEqual(['resolved', 'resolved'])
    expect(await mock.data()).toEqual({ count: 1, note: 'a' })
  })

  test('waits for that of a page that was left, and goes to the session that it creates', async () => {
    const mock = createServer()
    const hub = createHub()
    const session = open(mock, { channel: hub.channel })
    await session.get('count')
    hub.say({ say: 'left', tab: 'another' })
    const written = follow(() => session.update('count', (count) => count + 1))
    await advance(2_000)
    expect([written.status, traffic(mock).filter((request) => request.startsWith('PATCH'))]).toEqual(['pending', []])
    await mock.write({ count: 10 })
    await advance(1_000)
    expect(written.status).toBe('resolved')
    expect(await mock.data()).toEqual({ count: 11 })
  })

  test('waits for a page that was left as long as one attempt may take, and then creates the session', async () => {
    const mock = createServer()
    const hub = createHub()
    const session = open(mock, { channel: hub.channel, timeoutMs: 5_000 })
    await session.get('count')
    hub.say({ say: 'left', tab: 'another' })
    const written = follow(() => session.set('count', 1))
    await advance(4_900)
    expect(written.status).toBe('pending')
    await advance(1_100)
    expect(written.status).toBe('resolved')
    expect(traffic(mock).length).toBeLessThan(15)
    expect(await mock.data()).toEqual({ count: 1 })
  })

  test('asked to read meanwhile does not wait for itself', async () => {
    const mock = createServer()
    const { locks } = createLocks()
    const session = open(mock, { locks })
    await session.get('count')
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    const written = follow(() => session.set('count', 1))
    await held.reached()
    const read = follow(() => session.revalidate())
    await held.release()
    await advance(1_000)
    expect([written.status, read.status]).toEqual(['resolved', 'resolved'])
  })

  test.each<[string, number, (mock: Mock, session: Session) => unknown]>([
    ['the server wants a log-in', 2, (mock) => mock.next({ fault: 'unauthenticated', times: 99 })],
    ['the session is ended', 0, (_, session) => session.end()],
    ['an exclusive request begins', 0, (_, session) => session.exclusive(() => new Promise(() => {}))],
  ])('lets go of its lock between two attempts where %s, after %i more', async (_, attempts, happen) => {
    const mock = createServer()
    const { locks, isTaken } = createLocks()
    const session = open(mock, { locks })
    await session.get('count')
    mock.next({ fault: 'lose-request', method: 'PATCH', times: 3 })
    void session.set('count', 1).catch(() => {})
    await advance(1)
    expect(isTaken('creation')).toBe(true)
    const before = mock.requests.length
    follow(() => happen(mock, session))
    await advance(5_000)
    expect(isTaken('creation')).toBe(false)
    expect(mock.requests.slice(before).filter(({ method }) => method === 'PATCH')).toHaveLength(attempts)
  })

  test('later commits take no lock', async () => {
    const mock = createServer()
    const { locks, story } = createLocks()
    const session = open(mock, { locks })
    await session.set('count', 1)
    await session.set('count', 2)
    await session.set('count', 3)
    expect(creations(story)).toHaveLength(1)
  })

  test('if the browser refuses the lock goes without it, and the client lives on', async () => {
    const mock = createServer()
    const session = open(mock, { locks: { request: refuse } })
    const written = follow(() => session.set('count', 1))
    await advance(10_000)
    expect(written.status).toBe('resolved')
    expect(await mock.data()).toEqual({ count: 1 })
  })

  test('waits for a tab that is frozen with the lock no longer than three attempts may take, then reads first', async () => {
    const mock = createServer()
    const { locks, freeze, isTaken } = createLocks()
    const thaw = freeze('creation http://localhost/session')
    const session = open(mock, { locks, timeoutMs: 2_000 })
    const written = follow(() => session.set('count', 1))
    await advance(5_999)
    await mock.write({ note: 'of the frozen tab' })
    expect([written.status, traffic(mock)]).toEqual(['pending', ['GET 200']])
    await advance(1)
    expect([written.status, traffic(mock, 1)]).toEqual(['resolved', ['GET 200', 'PATCH/1 200']])
    expect(await mock.data()).toEqual({ note: 'of the frozen tab', count: 1 })
    thaw()
    await session.set('count', 2)
    expect([traffic(mock, 3), isTaken('creation')]).toEqual([['PATCH/2 200'], false])
  })

  test('waits longer for a tab that still tries and says so', async () => {
    const mock = createServer()
    const hub = createHub()
    const { locks } = createLocks()
    const [one, two] = [open(mock, { locks, channel: hub.channel }), open(mock, { locks, channel: hub.channel, timeoutMs: 1_000 })]
    await Promise.all([one.get('count'), two.get('count')])
    const down = mock.next({ fault: 'unavailable', method: 'PATCH', retryAfterSeconds: 20, times: 1 })
    const outcomes = [follow(() => one.set('count', 1)), follow(() => two.set('note', 'a'))]
    await advance(19_000)
    expect([down.used, traffic(mock, 2)]).toEqual([1, ['PATCH/1 503']])
    await advance(10_000)
    expect(outcomes.map(({ status }) => status)).toEqual(['resolved', 'resolved'])
    expect(await mock.data()).toEqual({ count: 1, note: 'a' })
  })

  test('that waits for the lock leaves nothing in flight: exclusive begins at once, and dispose() leaves no timer', async () => {
    const mock = createServer()
    const { locks, freeze, waiting } = createLocks()
    freeze('creation http://localhost/session')
    const session = open(mock, { locks })
    const written = follow(() => session.set('count', 1))
    await flush()
    const result = follow(() => session.exclusive(() => 'done'))
    await flush()
    expect([result.value, written.status, waiting]).toEqual(['done', 'pending', 0])
    session.dispose()
    await flush()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a lock that is refused after the commit went without it ends no other wait', async () => {
    const mock = createServer()
    const { promise, reject } = Promise.withResolvers<void>()
    const session = open(mock, { locks: { request: (name) => (name.startsWith('creation') ? promise : refuse()) }, timeoutMs: 1_000 })
    await session.get('count')
    mock.next({ fault: 'server-error-page', status: 502, times: 99 })
    const written = follow(() => session.set('count', 1))
    await advance(3_500)
    expect([written.status, session.getSnapshot().activity]).toEqual(['pending', 'retrying'])
    const before = mock.requests.length
    reject(new DOMException('The document is not fully active.', 'InvalidStateError'))
    await flush()
    expect(mock.requests).toHaveLength(before)
    session.dispose()
    await flush()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a lock that is lost after the commit began changes nothing', async () => {
    const mock = createServer()
    const session = open(mock, {
      locks: {
        async request(_, __, run) {
          void run({})
          throw new DOMException('stolen', 'AbortError')
        },
      },
    })
    await inTime(session.set('count', 1))
    await inTime(session.set('count', 2))
    expect(traffic(mock)).toEqual(['GET 200', 'PATCH/1 200', 'PATCH/2 200'])
  })

  test('that is slow in one tab keeps no other tab from reading', async () => {
    const mock = createServer()
    const { locks } = createLocks()
    const [one, two] = [open(mock, { locks }), open(mock, { locks })]
    await one.get('count')
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    void one.set('count', 1)
    await held.reached()
    const read = follow(() => two.get('count'))
    await flush()
    expect([read.status, read.value]).toEqual(['resolved', 0])
    await held.release()
  })
})

describe('the first commit of a new visitor, without Web Locks', () => {
  /** Tabs that have a channel and no locks, as on plain http. */
  async function openTabs(count: number) {
    const mock = createServer()
    const hub = createHub()
    const tabs = Array.from({ length: count }, () => open(mock, { locks: false, channel: hub.channel }))
    await Promise.all(tabs.map((tab) => tab.get('count')))
    return { mock, hub, tabs: tabs as [Session, Session, ...Session[]] }
  }
  const created = (mock: Mock): unknown[] =>
    mock.requests.filter(({ body, status }) => status === 200 && (body as { lineage?: unknown } | undefined)?.lineage === null)

  test.each([0, 20, 49, 500])('of two tabs, one %i ms later, makes one session with both writes', async (laterMs) => {
    const { mock, tabs } = await openTabs(2)
    mock.next({ fault: 'delay', delayMs: 700, method: 'PATCH' })
    const outcomes = [follow(() => tabs[0].set('count', 1))]
    await advance(laterMs)
    outcomes.push(follow(() => tabs[1].set('note', 'a')))
    await advance(10_000)
    expect(outcomes.map(({ status }) => status)).toEqual(['resolved', 'resolved'])
    expect([await mock.data(), created(mock).length]).toEqual([{ count: 1, note: 'a' }, 1])
  })

  test('of five tabs at once makes one session', async () => {
    const { mock, tabs } = await openTabs(5)
    const outcomes = tabs.map((tab) => follow(() => tab.update('count', (count) => count + 1)))
    await advance(30_000)
    expect(outcomes.map(({ status }) => status)).toEqual(tabs.map(() => 'resolved'))
    expect([await mock.data(), created(mock).length]).toEqual([{ count: 5 }, 1])
  })

  test('waits 50 ms for the word of another tab, later writes not at all', async () => {
    const { mock, tabs } = await openTabs(2)
    void tabs[0].set('count', 1)
    await advance(49)
    expect(traffic(mock, 2)).toEqual([])
    await advance(1)
    expect(traffic(mock, 2)[0]).toBe('PATCH/1 200')
    await tabs[0].set('count', 2)
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('goes once the tab that was creating has died, and no request of it can be in flight', async () => {
    const { mock, tabs } = await openTabs(2)
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    follow(() => tabs[0].set('count', 1))
    await advance(60)
    const written = follow(() => tabs[1].set('note', 'a'))
    await advance(3_000)
    expect([held.used, written.status]).toEqual([1, 'pending'])
    tabs[0].dispose()
    await advance(9_000)
    expect(written.status).toBe('pending')
    await advance(4_000)
    expect(written.status).toBe('resolved')
  })
})

describe('a server that cannot compare and set', () => {
  test('gets every commit in one tab at a time, each after a read where another was first', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const { locks, story } = createLocks()
    const withoutAtomic: typeof globalThis.fetch = async (input, init) => {
      const response = await mock.fetch(input, init)
      const body = await response.text()
      const state = body.startsWith('{') ? JSON.stringify({ ...JSON.parse(body), atomic: false }) : null
      return new Response(state, { status: response.status, headers: response.headers })
    }
    const [one, two] = [open(mock, { locks, fetch: withoutAtomic }), open(mock, { locks, fetch: withoutAtomic })]
    await Promise.all([one.get('count'), two.get('count')])
    void one.set('count', 2)
    void two.set('note', 'a')
    await advance(10_000)
    void one.set('count', 3)
    await advance(10_000)
    expect(creations(story)).toEqual(['creation exclusive', 'creation exclusive after another', 'creation exclusive'])
    expect(await mock.data()).toEqual({ count: 3, note: 'a' })
  })
})

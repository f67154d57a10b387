import type { SessionLock } from 'sojourn'
import { describe, expect, test, vi } from 'vitest'
import { advance, createServer, flush, follow, inTime, type Mock, open, type Session, traffic, useFakeTime } from './harness.ts'

useFakeTime()

/** A lock between tabs, as a browser's: one at a time, in the order in which they asked. */
function createLock() {
  let tail: Promise<void> = Promise.resolve()
  let holders = 0
  const story: string[] = []
  const lock: SessionLock = async (run) => {
    const waited = holders > 0
    holders++
    const turn = tail.then(async () => {
      story.push(waited ? 'after another' : 'first')
      await run(waited)
    })
    tail = turn.then(
      () => {},
      () => {},
    )
    await turn.finally(() => holders--)
  }
  return { lock, story, isTaken: () => holders > 0 }
}

describe('the first commit of a new visitor', () => {
  test('of two tabs at once makes one session, and both writes are in it', async () => {
    const mock = createServer()
    const { lock, story } = createLock()
    const [one, two] = [open(mock, { lock }), open(mock, { lock })]
    await Promise.all([one.get('count'), two.get('count')])
    const outcomes = [follow(() => one.set('count', 1)), follow(() => two.set('note', 'a'))]
    await advance(10_000)
    expect(outcomes.map(({ status }) => status)).toEqual(['resolved', 'resolved'])
    expect(story).toEqual(['first', 'after another'])
    expect(await mock.data()).toEqual({ count: 1, note: 'a' })
    expect(mock.requests.filter(({ body }) => (body as { lineage?: unknown } | undefined)?.lineage === null)).toHaveLength(1)
  })

  test('who waited for another tab reads first', async () => {
    const mock = createServer()
    const { lock } = createLock()
    const [one, two] = [open(mock, { lock }), open(mock, { lock })]
    await Promise.all([one.get('count'), two.get('count')])
    void one.set('count', 1)
    void two.update('count', (count) => count + 10)
    await advance(10_000)
    expect(traffic(mock, 2)).toEqual(['PATCH/1 200', 'GET 200', 'PATCH/1 200'])
    expect(await mock.data()).toEqual({ count: 11 })
  })

  test('holds its lock through all its retries, so that a late cookie orphans nobody', async () => {
    const mock = createServer()
    const { lock } = createLock()
    const [one, two] = [open(mock, { lock }), open(mock, { lock })]
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
    const { lock } = createLock()
    const [one, two] = [open(mock, { lock }), open(mock, { lock })]
    await Promise.all([one.get('count'), two.get('count')])
    // Down for a commit's four attempts and the read that follows; the next commit's answer, with its cookie, is late.
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

  test('asked to read meanwhile does not wait for itself', async () => {
    const mock = createServer()
    const { lock } = createLock()
    const session = open(mock, { lock })
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
    const { lock, isTaken } = createLock()
    const session = open(mock, { lock })
    await session.get('count')
    mock.next({ fault: 'lose-request', method: 'PATCH', times: 3 })
    void session.set('count', 1).catch(() => {})
    await flush()
    expect(isTaken()).toBe(true)
    const before = mock.requests.length
    follow(() => happen(mock, session))
    await advance(5_000)
    expect(isTaken()).toBe(false)
    expect(mock.requests.slice(before).filter(({ method }) => method === 'PATCH')).toHaveLength(attempts)
  })

  test('later commits take no lock', async () => {
    const mock = createServer()
    const { lock, story } = createLock()
    const session = open(mock, { lock })
    await session.set('count', 1)
    await session.set('count', 2)
    await session.set('count', 3)
    expect(story).toHaveLength(1)
  })

  test('where the browser refuses the lock goes without it, and the client lives on', async () => {
    const mock = createServer()
    const session = open(mock, { lock: () => Promise.reject(new DOMException('The document is not fully active.', 'InvalidStateError')) })
    const written = follow(() => session.set('count', 1))
    await advance(10_000)
    expect(written.status).toBe('resolved')
    expect(await mock.data()).toEqual({ count: 1 })
  })

  test('waits for a tab that is frozen with the lock no longer than three attempts may take, then reads first', async () => {
    const mock = createServer()
    const queue: (() => Promise<void>)[] = []
    const lock: SessionLock = (run) => new Promise((resolve, reject) => queue.push(() => run(true).then(resolve, reject)))
    const session = open(mock, { lock, timeoutMs: 2_000 })
    const written = follow(() => session.set('count', 1))
    await advance(5_999)
    await mock.write({ note: 'of the frozen tab' })
    expect([written.status, traffic(mock)]).toEqual(['pending', ['GET 200']])
    await advance(1)
    expect([written.status, traffic(mock, 1)]).toEqual(['resolved', ['GET 200', 'PATCH/1 200']])
    expect(await mock.data()).toEqual({ note: 'of the frozen tab', count: 1 })
    // The lock that comes at last is given back at once.
    await queue[0]?.()
    await session.set('count', 2)
    expect(traffic(mock, 3)).toEqual(['PATCH/2 200'])
  })

  test('that waits for the lock is nothing under way: exclusive begins at once, and dispose() leaves no timer', async () => {
    const mock = createServer()
    const session = open(mock, { lock: () => new Promise(() => {}) })
    const written = follow(() => session.set('count', 1))
    await flush()
    const result = follow(() => session.exclusive(() => 'done'))
    await flush()
    expect([result.value, written.status]).toEqual(['done', 'pending'])
    session.dispose()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a lock that is refused after the commit went without it ends no other wait', async () => {
    const mock = createServer()
    const { promise, reject } = Promise.withResolvers<void>()
    const session = open(mock, { lock: () => promise, timeoutMs: 1_000 })
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
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a lock that is lost after the commit began changes nothing', async () => {
    const mock = createServer()
    const lock: SessionLock = async (run) => {
      await run(false)
      throw new DOMException('stolen', 'AbortError')
    }
    const session = open(mock, { lock })
    await inTime(session.set('count', 1))
    await inTime(session.set('count', 2))
    expect(traffic(mock)).toEqual(['GET 200', 'PATCH/1 200', 'PATCH/2 200'])
  })
})

describe('a server that cannot compare and set', () => {
  test('gets every commit in one tab at a time, each after a read where another was first', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const { lock, story } = createLock()
    const withoutAtomic: typeof globalThis.fetch = async (input, init) => {
      const response = await mock.fetch(input, init)
      const body = await response.text()
      const state = body.startsWith('{') ? JSON.stringify({ ...JSON.parse(body), atomic: false }) : null
      return new Response(state, { status: response.status, headers: response.headers })
    }
    const [one, two] = [open(mock, { lock, fetch: withoutAtomic }), open(mock, { lock, fetch: withoutAtomic })]
    await Promise.all([one.get('count'), two.get('count')])
    void one.set('count', 2)
    void two.set('note', 'a')
    await advance(10_000)
    void one.set('count', 3)
    await advance(10_000)
    expect(story).toEqual(['first', 'after another', 'first'])
    expect(await mock.data()).toEqual({ count: 3, note: 'a' })
  })
})

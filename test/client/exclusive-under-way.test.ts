// Holds how `exclusive` waits for, and gives up, what is in flight when it begins.
import { describe, expect, test, vi } from 'vitest'
import { advance, begin, createHub, createLocks, createServer, flush, follow, open, traffic, useFakeTime } from './harness.ts'

useFakeTime()

describe('exclusive, of what is in flight', () => {
  test('what is in flight and fails is not tried again before the function runs', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next({ fault: 'server-error-page', method: 'PATCH', hold: 'answer' })
    void session.set('count', 2)
    await held.reached()
    const under: unknown[] = []
    const result = follow(() => session.exclusive(() => void under.push(...traffic(mock, 1))))
    await held.release()
    await flush()
    expect([under, result.status]).toEqual([['PATCH/1 500'], 'resolved'])
    // Nor does it wait afterwards: the server had not asked for it.
    expect(traffic(mock, 1)).toEqual(['PATCH/1 500', 'GET 200', 'PATCH/1 200'])
  })

  test('does not run its function in a client that was disposed of meanwhile', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    void session.set('count', 2).catch(() => {})
    await held.reached()
    let runs = 0
    const result = follow(() => session.exclusive(() => void runs++))
    session.dispose()
    await flush()
    expect([runs, result.error]).toMatchObject([0, { code: 'disposed' }])
  })

  test('leaves no timer behind', async () => {
    const { session } = await begin({ count: 1 })
    const before = vi.getTimerCount()
    await session.exclusive(() => {})
    await flush()
    expect(vi.getTimerCount()).toBe(before)
  })

  test('what is in flight too long is given up before the function runs, so that no late response can undo it', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next({ fault: 'hold-answer', method: 'PATCH' })
    void session.set('count', 2)
    await held.reached()
    const under: unknown[] = []
    const result = follow(() => session.exclusive(() => void under.push(traffic(mock).at(-1)), { timeoutMs: 1_000 }))
    await advance(1_000)
    expect(under).toEqual(['PATCH/1 aborted'])
    await advance(1_000)
    expect(result.status).toBe('resolved')
    await session.settled()
    // Stored by the first attempt, and acknowledged by its repetition.
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('a wait that the server asked for goes on after it', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'rate-limited', method: 'PATCH', retryAfterSeconds: 60 })
    void session.set('count', 2)
    await flush()
    await session.exclusive(() => {})
    void session.revalidate()
    await advance(50_000)
    expect(traffic(mock, 1).filter((line) => line.startsWith('PATCH'))).toEqual(['PATCH/1 429'])
    await advance(10_000)
    expect(traffic(mock).at(-1)).toBe('PATCH/1 200')
  })

  test('leaves no timer in another tab', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const options = { channel: createHub().channel, locks: createLocks().locks }
    const [one, two] = [open(mock, options), open(mock, options)]
    await Promise.all([one.get('count'), two.get('count')])
    const before = vi.getTimerCount()
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    void two.set('count', 2)
    await held.reached()
    const result = follow(() => one.exclusive(() => 'done'))
    await held.release()
    await flush()
    expect([result.value, vi.getTimerCount()]).toEqual(['done', before])
  })

  test('begun during the read after another it holds on: what is written goes after it', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next({ fault: 'hold', method: 'GET' })
    void session.exclusive(() => {})
    await held.reached()
    let end: () => void = () => {}
    const second = follow(() => session.exclusive(() => new Promise<void>((resolve) => (end = resolve))))
    await held.release()
    const written = follow(() => session.set('count', 2))
    await advance(1_000)
    expect([second.status, written.status, traffic(mock).filter((line) => line.startsWith('PATCH'))]).toEqual(['pending', 'pending', []])
    end()
    await flush()
    expect([second.status, written.status]).toEqual(['resolved', 'resolved'])
  })

  test('that is over makes no later log-in its own: what was pending is not sent to that user', async () => {
    const mock = createServer({ endpoints: { 'POST /login': ({ session }) => session.signIn('ann') } })
    const session = open(mock)
    await session.get('count')
    await session.exclusive(() => {})
    mock.next({ fault: 'lose-request', method: 'PATCH', times: 2 })
    const written = follow(() => session.set('note', 'of nobody'))
    await flush()
    await mock.fetch('http://localhost/login', { method: 'POST' })
    await advance(10_000)
    expect(written.error).toMatchObject({ code: 'ended' })
    expect(await mock.data()).not.toHaveProperty('note')
  })
})

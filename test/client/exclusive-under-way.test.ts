import { describe, expect, test, vi } from 'vitest'
import { advance, begin, flush, follow, traffic, useFakeTime } from './harness.ts'

useFakeTime()

describe('exclusive, of what is under way', () => {
  test('what is under way and fails is not tried again before the function runs', async () => {
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

  test('what is under way too long is given up before the function runs, so that no late answer can undo it', async () => {
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
})

// Holds that a client works if the browser refuses channels or locks.
import type { SessionChannel } from 'sojourn'
import { describe, expect, test, vi } from 'vitest'
import { advance, createServer, flush, follow, inTime, open, useFakeTime } from './harness.ts'

useFakeTime()

const refuse = (): never => {
  throw new DOMException('The operation is insecure.', 'SecurityError')
}

describe('a client goes on by itself', () => {
  test('if the browser refuses the channel, as with cookies blocked', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const session = open(mock, { channel: refuse })
    expect(await session.get('count')).toBe(1)
    await session.set('count', 2)
    session.subscribe(() => {})()
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('if the channel takes no message any more', async () => {
    const mock = createServer({ initial: { count: 1 } })
    let isBroken = false
    const channel = (): SessionChannel => ({ postMessage: () => isBroken && refuse(), addEventListener() {}, close() {} })
    const session = open(mock, { channel })
    await session.get('count')
    await advance(60)
    isBroken = true
    const outcomes = [follow(() => session.set('count', 2)), follow(() => session.exclusive(() => 'done'))]
    await advance(1_000)
    expect(outcomes.map(({ status }) => status)).toEqual(['resolved', 'resolved'])
    await inTime(session.set('count', 3))
    expect(session.getSnapshot().activity).toBe('idle')
  })

  test('where asking for a lock throws', async () => {
    const mock = createServer()
    const session = open(mock, { locks: { request: refuse } })
    const written = follow(() => session.set('count', 1))
    await flush()
    expect(written.status).toBe('resolved')
  })

  test.each([Number.POSITIVE_INFINITY, 2 ** 31])('with a limit of %s ms, which no timer takes', async (timeoutMs) => {
    const mock = createServer({ initial: { count: 1 } })
    const session = open(mock, { timeoutMs })
    const timers = vi.spyOn(globalThis, 'setTimeout')
    await inTime(session.set('count', 2))
    expect(await inTime(session.exclusive(() => 'done', { timeoutMs }))).toBe('done')
    expect(Math.max(...timers.mock.calls.map(([, delayMs = 0]) => delayMs))).toBe(2 ** 31 - 1)
  })
})

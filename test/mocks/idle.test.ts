// Holds that `mock.idle()` waits for what is in flight and for nothing else.
import { createMockSessionServer } from 'sojourn/msw'
import { describe, expect, test, vi } from 'vitest'
import { createRawClient } from './raw-client.ts'

describe('waiting for the mock server', () => {
  test('resolves at once if nothing is in flight', async () => {
    await createMockSessionServer().idle()
  })

  test('resolves when every request in flight has its response', async () => {
    const mock = createMockSessionServer({ initial: { count: 0 } })
    const client = createRawClient(mock)
    await client.state()
    const responses = [mock.fetch(mock.url), client.commit({ set: { count: 1 } })]
    await mock.idle()
    expect(mock.requests.map(({ served }) => served)).toEqual([[200], [200], [200]])
    await Promise.all(responses)
  })

  test('does not wait for what waits for the test', async () => {
    const timers: (() => void)[] = []
    const mock = createMockSessionServer({ setTimeout: (run) => timers.push(run) })
    const faults = [mock.next('hold'), mock.next('hold-answer'), mock.next({ fault: 'delay', delayMs: 500 }), mock.next('late-copy')]
    const responses = faults.map(() => mock.fetch(mock.url))
    await mock.idle()
    expect(mock.requests.map(({ served }) => served)).toEqual([[], [200], [], [200]])
    timers[0]?.()
    await mock.release()
    await mock.idle()
    expect(mock.requests.map(({ served }) => served)).toEqual([[200], [200], [200], [200, 200]])
    await Promise.all(responses)
  })

  test('does not wait for a page that gave up on a held request', async () => {
    const mock = createMockSessionServer()
    const abort = new AbortController()
    const held = mock.next('hold')
    const response = mock.fetch(mock.url, { signal: abort.signal })
    await held.reached()
    abort.abort()
    await expect(response).rejects.toThrow()
    await mock.idle()
    mock.reset()
    await mock.idle()
  })

  test('works on fake timers', async () => {
    vi.useFakeTimers()
    const mock = createMockSessionServer({ initial: { count: 0 } })
    const seen = vi.fn()
    setTimeout(() => void mock.fetch(mock.url).then(({ status }) => seen(status)), 1_000)
    await vi.advanceTimersByTimeAsync(1_000)
    await mock.idle()
    await vi.advanceTimersByTimeAsync(0)
    expect(seen).toHaveBeenCalledWith(200)
    vi.useRealTimers()
  })
})

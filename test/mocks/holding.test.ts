// Holds that a request or a response waits until the test releases it.
import { createMockSessionServer } from 'sojourn/msw'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createRawClient } from './raw-client.ts'

const hasSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  let isSettled = false
  const settle = (): void => {
    isSettled = true
  }
  promise.then(settle, settle)
  // A macrotask is later than every microtask of an exchange over the memory store, the hashing aside.
  await new Promise((resolve) => setImmediate(resolve))
  return isSettled
}

describe('holding a request', () => {
  test('keeps a request in front of the server until it is released', async () => {
    const mock = createMockSessionServer({ initial: { count: 0 } })
    const client = createRawClient(mock)
    await client.state()
    const held = mock.next('hold')
    const committing = client.commit({ set: { count: 1 } })
    await held.reached()
    expect(await mock.data()).toEqual({ count: 0 })
    expect(mock.requests.at(-1)?.status).toBe('waiting')
    await held.release()
    expect((await committing).status).toBe(200)
    expect(await mock.data()).toEqual({ count: 1 })
  })

  test('delivers a held request with the cookie that it was sent with', async () => {
    const mock = createMockSessionServer({ initial: { count: 0 } })
    const client = createRawClient(mock)
    await client.state()
    const held = mock.next('hold')
    const committing = client.commit({ set: { count: 1 } })
    await held.reached()
    await mock.rotateKey()
    await held.release()
    const response = await committing
    expect(response.status).toBe(410)
    expect(await response.json()).toMatchObject({ unknownKey: true })
    expect((await client.commit({ set: { count: 1 } })).status).toBe(200)
  })

  test('keeps a response, with its cookie, until it is released', async () => {
    const mock = createMockSessionServer()
    const client = createRawClient(mock)
    await client.state()
    const held = mock.next('hold-answer')
    const committing = client.commit({ set: { count: 1 } })
    await held.reached()
    expect(mock.requests.at(-1)).toMatchObject({ status: 'waiting', served: [200] })
    expect(mock.cookies).toEqual([])
    await held.release()
    expect((await committing).status).toBe(200)
    expect(mock.cookies).toHaveLength(1)
  })

  test('loses a held response when the test says so', async () => {
    const mock = createMockSessionServer({ initial: { count: 0 } })
    const client = createRawClient(mock)
    await client.state()
    const held = mock.next({ fault: 'lose-answer', hold: 'answer' })
    const committing = client.commit({ set: { count: 1 } })
    await held.reached()
    expect(await mock.data()).toEqual({ count: 1 })
    expect(await hasSettled(committing)).toBe(false)
    void held.release()
    await expect(committing).rejects.toThrow(TypeError)
  })

  test('releases everything at once', async () => {
    const mock = createMockSessionServer()
    const held = [mock.next('hold'), mock.next('hold')]
    const responses = [mock.fetch(mock.url), mock.fetch(mock.url)]
    await Promise.all(held.map((hold) => hold.reached()))
    await mock.release()
    expect((await Promise.all(responses)).map(({ status }) => status)).toEqual([200, 200])
  })

  test('holds several requests', async () => {
    const mock = createMockSessionServer()
    const held = mock.next({ fault: 'hold', times: 2 })
    const responses = [mock.fetch(mock.url), mock.fetch(mock.url)]
    await held.reached()
    await held.release()
    await Promise.all(responses)
    expect(held.used).toBe(2)
  })

  test('loses what is held at a reset', async () => {
    const mock = createMockSessionServer()
    const held = mock.next('hold')
    const response = mock.fetch(mock.url)
    await held.reached()
    mock.reset()
    await expect(response).rejects.toThrow(TypeError)
  })

  test('loses what is delayed at a reset, and stores nothing of it in the next test', async () => {
    let fire: (() => void) | undefined
    const setTimeout = (run: () => void): void => {
      fire = run
    }
    const mock = createMockSessionServer({ initial: { a: 0 }, setTimeout })
    const late = mock.next({ fault: 'write-beside', write: { leak: 'of the test before' }, delayMs: 50 })
    const response = mock.fetch(mock.url).catch((error: unknown) => error)
    await late.reached()
    mock.reset()
    fire?.()
    expect(await response).toBeInstanceOf(TypeError)
    expect(await mock.data()).toEqual({ a: 0 })
  })
})

describe('delaying a request', () => {
  afterEach(() => void vi.useRealTimers())

  test('waits on the timer that was passed in', async () => {
    const timers: { run: () => void; ms: number }[] = []
    const mock = createMockSessionServer({ setTimeout: (run, ms) => timers.push({ run, ms }) })
    const late = mock.next({ fault: 'delay', delayMs: 500 })
    const response = mock.fetch(mock.url)
    await late.reached()
    expect(await hasSettled(response)).toBe(false)
    expect(timers.map(({ ms }) => ms)).toEqual([500])
    timers[0]?.run()
    expect((await response).status).toBe(200)
  })

  test('moves with fake timers by default, as the clock of the server does', async () => {
    vi.useFakeTimers()
    const mock = createMockSessionServer({ initial: { count: 0 }, maxAgeMs: 60_000 })
    const client = createRawClient(mock)
    expect((await client.state()).expiry.age).toBe(60)
    const late = mock.next({ fault: 'unavailable', delayMs: 5_000 })
    const response = client.read()
    await late.reached()
    await vi.advanceTimersByTimeAsync(5_000)
    expect((await response).status).toBe(503)
    expect((await client.state()).expiry.age).toBe(55)
  })
})

describe('aborting a request', () => {
  test('rejects with the reason at once, before anything is sent', async () => {
    const mock = createMockSessionServer()
    const reason = new Error('not now')
    await expect(mock.fetch(mock.url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(mock.requests).toEqual([])
  })

  test('rejects with the reason while the request is held, which still arrives', async () => {
    const mock = createMockSessionServer({ initial: { count: 0 } })
    const client = createRawClient(mock)
    await client.state()
    const abort = new AbortController()
    const held = mock.next('hold')
    const committing = client.commit({ set: { count: 1 } }, { signal: abort.signal })
    await held.reached()
    const reason = new DOMException('too long', 'TimeoutError')
    abort.abort(reason)
    await expect(committing).rejects.toBe(reason)
    expect(mock.requests.at(-1)).toMatchObject({ status: 'aborted', served: [] })
    await held.release()
    expect(await mock.data()).toEqual({ count: 1 })
    expect(mock.requests.at(-1)).toMatchObject({ status: 'aborted', served: [200] })
  })

  test('stores no cookie of a response to an aborted request', async () => {
    const mock = createMockSessionServer()
    const client = createRawClient(mock)
    await client.state()
    const abort = new AbortController()
    const held = mock.next('hold-answer')
    const committing = client.commit({ set: { count: 1 } }, { signal: abort.signal })
    await held.reached()
    abort.abort()
    await expect(committing).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    await held.release()
    expect(mock.cookies).toEqual([])
  })
})

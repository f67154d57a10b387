// Every wait of a read can be ended: by a signal, and on a server by time.
import { createSessionClient } from 'sojourn'
import { describe, expect, test } from 'vitest'
import { advance, createServer, errorOf, flush, follow, inTime, open, schema, track, useFakeTime } from './harness.ts'

useFakeTime()

const down: typeof fetch = async () => new Response(null, { status: 503 })
const openDown = (options: object = {}) => open({ fetch: down } as never, options)

describe('a signal', () => {
  const calls: [string, (session: ReturnType<typeof openDown>, signal: AbortSignal) => Promise<unknown>][] = [
    ['get', (session, signal) => session.get('theme', undefined, { signal })],
    ['get of a key', (session, signal) => session.key('theme').get({ signal })],
    ['has', (session, signal) => session.has('theme', { signal })],
    ['keys', (session, signal) => session.keys({ signal })],
    ['entries', (session, signal) => session.entries({ signal })],
    ['revalidate', (session, signal) => session.revalidate({ signal })],
  ]
  test.each(calls)('ends the wait of %s with its reason', async (_, call) => {
    const controller = new AbortController()
    const waiting = follow(() => call(openDown(), controller.signal))
    await advance(5)
    expect(waiting.status).toBe('pending')
    controller.abort('enough')
    await flush()
    expect(waiting).toMatchObject({ status: 'rejected', error: 'enough' })
  })

  test('ends the wait of ready, which resolves with the error in the snapshot', async () => {
    const session = openDown()
    const controller = new AbortController()
    const waiting = follow(() => session.ready({ signal: controller.signal }))
    await advance(5)
    controller.abort()
    await flush()
    expect([waiting.status, session.getSnapshot()]).toMatchObject([
      'resolved',
      { status: 'loading', error: { code: 'network', status: 503 } },
    ])
  })

  test('ends nothing else: the client goes on loading, and an undefined fallback is none', async () => {
    const mock = createServer({ initial: { count: 3 } })
    mock.next('hold')
    const session = open(mock)
    await errorOf(() => session.get('count', undefined, { signal: AbortSignal.abort() }))
    await mock.release()
    const { signal } = new AbortController()
    expect(await session.get('count', undefined, { signal })).toBe(3)
    expect([await session.get('theme', undefined, { signal }), await session.get('note', 'none', { signal })]).toEqual(['light', 'none'])
  })
})

describe('ready', () => {
  test('on a server resolves after the time of two attempts, and get then rejects', async () => {
    const session = openDown({ timeoutMs: 1_000 })
    const waiting = follow(() => session.ready())
    await advance(1_900)
    expect(waiting.status).toBe('pending')
    await advance(200)
    expect([waiting.status, session.getSnapshot()]).toMatchObject(['resolved', { status: 'loading', error: { code: 'network' } }])
    expect(await errorOf(() => session.get('theme'))).toMatchObject({ code: 'network' })
  })

  test('waits as long as the option says', async () => {
    const session = openDown({ readyTimeoutMs: 50_000 })
    const waiting = follow(() => session.ready())
    await advance(49_000)
    expect(waiting.status).toBe('pending')
    await advance(2_000)
    expect(waiting.status).toBe('resolved')
  })

  test('that gave up is over once a load succeeds', async () => {
    const mock = createServer({ initial: { count: 3 } })
    mock.next({ fault: 'lose-request', times: 4 })
    const session = open(mock, { readyTimeoutMs: 10 })
    await inTime(session.ready())
    expect(await errorOf(() => session.get('count'))).toMatchObject({ code: 'network' })
    await advance(60_000)
    expect(await session.get('count')).toBe(3)
  })

  test('leaves no timer once it has loaded', async () => {
    const mock = createServer({ initial: { count: 3 } })
    const timers = new Set<unknown>()
    const clock = {
      now: () => performance.now(),
      setTimeout(run: () => void, ms: number) {
        const timer = setTimeout(() => {
          timers.delete(timer)
          run()
        }, ms)
        timers.add(timer)
        return timer
      },
      clearTimeout(timer: unknown) {
        timers.delete(timer)
        clearTimeout(timer as never)
      },
    }
    const session = track(createSessionClient({ url: mock.url, schema, fetch: mock.fetch, clock, expiringMs: 0 }))
    await session.ready()
    const left = timers.size
    session.dispose()
    expect([left <= 1, timers.size]).toEqual([true, 0])
  })
})

// Holds that an attempt without a usable response is repeated with identical bytes.
import type { MockAnswerName, MockNetworkFaultName } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { advance, begin, collect, commits, flush, follow, traffic, useFakeTime } from '../client/harness.ts'

useFakeTime()

describe('an attempt that brings no usable response', () => {
  const faults: (MockNetworkFaultName | MockAnswerName)[] = [
    'lose-request',
    'lose-answer',
    'break-answer',
    'truncate-answer',
    'empty-answer',
    'stall-answer',
    'rate-limited',
    'unavailable',
    'server-error',
    'server-error-page',
    'captive-portal',
  ]

  test.each(faults)('%s: keeps everything and sends the identical bytes under the same number until it is known', async (fault) => {
    const { mock, session } = await begin({ count: 1, note: 'a' })
    const ended = collect(session, 'ended')
    mock.next({ fault, times: 3, method: 'PATCH' })
    const runs: number[] = []
    const written = follow(() => session.update('count', (count) => count + Math.sign(runs.push(count))))
    await flush()
    expect([session.peek('count'), session.peek('note')]).toEqual([2, 'a'])
    await advance(120_000)
    expect(written.status).toBe('resolved')
    const sent = mock.requests.filter(({ method }) => method === 'PATCH')
    expect(sent).toHaveLength(4)
    expect(new Set(sent.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(new Set(sent.map(({ n }) => n)).size).toBe(1)
    expect(await mock.data()).toEqual({ count: 2, note: 'a' })
    // Twice at the call, and never again.
    expect([runs, ended]).toEqual([[1, 1], []])
    expect(session.getSnapshot()).toMatchObject({ status: 'ready', activity: 'idle', error: null })
  })

  test.each(faults)('%s of a read: keeps what is shown, says so and tries again', async (fault) => {
    const { mock, session } = await begin({ count: 1 })
    await mock.write({ count: 2 })
    mock.next({ fault, times: 2 })
    const read = follow(() => session.revalidate())
    await flush()
    expect(session.peek('count')).toBe(1)
    await advance(120_000)
    expect([read.status, session.peek('count')]).toEqual(['resolved', 2])
  })

  test('is seen as error and activity until the next one succeeds', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'captive-portal', method: 'PATCH' })
    void session.set('count', 2)
    await flush()
    expect(session.getSnapshot()).toMatchObject({ status: 'ready', activity: 'retrying', error: { code: 'protocol', status: 200 } })
    await advance(1_000)
    expect(session.getSnapshot()).toMatchObject({ activity: 'idle', error: null })
  })

  test('without a response is offline, after one more attempt without keepalive', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.offline()
    void session.set('count', 2)
    await advance(10)
    expect(session.getSnapshot()).toMatchObject({ activity: 'offline', error: { code: 'network' } })
    expect(traffic(mock, 1)).toEqual(['PATCH/1 lost', 'PATCH/1 lost'])
  })

  test('that takes longer than timeoutMs is aborted before the next', async () => {
    const { mock, session } = await begin({ count: 1 }, { timeoutMs: 2_000 })
    const held = mock.next('hold-answer')
    const written = follow(() => session.set('count', 2))
    await advance(1_999)
    expect(traffic(mock, 1)).toEqual(['PATCH/1 waiting'])
    await advance(2)
    expect(traffic(mock, 1)).toEqual(['PATCH/1 aborted', 'PATCH/1 200'])
    expect(written.status).toBe('resolved')
    await held.release()
    expect(await mock.data()).toEqual({ count: 2 })
  })
})

describe('the time between attempts', () => {
  /** When each commit left, in milliseconds after the first. */
  async function departures(status: Parameters<Awaited<ReturnType<typeof begin>>['mock']['next']>[0], retry = {}): Promise<number[]> {
    const times: number[] = []
    const { mock, session } = await begin({ count: 1 }, { random: () => 1, retry })
    session.on('exchange', ({ kind, outcome }) => kind === 'commit' && outcome === 'sent' && times.push(Date.now()))
    mock.next(status)
    void session.set('count', 2)
    await advance(600_000)
    return times.map((time) => time - (times[0] ?? 0))
  }

  test('doubles up to its limit', async () => {
    const at = await departures({ fault: 'server-error-page', method: 'PATCH', times: 3 }, { minDelayMs: 100, maxDelayMs: 150 })
    expect(at).toEqual([0, 100, 250, 400])
  })

  test('honours Retry-After in seconds, also beyond the limit', async () => {
    expect(await departures({ fault: 'rate-limited', method: 'PATCH', retryAfterSeconds: 120 })).toEqual([0, 120_000])
  })

  test('a Retry-After of a month counts up to ten minutes', async () => {
    expect(await departures({ fault: 'rate-limited', method: 'PATCH', retryAfterSeconds: 3_000_000, times: 50 })).toEqual([0, 600_000])
  })

  test('a Retry-After counts up to retry.maxRetryAfterMs', async () => {
    const retry = { maxRetryAfterMs: 5_000 }
    expect(await departures({ fault: 'unavailable', method: 'PATCH', retryAfterSeconds: 86_400 }, retry)).toEqual([0, 5_000])
  })

  test.each([
    ["the answer's own Date, whatever our clock says", 'Sun, 06 Nov 1994 08:49:37 GMT', 'Sun, 06 Nov 1994 08:51:07 GMT', 90_000],
    ['our clock where the answer has no Date', null, () => new Date(Date.now() + 90_000).toUTCString(), 90_000],
  ] as const)('honours a date in Retry-After, against %s', async (_, date, retryAfter, expected) => {
    const times: number[] = []
    let left = 1
    const { mock, session } = await begin({ count: 1 })
    const { session: tab } = await begin(
      { count: 1 },
      {
        random: () => 0,
        fetch: async (input, init) => {
          if (init?.method !== 'PATCH' && !(input instanceof Request && input.method === 'PATCH')) return mock.fetch(input, init)
          times.push(Date.now())
          if (left-- <= 0) return mock.fetch(input, init)
          const headers = new Headers({ 'Retry-After': typeof retryAfter === 'string' ? retryAfter : retryAfter() })
          if (date) headers.set('Date', date)
          return new Response('', { status: 503, headers })
        },
      },
    )
    void session.dispose()
    await tab.get('count')
    void tab.set('count', 2)
    await advance(300_000)
    expect(times).toHaveLength(2)
    const waited = (times[1] ?? 0) - (times[0] ?? 0)
    expect(waited).toBeGreaterThan(expected - 1_000)
    expect(waited).toBeLessThanOrEqual(expected)
  })

  test('that the server asked for is kept, whoever would like to go on', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'rate-limited', method: 'PATCH', retryAfterSeconds: 30 })
    void session.set('count', 2)
    await flush()
    void session.settled()
    void session.set('theme', 'dark')
    void session.revalidate()
    await advance(29_999)
    expect(traffic(mock, 1)).toEqual(['PATCH/1 429'])
    await advance(1)
    expect(await mock.data()).toEqual({ count: 2, theme: 'dark' })
  })
})

describe('the order of commits', () => {
  test('a later one never overtakes one whose outcome is not known', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'lose-answer', times: 2, method: 'PATCH' })
    mock.next({ fault: 'unavailable', method: 'PATCH' })
    void session.set('count', 2)
    await flush()
    void session.set('count', 3)
    void session.set('theme', 'dark')
    await advance(60_000)
    expect(commits(mock).map(({ n }) => n)).toEqual([1, 1, 1, 1, 2])
    expect(commits(mock).at(-1)).toMatchObject({ after: 1, set: { count: 3, theme: 'dark' } })
    expect(await mock.data()).toEqual({ count: 3, theme: 'dark' })
  })

  test('there is never more than one exchange of a client in flight', async () => {
    const { mock, session } = await begin({ count: 1 })
    let under = 0
    let most = 0
    session.on('exchange', ({ outcome }) => {
      under += outcome === 'sent' ? 1 : -1
      most = Math.max(most, under)
    })
    mock.next({ fault: 'delay', delayMs: 50, times: 40 })
    for (let step = 0; step < 30; step++) {
      void session.set('count', step)
      void session.revalidate()
      void session.update('cart', (cart) => [...cart, `${step}`])
      await advance(20)
    }
    await advance(60_000)
    expect([most, under]).toEqual([1, 0])
    expect((await mock.data()).cart).toHaveLength(30)
  })
})

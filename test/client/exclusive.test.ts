// Holds that `exclusive` runs its function without a concurrent request and reads afterwards.
import { describe, expect, test } from 'vitest'
import { advance, begin, collect, createServer, errorOf, flush, follow, type Mock, open, traffic, useFakeTime } from './harness.ts'

useFakeTime()

/** A server with a log-in, as the app calls it. */
const endpoints = {
  'POST /login': async ({ request, session }: { request: Request; session: { signIn(identity: string): Promise<void> } }) => {
    await session.signIn(((await request.json()) as { name: string }).name)
  },
}
const logIn = (mock: Mock, name: string): Promise<Response> =>
  mock.fetch('http://localhost/login', { method: 'POST', body: JSON.stringify({ name }) })

describe('exclusive', () => {
  test('lets what is in flight finish, holds the rest, refetches and gives the result', async () => {
    const { mock, session } = await begin({ count: 1 }, {}, { endpoints })
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    void session.set('count', 2)
    await held.reached()
    const story: string[] = []
    const result = follow(() =>
      session.exclusive(async () => {
        story.push(`run after ${traffic(mock).at(-1)}`)
        await logIn(mock, 'ann')
        void session.set('theme', 'dark')
        story.push(`shown ${session.peek('theme')}, sent ${traffic(mock).length}`)
        return 'done'
      }),
    )
    await flush()
    expect(story).toEqual([])
    await held.release()
    await flush()
    expect(story).toEqual(['run after PATCH/1 200', 'shown dark, sent 3'])
    expect(result).toMatchObject({ status: 'resolved', value: 'done' })
    expect(traffic(mock, 1)).toEqual(['PATCH/1 200', 'POST 204', 'GET 200', 'PATCH/2 200'])
    expect([session.identity, await mock.identity()]).toEqual(['ann', 'ann'])
    expect(await mock.data()).toEqual({ count: 2, theme: 'dark' })
  })

  test('the read after it is unconditional, for token and identity', async () => {
    const { mock, session } = await begin({ count: 1 })
    await session.exclusive(() => {})
    expect(mock.requests.at(-1)?.headers).not.toHaveProperty('if-none-match')
  })

  test('refetches when the function throws, and throws that', async () => {
    const { mock, session } = await begin({ count: 1 })
    const boom = new RangeError('boom')
    expect(
      await errorOf(() =>
        session.exclusive(() => {
          throw boom
        }),
      ),
    ).toBe(boom)
    expect(await errorOf(() => session.exclusive(() => Promise.reject(boom)))).toBe(boom)
    expect(traffic(mock, 1)).toEqual(['GET 200', 'GET 200'])
    await session.set('count', 2)
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('nested runs at once', async () => {
    const { session } = await begin({ count: 1 })
    const order: string[] = []
    await session.exclusive(async () => {
      order.push('outer')
      order.push(await session.exclusive(() => 'inner'))
      order.push('outer again')
    })
    expect(order).toEqual(['outer', 'inner', 'outer again'])
  })

  test('a second one that is called before the first has begun waits for what is in flight too', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    void session.set('count', 2)
    await held.reached()
    const order: string[] = []
    void session.exclusive(() => void order.push('first'))
    void session.exclusive(() => void order.push('second'))
    await flush()
    expect(order).toEqual([])
    await held.release()
    await flush()
    expect([...order].sort()).toEqual(['first', 'second'])
  })

  test('awaiting a write inside is refused with a clear error when the time is over, and the write goes after', async () => {
    const { mock, session } = await begin({ count: 1 })
    const result = follow(() => session.exclusive(() => session.set('count', 2), { timeoutMs: 4_000 }))
    await advance(3_999)
    expect(result.status).toBe('pending')
    await advance(1)
    expect(result.error).toMatchObject({ code: 'usage', message: expect.stringMatching(/4000 ms.*write/) })
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test.each(['set', 'settled', 'get', 'revalidate'] as const)('%s inside never blocks for longer than the limit', async (name) => {
    const mock = createServer({ initial: { count: 1 } })
    const session = open(mock)
    const calls = {
      set: () => session.set('count', 2),
      settled: () => {
        void session.set('count', 2)
        return session.settled()
      },
      get: () => session.get('count'),
      revalidate: () => session.revalidate(),
    }
    const result = follow(() => session.exclusive(async () => void (await calls[name]()), { timeoutMs: 2_000 }))
    await advance(2_000)
    await advance(2_000)
    expect(result.status).not.toBe('pending')
    await session.settled()
    expect(await session.get('count')).toBe(name === 'set' || name === 'settled' ? 2 : 1)
  })
})

describe('exclusive does not wait for a wait, since nothing is in flight in it', () => {
  test('that the server asked for: it runs and reads at once, and the wait goes on after it', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'rate-limited', method: 'PATCH', retryAfterSeconds: 60 })
    const written = follow(() => session.set('count', 2))
    await advance(5_000)
    const result = follow(() => session.exclusive(() => 'done'))
    await flush()
    expect([result.value, traffic(mock, 1)]).toEqual(['done', ['PATCH/1 429', 'GET 200']])
    expect(session.getSnapshot()).toMatchObject({ activity: 'retrying', values: { count: 2 } })
    await advance(54_000)
    expect([written.status, traffic(mock, 3)]).toEqual(['pending', []])
    await advance(1_000)
    expect(written.status).toBe('resolved')
  })

  test('nor does a read after it that fails make it shorter', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'rate-limited', times: 2, retryAfterSeconds: 60 })
    void session.set('count', 2)
    await flush()
    const result = follow(() => session.exclusive(() => 'done', { timeoutMs: 1_000 }))
    await advance(59_000)
    expect([result.value, traffic(mock, 1)]).toEqual(['done', ['PATCH/1 429', 'GET 429']])
    await advance(2_000)
    expect(traffic(mock, 3)).toEqual(['GET 200', 'PATCH/1 200'])
  })

  test('for the confirmation read at an unknown key: that look comes after it, with the cookie of then', async () => {
    const { mock, session } = await begin({ count: 1 }, {}, { endpoints })
    const ended = collect(session, 'ended')
    const stale = mock.next('hold')
    void session.revalidate()
    await stale.reached()
    await mock.rotateKey()
    await stale.release()
    await advance(1_000)
    const result = follow(() => session.exclusive(() => logIn(mock, 'ann')))
    await flush()
    expect([result.status, traffic(mock, 1), ended]).toEqual(['resolved', ['GET 200', 'POST 204', 'GET 200'], []])
    expect([session.identity, session.peek('count')]).toEqual(['ann', 1])
  })

  test('between two attempts to end a session', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'server-error', method: 'DELETE' })
    void session.end()
    await flush()
    const story: unknown[] = []
    void session.exclusive(() => void story.push(...traffic(mock, 1)))
    await flush()
    expect(story).toEqual(['DELETE 500'])
    await advance(60_000)
    expect([await mock.lineage(), session.pending]).toEqual([null, []])
  })
})

describe('a log-in inside', () => {
  test('of a visitor without a session adopts the lineage with its identity, and sends what was pending to it', async () => {
    const mock = createServer({ endpoints })
    const session = open(mock)
    await session.get('count')
    const ended = collect(session, 'ended')
    mock.offline()
    const written = follow(() => session.set('cart', ['tea']))
    await advance(1_000)
    mock.online()
    await session.exclusive(() => logIn(mock, 'ann'))
    await advance(60_000)
    expect([written.status, ended]).toEqual(['resolved', []])
    expect([await mock.identity(), await mock.data()]).toEqual(['ann', { cart: ['tea'] }])
  })

  test("is the app's own though the read after it comes late", async () => {
    const mock = createServer({ endpoints })
    const session = open(mock)
    await session.get('count')
    const ended = collect(session, 'ended')
    const result = follow(() =>
      session.exclusive(
        async () => {
          await logIn(mock, 'ann')
          void session.set('cart', ['tea'])
          mock.offline()
        },
        { timeoutMs: 5_000 },
      ),
    )
    await advance(30_000)
    expect(result.status).toBe('resolved')
    mock.online()
    await advance(60_000)
    expect(ended).toEqual([])
    expect([session.identity, await mock.data()]).toEqual(['ann', { cart: ['tea'] }])
  })

  test('that keeps the lineage keeps cart and log', async () => {
    const { mock, session } = await begin({ cart: ['tea'] }, {}, { endpoints })
    const lineage = await mock.lineage()
    await session.exclusive(async () => {
      void session.update('cart', (cart) => [...cart, 'cake'])
      await logIn(mock, 'ann')
    })
    await session.settled()
    expect(await mock.lineage()).toBe(lineage)
    expect(await mock.data()).toEqual({ cart: ['tea', 'cake'] })
  })

  test('of another visitor ends the session: what was pending is never sent to the other one', async () => {
    const { mock, session } = await begin({ cart: ["ann's"] }, {}, { endpoints, signedInAs: 'ann' })
    const ended = collect(session, 'ended')
    mock.offline()
    const written = follow(() => session.set('note', "ann's secret"))
    await advance(1_000)
    mock.online()
    await session.exclusive(() => logIn(mock, 'bob'))
    await advance(60_000)
    expect(written.error).toMatchObject({ code: 'ended', reason: 'replaced', fate: 'unknown', values: { note: "ann's secret" } })
    expect(ended).toEqual([{ reason: 'replaced' }])
    expect([session.identity, session.peek('cart'), await mock.data()]).toEqual(['bob', [], {}])
  })
})

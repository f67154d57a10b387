// Holds that a rejected commit is bisected and only the guilty mutation is rejected.
import type { MockSessionServerOptions } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { advance, begin, collect, commits, errorOf, flush, follow, inTime, type Schema, traffic, useFakeTime } from '../client/harness.ts'

useFakeTime()

type Validate = NonNullable<MockSessionServerOptions<Schema>['validate']>

/** Refuses a count of 13, naming it or not. */
const named: Validate = (data) => (data.count === 13 ? [{ key: 'count', message: 'unlucky' }] : [])
const unnamed: Validate = (data) => (data.count === 13 ? [{ message: 'something is wrong' }] : [])

describe('a commit that is refused for what it contains', () => {
  test('rejects the mutations of the keys that the server names, with its words, and stores the others', async () => {
    const { mock, session } = await begin({ count: 1 }, {}, { validate: named })
    const rejections = collect(session, 'rejected')
    const bad = follow(() => session.set('count', 13))
    const good = follow(() => session.set('theme', 'dark'))
    await flush()
    expect(bad.error).toMatchObject({ code: 'rejected', status: 422, problem: 'refused', errors: [{ key: 'count', message: 'unlucky' }] })
    expect(good.status).toBe('resolved')
    expect(await mock.data()).toEqual({ count: 1, theme: 'dark' })
    expect([session.peek('count'), session.peek('theme')]).toEqual([1, 'dark'])
    expect(rejections).toEqual([{ error: bad.error, keys: ['count'] }])
  })

  test('is not halved if the server names the keys, and each error has what concerns it', async () => {
    const validate: Validate = ({ count, note }) => [
      ...(count === 13 ? [{ key: 'count', message: 'unlucky' }] : []),
      ...(note === 'bad' ? [{ key: 'note', message: 'rude' }] : []),
      ...(count === 13 || note === 'bad' ? [{ message: 'not like this' }] : []),
    ]
    const { mock, session } = await begin({ count: 1 }, {}, { validate })
    const outcomes = [
      follow(() => session.set('count', 13)),
      follow(() => session.set('note', 'bad')),
      follow(() => session.set('theme', 'dark')),
      follow(() => session.set('cart', ['tea'])),
      follow(() => session.set('profile', { name: 'a' })),
      follow(() => session.set('lastSeen', new Date(0))),
    ]
    await flush()
    expect(commits(mock).map(({ n, status }) => [n, status])).toEqual([
      [1, 422],
      [2, 200],
    ])
    expect(outcomes.map(({ error }) => (error as { errors?: unknown } | undefined)?.errors)).toEqual([
      [{ key: 'count', message: 'unlucky' }, { message: 'not like this' }],
      [{ key: 'note', message: 'rude' }, { message: 'not like this' }],
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  test('of several mutations of a named key rejects only the one that goes too far', async () => {
    const { mock, session } = await begin({ count: 11 }, {}, { validate: named })
    const [first, second] = [0, 1].map(() => follow(() => session.update('count', (count) => count + 1)))
    await flush()
    expect([first?.status, second?.status]).toEqual(['resolved', 'rejected'])
    expect(await mock.data()).toEqual({ count: 12 })
  })

  test('if it names none, the one to blame is found by halving', async () => {
    const { mock, session } = await begin({ count: 1 }, {}, { validate: unnamed })
    const good = [
      follow(() => session.set('theme', 'dark')),
      follow(() => session.set('note', 'a')),
      follow(() => session.set('cart', ['tea'])),
    ]
    const bad = follow(() => session.set('count', 13))
    good.push(follow(() => session.set('profile', { name: 'x' })))
    await flush()
    expect(bad.error).toMatchObject({ code: 'rejected', errors: [{ message: 'something is wrong' }] })
    expect(good.map(({ status }) => status)).toEqual(['resolved', 'resolved', 'resolved', 'resolved'])
    expect(await mock.data()).toEqual({ count: 1, theme: 'dark', note: 'a', cart: ['tea'], profile: { name: 'x' } })
  })

  test('a transaction is never split: it is stored as a whole or rejected as a whole', async () => {
    const { mock, session } = await begin({ count: 1 }, {}, { validate: unnamed })
    const before = follow(() => session.set('note', 'a'))
    const bad = follow(() =>
      session.transaction((tx) => {
        tx.set('theme', 'dark')
        tx.set('count', 13)
        tx.set('cart', ['tea'])
      }),
    )
    const after = follow(() => session.set('profile', { name: 'x' }))
    await flush()
    expect([before.status, bad.status, after.status]).toEqual(['resolved', 'rejected', 'resolved'])
    expect(await mock.data()).toEqual({ count: 1, note: 'a', profile: { name: 'x' } })
    for (const { set } of commits(mock) as unknown as { set: Record<string, unknown> }[]) {
      if (set.theme === 'dark') expect(set).toMatchObject({ count: 13, cart: ['tea'] })
    }
  })

  test('a transaction of which the server names a key is rejected as a whole', async () => {
    const { mock, session } = await begin({ count: 1 }, {}, { validate: named })
    const bad = follow(() =>
      session.transaction((tx) => {
        tx.set('theme', 'dark')
        tx.set('count', 13)
      }),
    )
    await flush()
    expect(bad.status).toBe('rejected')
    expect(await mock.data()).toEqual({ count: 1 })
  })

  test('too large for the store: 413 rejects the write that is', async () => {
    const { mock, session } = await begin({ count: 1 }, {}, { maxSessionBytes: 500 })
    const good = follow(() => session.set('theme', 'dark'))
    const bad = follow(() => session.set('note', 'x'.repeat(600)))
    await flush()
    expect(bad.error).toMatchObject({ code: 'rejected', status: 413, problem: 'too-large' })
    expect(good.status).toBe('resolved')
    expect(session.peek('note')).toBeUndefined()
    expect(await mock.data()).toEqual({ count: 1, theme: 'dark' })
  })

  test('several that are too large only together: as many as fit are stored', async () => {
    const { mock, session } = await begin({ count: 1 }, {}, { maxSessionBytes: 500 })
    const writes = [follow(() => session.set('note', 'x'.repeat(300))), follow(() => session.set('cart', ['y'.repeat(300)]))]
    await flush()
    expect(writes.map(({ status }) => status)).toEqual(['resolved', 'rejected'])
    expect(await mock.data()).toEqual({ count: 1, note: 'x'.repeat(300) })
  })

  test("a proxy's 413 in HTML rejects the write as well", async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'server-error-page', status: 413, method: 'PATCH' })
    expect(await errorOf(() => session.set('note', 'long'))).toMatchObject({ code: 'rejected', status: 413, problem: 'too-large' })
  })

  test('its value leaves the view, and what was written on top of it is replayed without it', async () => {
    const { mock, session } = await begin({ count: 1 }, {}, { validate: named })
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    const bad = follow(() => session.set('count', 13))
    await held.reached()
    const later = follow(() => session.update('count', (count) => count + 1))
    expect(session.peek('count')).toBe(14)
    await held.release()
    await flush()
    expect([bad.status, later.status]).toEqual(['rejected', 'resolved'])
    expect([session.peek('count'), await mock.data()]).toEqual([2, { count: 2 }])
  })

  test('setExpiry, touch and cycleKey in the same commit are not to blame', async () => {
    const { mock, session } = await begin({ count: 1 }, {}, { validate: unnamed })
    const life = [follow(() => session.setExpiry(60_000)), follow(() => session.touch())]
    const bad = follow(() => session.set('count', 13))
    await flush()
    expect([...life, bad].map(({ status }) => status)).toEqual(['resolved', 'resolved', 'rejected'])
    expect(session.expiry?.remainingMs).toBe(60_000)
    expect(await mock.data()).toEqual({ count: 1 })
  })

  test('a setExpiry beyond the server life is rejected alone, with the limit, in one more exchange', async () => {
    const { mock, session } = await begin({ count: 1 })
    const before = commits(mock).length
    const writes = [follow(() => session.set('count', 2)), follow(() => session.set('note', 'kept'))]
    const short = follow(() => session.setExpiry(60_000))
    const long = follow(() => session.setExpiry(315_360_000_000))
    await flush()
    expect([...writes, short, long].map(({ status }) => status)).toEqual(['resolved', 'resolved', 'resolved', 'rejected'])
    expect(long.error).toMatchObject({ code: 'rejected', status: 422, problem: 'expiry-too-long', limit: 1_209_600 })
    expect(String(long.error)).toContain('at most 1209600000 ms, or raise maxAgeMs on the server')
    expect([session.expiry?.remainingMs, await mock.data()]).toEqual([60_000, { count: 2, note: 'kept' }])
    expect(commits(mock).length - before).toBe(2)
  })

  test('mutations written while the guilty one is looked for wait their turn and are stored', async () => {
    const { mock, session } = await begin({ count: 1 }, {}, { validate: unnamed })
    mock.next({ fault: 'delay', delayMs: 100, times: 20 })
    const bad = follow(() => session.set('count', 13))
    const good = [follow(() => session.set('note', 'a')), follow(() => session.set('theme', 'dark'))]
    await advance(150)
    good.push(follow(() => session.update('cart', (cart) => [...cart, 'tea'])))
    await advance(5_000)
    expect([bad.status, ...good.map(({ status }) => status)]).toEqual(['rejected', 'resolved', 'resolved', 'resolved'])
    expect(await mock.data()).toEqual({ count: 1, note: 'a', theme: 'dark', cart: ['tea'] })
  })
})

describe('the rule of five', () => {
  test('one mutation that fails five times while reads succeed rejects with an unknown fate', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'server-error-page', method: 'PATCH', times: 5 })
    const poison = follow(() => session.set('count', 2))
    await advance(4_000)
    expect(poison.status).toBe('pending')
    await advance(120_000)
    expect(poison.error).toMatchObject({ code: 'unknown-fate' })
    expect(session.peek('count')).toBe(1)
    expect(traffic(mock).filter((line) => line.startsWith('PATCH'))).toEqual(Array.from({ length: 5 }, () => 'PATCH/1 500'))
    expect(traffic(mock).at(-1)).toBe('GET 200')
    await inTime(session.set('count', 3))
    expect(await mock.data()).toEqual({ count: 3 })
  })

  test('several are halved, and only the poisonous one rejects', async () => {
    const { mock, session } = await begin({ count: 1 }, { retry: { minDelayMs: 10, maxDelayMs: 10 } })
    const inner = mock.fetch
    const { session: tab, mock: other } = await begin(
      { count: 1 },
      {
        retry: { minDelayMs: 10, maxDelayMs: 10 },
        fetch: async (input, init) => {
          const request = new Request(input, init)
          const text = await request.clone().text()
          return text.includes('poison') ? new Response('<h1>Server Error (500)</h1>', { status: 500 }) : inner(request)
        },
      },
    )
    session.dispose()
    other.reset()
    const outcomes = [
      follow(() => tab.set('theme', 'dark')),
      follow(() => tab.set('cart', ['tea'])),
      follow(() => tab.set('note', 'poison')),
      follow(() => tab.set('profile', { name: 'x' })),
    ]
    await advance(60_000)
    expect(outcomes.map(({ status }) => status)).toEqual(['resolved', 'resolved', 'rejected', 'resolved'])
    expect(outcomes[2]?.error).toMatchObject({ code: 'unknown-fate' })
    expect(await mock.data()).toEqual({ count: 1, theme: 'dark', cart: ['tea'], profile: { name: 'x' } })
  })

  test('a server that is down altogether blames nobody: reads fail as well', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'server-error-page', times: 40 })
    const written = follow(() => session.set('count', 2))
    await advance(3_600_000)
    expect(written.status).toBe('resolved')
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('429 and responses with Retry-After do not count', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'rate-limited', method: 'PATCH', times: 12 })
    mock.next({ fault: 'unavailable', method: 'PATCH', times: 12 })
    await inTime(session.set('count', 2), 3_600_000)
    expect(await mock.data()).toEqual({ count: 2 })
    expect(mock.requests.filter(({ method }) => method === 'GET')).toHaveLength(1)
  })

  test('a network that loses five commits does not count either', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'lose-request', method: 'PATCH', times: 12 })
    await inTime(session.set('count', 2), 3_600_000)
    expect(await mock.data()).toEqual({ count: 2 })
  })
})

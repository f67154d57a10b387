// Plays traps that other clients fell into: writes.
import { describe, expect, test } from 'vitest'
import { advance, begin, collect, commits, createServer, flush, follow, inTime, open, traffic, useFakeTime } from '../client/harness.ts'

// Traps that others fell into, each with its number in the list of them.
useFakeTime()

describe('writes', () => {
  test('a slow read that began before a write shows nothing from before it once it is acknowledged', async () => {
    // 1
    const { mock, session } = await begin({ count: 1 })
    const slow = mock.next('hold-answer')
    const read = follow(() => session.revalidate())
    await slow.reached()
    const seen: number[] = []
    session.key('count').listen((count) => void seen.push(count))
    const written = follow(() => session.set('count', 2))
    await slow.release()
    await advance(100)
    expect([read.status, written.status, seen, session.peek('count')]).toEqual(['resolved', 'resolved', [2], 2])
  })

  test('the middle of three writes is rejected: the first and the last stand, in the view and on the server', async () => {
    // 2
    const { mock, session } = await begin(
      { cart: [] },
      {},
      { validate: (data) => ((data.cart as string[]).includes('bad') ? [{ message: 'no' }] : []) },
    )
    const seen: string[] = []
    session.key('cart').listen((cart) => void seen.push(cart.join()))
    const outcomes = ['a', 'bad', 'c'].map((item) => follow(() => session.update('cart', (cart) => [...cart, item])))
    await inTime(session.settled())
    await flush()
    expect(outcomes.map(({ status }) => status)).toEqual(['resolved', 'rejected', 'resolved'])
    expect([session.peek('cart'), (await mock.data()).cart]).toEqual([
      ['a', 'c'],
      ['a', 'c'],
    ])
    expect(seen).toEqual(['a', 'a,bad', 'a,bad,c', 'a,c'])
  })

  test('two increments before the first acknowledgement are two', async () => {
    // 3
    const { mock, session } = await begin({ count: 0 })
    const held = mock.next('hold')
    const first = session.update('count', (count) => count + 1)
    await held.reached()
    const second = session.update('count', (count) => count + 1)
    expect(session.peek('count')).toBe(2)
    await held.release()
    await Promise.all([first, second])
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('two writes that both fail leave what was there before the first', async () => {
    // 4
    const { mock, session } = await begin(
      { count: 1 },
      {},
      { validate: (data) => (Number(data.count) > 1 ? [{ key: 'count', message: 'no' }] : []) },
    )
    const held = mock.next('hold')
    const first = follow(() => session.set('count', 2))
    await held.reached()
    const second = follow(() => session.set('count', 3))
    await held.release()
    await flush()
    expect([first.status, second.status, session.peek('count'), await mock.data()]).toEqual(['rejected', 'rejected', 1, { count: 1 }])
  })

  test('a 500 of a server that did not store is followed by the same write under the same number', async () => {
    // 24
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'server-error-page', method: 'PATCH' })
    await inTime(session.update('count', (count) => count + 1))
    expect(commits(mock).map(({ n, status }) => [n, status])).toEqual([
      [1, 500],
      [1, 200],
    ])
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('a 500 of a server that stored all the same is not applied twice', async () => {
    // 24
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'server-error-page', method: 'PATCH', stored: true })
    await inTime(session.update('count', (count) => count + 1))
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('a 400 page of a server whose session was interrupted is no refusal: the client looks, then decides', async () => {
    // 9
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'server-error-page', status: 400, method: 'PATCH' })
    const written = follow(() => session.set('count', 2))
    await flush()
    expect([written.status, session.peek('count')]).toEqual(['pending', 2])
    await mock.flush()
    await advance(30_000)
    expect(written.error).toMatchObject({ code: 'ended' })
  })

  test('429 with Retry-After waits as long as asked and logs nobody out', async () => {
    // 10
    const { mock, session } = await begin({ count: 1 }, {}, { signedInAs: 'ann' })
    mock.next({ fault: 'rate-limited', retryAfterSeconds: 60 })
    const written = follow(() => session.set('count', 2))
    await advance(59_000)
    expect([traffic(mock, 1), session.identity, session.peek('count')]).toEqual([['PATCH/1 429'], 'ann', 2])
    await advance(2_000)
    expect(written.status).toBe('resolved')
  })

  test('a 200 page of a captive portal is no session: everything stays and goes on after it', async () => {
    // 11
    const { mock, session } = await begin({ count: 1 })
    const ended = collect(session, 'ended')
    mock.next({ fault: 'captive-portal', times: 6 })
    const written = follow(() => session.set('count', 2))
    const read = follow(() => session.revalidate())
    await advance(10_000)
    expect([session.peek('count'), session.getSnapshot().status, ended]).toEqual([2, 'ready', []])
    await advance(120_000)
    expect([written.status, read.status, await mock.data()]).toEqual(['resolved', 'resolved', { count: 2 }])
  })

  test('403 for the token, then success: once, and the write is stored once', async () => {
    // 8
    const mock = createServer({ initial: { count: 1 }, csrf: true })
    const session = open(mock)
    await session.get('count')
    mock.rotateCsrf()
    await session.update('count', (count) => count + 1)
    expect(traffic(mock, 1)).toEqual(['PATCH/1 403', 'GET 200', 'PATCH/1 200'])
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('after the network comes back the queue goes before any read, and nothing reverts', async () => {
    // 22
    const { mock, session } = await begin({ count: 1 })
    mock.offline()
    for (let times = 0; times < 3; times++) void session.update('count', (count) => count + 1)
    await advance(10_000)
    const seen: number[] = []
    session.key('count').listen((count) => void seen.push(count))
    const read = session.revalidate()
    const before = mock.requests.length
    mock.online()
    await inTime(Promise.all([session.settled(), read]))
    expect(
      mock.requests
        .slice(before)
        .map(({ method }) => method)
        .filter((method, at) => at === 0 || method === 'GET'),
    ).toEqual(['PATCH'])
    expect([seen, await mock.data()]).toEqual([[], { count: 4 }])
  })

  test('a page that goes while a write is in flight: the next page finds it stored once', async () => {
    // 16, without a journal
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next('hold-answer')
    void session.update('count', (count) => count + 1)
    await held.reached()
    session.dispose()
    const next = open(mock)
    expect(await next.get('count')).toBe(2)
    await held.release()
    await inTime(next.update('count', (count) => count + 1))
    expect(await mock.data()).toEqual({ count: 3 })
  })
})

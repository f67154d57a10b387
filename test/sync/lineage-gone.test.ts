// Holds when the client believes that its session is gone.
import { describe, expect, test } from 'vitest'
import { advance, begin, collect, commits, createServer, flush, follow, inTime, open, traffic, useFakeTime } from '../client/harness.ts'
import { openScripted } from './scripted.ts'

useFakeTime()

describe('a session that is really over', () => {
  test.each([
    ['flush', 'flushed'],
    ['expire', 'flushed'],
  ] as const)(
    'after %s: what is pending rejects with reason, fate and values, and the next write starts a new lineage',
    async (how, reason) => {
      const { mock, session } = await begin({ count: 1, theme: 'dark' })
      const former = await mock.lineage()
      const [ended, rejections, dropped] = [collect(session, 'ended'), collect(session, 'rejected'), collect(session, 'dropped')]
      await mock[how]()
      const pending = [follow(() => session.set('count', 2)), follow(() => session.update('cart', (cart) => [...cart, 'tea']))]
      await advance(10_000)
      expect(pending[0]?.error).toMatchObject({ code: 'ended', reason, fate: 'not-stored', values: { count: 2 } })
      expect(pending[1]?.error).toMatchObject({ code: 'ended', reason, fate: 'not-stored', values: { cart: ['tea'] } })
      expect([ended, dropped]).toEqual([[{ reason }], []])
      expect(rejections.map(({ keys }) => keys)).toEqual([['count'], ['cart']])
      expect([session.peek('theme'), session.pending, session.expiry]).toEqual(['light', [], null])
      await inTime(session.set('count', 7))
      expect(await mock.data()).toEqual({ count: 7 })
      expect(await mock.lineage()).not.toBe(former)
    },
  )

  test('is believed only after a confirmation read: the commit, then a read', async () => {
    const { mock, session } = await begin({ count: 1 })
    await mock.flush()
    void session.set('count', 2)
    await advance(10_000)
    expect(traffic(mock, 1)).toEqual(['PATCH/1 410', 'GET 200'])
  })

  test('seen by a read is looked at twice', async () => {
    const { mock, session } = await begin({ count: 1 })
    const ended = collect(session, 'ended')
    await mock.flush()
    const held = mock.next('hold-answer')
    mock.next({ fault: 'delay', delayMs: 100 })
    void session.revalidate()
    await held.release()
    await flush()
    expect([ended, session.peek('count')]).toEqual([[], 1])
    await advance(100)
    expect([ended, session.peek('count')]).toEqual([[{ reason: 'flushed' }], 0])
  })

  test('with a key that the server does not know is looked at again after about three seconds', async () => {
    const { mock, session } = await begin({ count: 1 })
    const ended = collect(session, 'ended')
    await mock.expire()
    void session.set('count', 2)
    await advance(2_900)
    expect(ended).toEqual([])
    await advance(200)
    expect(ended).toHaveLength(1)
  })

  test('the outcome of a write is unknown where an attempt before the 410 brought no response', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'lose-answer', method: 'PATCH', times: 2 })
    const written = follow(() => session.set('count', 2))
    await advance(1)
    const waiting = follow(() => session.set('note', 'later'))
    await mock.flush()
    await advance(30_000)
    expect(written.error).toMatchObject({ code: 'ended', fate: 'unknown' })
    expect(waiting.error).toMatchObject({ code: 'ended', fate: 'not-stored' })
  })

  test('replaced by another log-in: nothing of the one is sent to the other', async () => {
    const { mock, session } = await begin({ cart: ["ann's"] }, {}, { signedInAs: 'ann' })
    const ended = collect(session, 'ended')
    mock.offline()
    const pending = [follow(() => session.set('note', "ann's secret")), follow(() => session.clear()), follow(() => session.cycleKey())]
    await advance(1_000)
    await mock.signIn('bob')
    await mock.write({ theme: 'dark' })
    mock.online()
    await advance(60_000)
    expect(pending.map(({ error }) => error)).toMatchObject(pending.map(() => ({ code: 'ended', reason: 'replaced' })))
    expect(ended).toEqual([{ reason: 'replaced' }])
    expect(await mock.data()).toEqual({ theme: 'dark' })
    expect([session.peek('theme'), session.peek('cart'), session.identity]).toEqual(['dark', [], 'bob'])
  })

  test("the response's state is the base at once: the next write expects what is there now", async () => {
    const { mock, session } = await begin({ count: 1 }, {}, { signedInAs: 'ann' })
    await mock.signIn('bob')
    await mock.write({ count: 10 })
    void session.set('theme', 'dark').catch(() => {})
    await advance(10_000)
    await inTime(session.update('count', (count) => count + 1))
    expect(await mock.data()).toEqual({ count: 11 })
  })

  test('an event handler that offers the values again writes them to the new lineage', async () => {
    const { mock, session } = await begin({ count: 1 })
    session.on('rejected', ({ error }) => {
      if (error.code === 'ended' && 'values' in error) void session.set('note', (error.values as { note: string }).note)
    })
    await mock.flush()
    void session.set('note', 'worth keeping')
    await advance(10_000)
    expect(await mock.data()).toEqual({ note: 'worth keeping' })
  })

  test('every tab of the browser learns of it, each by a response of its own', async () => {
    const { mock, session } = await begin({ count: 1 })
    const other = open(mock)
    await other.get('count')
    const ended = [collect(session, 'ended'), collect(other, 'ended')]
    await mock.flush()
    await Promise.all([session.revalidate(), other.revalidate()])
    await advance(10_000)
    expect(ended).toEqual([[{ reason: 'flushed' }], [{ reason: 'flushed' }]])
  })
})

describe('a 410 that is not the end', () => {
  test('a concurrent log-in that kept the lineage: not ended, and the identical bytes go again', async () => {
    const { mock, session } = await begin({ cart: ['tea'] })
    const ended = collect(session, 'ended')
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    const written = follow(() => session.update('cart', (cart) => [...cart, 'cake']))
    await held.reached()
    await mock.signIn('ann') // rotates the key: the commit under way left with the old one
    await held.release()
    await advance(10_000)
    expect([written.status, ended]).toEqual(['resolved', []])
    expect(commits(mock).map(({ n, status }) => [n, status])).toEqual([
      [1, 410],
      [1, 200],
    ])
    expect(JSON.stringify({ ...commits(mock)[0], status: 0 })).toBe(JSON.stringify({ ...commits(mock)[1], status: 0 }))
    expect(await mock.data()).toEqual({ cart: ['tea', 'cake'] })
    expect(session.identity).toBe('ann')
  })

  test('an unknown key in a read, of a log-in that lands a second later: not ended', async () => {
    const { mock, session } = await begin({ count: 1 })
    const ended = collect(session, 'ended')
    const stale = mock.next('hold')
    const read = follow(() => session.revalidate())
    await stale.reached()
    await mock.rotateKey()
    await stale.release()
    await advance(10_000)
    expect([read.status, ended, session.peek('count')]).toEqual(['resolved', [], 1])
  })

  test('a rotation in another tab while idle changes nothing at all', async () => {
    const { mock, session } = await begin({ count: 1 })
    const ended = collect(session, 'ended')
    await mock.rotateKey()
    await session.set('count', 2)
    expect([ended, await mock.data()]).toEqual([[], { count: 2 }])
  })
})

describe('from a null base', () => {
  test('a lineage that another tab made is adopted, and the log replayed on it', async () => {
    const mock = createServer()
    const session = open(mock)
    await session.get('count')
    const ended = collect(session, 'ended')
    await mock.write({ count: 5 })
    await inTime(session.update('count', (count) => count + 1))
    expect([ended, await mock.data()]).toEqual([[], { count: 6 }])
  })

  test('a lineage with an identity, which appeared outside exclusive, ends what is pending', async () => {
    const mock = createServer()
    const session = open(mock)
    await session.get('count')
    const ended = collect(session, 'ended')
    mock.offline()
    const written = follow(() => session.set('note', "the visitor's before"))
    await advance(1_000)
    await mock.signIn('ann')
    mock.online()
    await advance(60_000)
    expect(written.error).toMatchObject({ code: 'ended', reason: 'replaced' })
    expect([ended, await mock.data(), session.identity]).toEqual([[{ reason: 'replaced' }], {}, 'ann'])
  })

  test('the same with nothing pending is no end: there was no session', async () => {
    const mock = createServer()
    const session = open(mock)
    await session.get('count')
    const ended = collect(session, 'ended')
    await mock.signIn('ann')
    await session.revalidate()
    expect([ended, session.identity]).toEqual([[], 'ann'])
  })

  test('a log-out that keeps the lineage is no end, nor is another server that names nobody', async () => {
    let reads = 0
    const { session } = openScripted(() => [{ identity: 'ann' }, { identity: null }, { identity: undefined }][Math.min(reads++, 2)] ?? {})
    await session.get('count')
    const ended = collect(session, 'ended')
    await session.exclusive(() => {})
    await session.exclusive(() => {})
    expect([ended, reads]).toEqual([[], 3])
  })

  test('what was written after an end() is never sent to one who signed in before the end was known', async () => {
    const { mock, session } = await begin({ count: 1 }, {}, { signedInAs: 'ann' })
    mock.offline()
    const outcome = follow(() => session.end())
    const written = follow(() => session.set('note', 'after ann'))
    await advance(1_000)
    await mock.signIn('bob')
    mock.online()
    await advance(60_000)
    expect(outcome.status).toBe('resolved')
    expect(written.error).toMatchObject({ code: 'ended', reason: 'replaced' })
    expect(await mock.data()).toEqual({})
    expect(session.identity).toBe('bob')
  })
})

// Holds that a handler of `ended` may end or write the session itself.
import { describe, expect, test } from 'vitest'
import { advance, begin, collect, flush, follow, traffic, useFakeTime } from './harness.ts'

useFakeTime()

describe('a handler of an end that ends the session itself', () => {
  test('calls for the same end: it is reported once, and waits as long as the call does', async () => {
    const { mock, session } = await begin({ count: 1 })
    await session.end()
    await session.set('count', 2)
    const from = mock.requests.length
    const held = mock.next({ fault: 'hold', method: 'DELETE' })
    const ended = collect(session, 'ended')
    const nested = follow(() => new Promise((resolve) => session.on('ended', () => resolve(session.end()))))
    const watched: unknown[] = []
    session.listen(() => {
      if (watched.length < 3) watched.push(session.end())
    })
    const outer = follow(() => session.end())
    await held.reached()
    expect([outer.status, nested.status, ended.length]).toEqual(['pending', 'pending', 1])
    await held.release()
    await advance(1_000)
    expect([outer.status, nested.status, ended.length]).toEqual(['resolved', 'resolved', 1])
    expect(watched).toHaveLength(3)
    expect(traffic(mock, from).slice(0, 2)).toEqual(['DELETE 204', 'GET 200'])
  })

  test('of one that came from the server notifies nobody without end', async () => {
    const { mock, session } = await begin({ count: 1 })
    const ended = collect(session, 'ended')
    session.on('ended', () => void session.end())
    await mock.flush()
    await session.revalidate()
    await advance(10_000)
    expect(ended.length).toBeLessThanOrEqual(2)
    expect(session.pending).toEqual([])
  })

  test('wipes what has replaced it in the same step, and it stays wiped', async () => {
    const { mock, session } = await begin({ count: 1 })
    const seen: number[] = []
    session.key('count').listen((count) => void seen.push(count))
    session.on('ended', ({ reason }) => {
      if (reason === 'replaced') void session.end()
    })
    await mock.signIn('ann')
    await mock.signOut()
    await mock.signIn('bob')
    await mock.write({ count: 99 })
    const held = mock.next({ fault: 'hold', method: 'DELETE' })
    const read = follow(() => session.revalidate())
    await held.reached()
    expect([session.peek('count'), session.pending.map(({ kind }) => kind), session.getSnapshot().status]).toEqual([0, ['end'], 'ready'])
    await held.release()
    await advance(10_000)
    await flush()
    expect([read.status, session.pending, session.peek('count')]).toEqual(['resolved', [], 0])
    expect(seen).toEqual([99, 0])
    expect(await mock.lineage()).toBeNull()
  })
})

// Holds that `end` works while a read, a commit or a notification is in flight.
import { describe, expect, test } from 'vitest'
import { advance, begin, collect, createServer, flush, follow, open, traffic, useFakeTime } from './harness.ts'

useFakeTime()

describe('end() while something else is in flight', () => {
  test('cuts a read off, which is no failure: the end leaves at once', async () => {
    const { mock, session } = await begin({ count: 1 })
    const seen = new Set<string>()
    session.listen(({ activity, error }) => void seen.add(`${activity} ${error?.code}`))
    const held = mock.next({ fault: 'hold', method: 'GET' })
    const read = follow(() => session.revalidate())
    await held.reached()
    const ended = follow(() => session.end())
    await flush()
    expect([ended.status, read.status]).toEqual(['resolved', 'resolved'])
    expect(traffic(mock, 1)).toEqual(['GET aborted', 'DELETE 204', 'GET 200'])
    expect([...seen].filter((one) => !one.endsWith('undefined'))).toEqual([])
  })

  test('of a first commit whose response broke ends the session that it has created', async () => {
    const mock = createServer()
    const session = open(mock)
    await session.get('count')
    mock.next({ fault: 'break-answer', method: 'PATCH', times: 2 })
    const written = follow(() => session.set('count', 1))
    await flush()
    const ended = follow(() => session.end())
    await advance(60_000)
    expect([ended.status, written.error]).toMatchObject(['resolved', { code: 'ended', fate: 'unknown' }])
    expect([session.peek('count'), await mock.data(), await mock.lineage()]).toEqual([0, {}, null])
  })

  test('by a subscriber that is notified of a new state leaves nothing of that state', async () => {
    const { mock, session } = await begin({ count: 1 })
    const ended = collect(session, 'ended')
    session.key('count').listen((count) => {
      if (count === 5) void session.end()
    })
    await mock.write({ count: 5 })
    const held = mock.next({ fault: 'hold', method: 'DELETE' })
    void session.revalidate()
    await held.reached()
    expect([session.peek('count'), session.expiry, session.dehydrate(), ended.length]).toEqual([0, null, undefined, 1])
    await held.release()
    await advance(1_000)
    expect(await mock.lineage()).toBeNull()
  })
})

// Holds that a lost response to `cycleKey` does not cost the session.
import { describe, expect, test } from 'vitest'
import { advance, begin, collect, follow, traffic, useFakeTime } from '../client/harness.ts'

useFakeTime()

describe('a cycleKey whose response was lost: the cookie names no session any more', () => {
  test('goes again before a read that finds the key unknown is believed, since the old key answers it alone', async () => {
    const { mock, session } = await begin({ count: 1 })
    const lineage = await mock.lineage()
    const ended = collect(session, 'ended')
    mock.next({ fault: 'lose-answer', method: 'PATCH' })
    mock.next({ fault: 'server-error-page', status: 502, times: 4, method: 'PATCH' })
    const cycled = follow(() => session.cycleKey())
    const written = follow(() => session.update('count', (count) => count + 1))
    await advance(60_000)
    expect([cycled.status, written.status]).toEqual(['resolved', 'resolved'])
    expect(ended).toEqual([])
    expect(await mock.lineage()).toBe(lineage)
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('the same if the app asks for a full read meanwhile', async () => {
    const { mock, session } = await begin({ count: 1 })
    const lineage = await mock.lineage()
    mock.next({ fault: 'lose-answer', method: 'PATCH', times: 2 })
    const cycled = follow(() => session.cycleKey())
    await advance(10)
    session.resume()
    await advance(60_000)
    expect(cycled.status).toBe('resolved')
    expect(await mock.lineage()).toBe(lineage)
  })

  test('if the session is gone indeed, the commit says so and the session ends after the confirmation read', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'lose-answer', method: 'PATCH', times: 2 })
    const cycled = follow(() => session.cycleKey())
    await advance(10)
    await mock.expire()
    session.resume()
    await advance(60_000)
    expect(cycled).toMatchObject({ status: 'rejected', error: { code: 'ended', fate: 'unknown' } })
    expect(traffic(mock).length).toBeLessThan(15)
  })
})

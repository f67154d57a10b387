// Holds that an outage loses no write.
import { describe, expect, test } from 'vitest'
import { advance, begin, flush, follow, traffic, useFakeTime } from '../client/harness.ts'

useFakeTime()

describe('a server that is down behind a gateway', () => {
  test.each([1, 5, 9, 15, 40, 300, 3_600])('for %s s loses no write, however many there are', async (seconds) => {
    const { mock, session } = await begin({ count: 1 })
    const down = mock.next({ fault: 'server-error-page', status: 502, times: 100_000 })
    const alone = follow(() => session.update('count', (count) => count + 1))
    await advance(seconds * 1000)
    expect([alone.status, session.peek('count'), session.pending.length]).toEqual(['pending', 2, 1])
    down.cancel()
    await advance(60_000)
    expect(alone.status).toBe('resolved')
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('again and again for a moment loses no write', async () => {
    const { mock, session } = await begin({ count: 1 })
    const written = follow(() => session.update('count', (count) => count + 1))
    for (let time = 0; time < 8; time++) {
      mock.next({ fault: 'server-error-page', status: 502, times: 2 })
      await advance(60_000)
      void session.update('count', (count) => count + 1)
      await flush()
    }
    await advance(60_000)
    expect(written.status).toBe('resolved')
    expect(await mock.data()).toEqual({ count: 10 })
  })
})

describe('a read that fails', () => {
  test('says so until one succeeds, though that one brings nothing new', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'server-error-page', status: 502 })
    const looked = follow(() => session.revalidate())
    await flush()
    expect(session.getSnapshot()).toMatchObject({ status: 'ready', activity: 'retrying', error: { code: 'network', status: 502 } })
    await advance(60_000)
    expect(looked.status).toBe('resolved')
    expect(session.getSnapshot()).toMatchObject({ status: 'ready', activity: 'idle', error: null })
    expect(traffic(mock, 1)).toEqual(['GET 502', 'GET 304'])
  })
})

describe('a commit that fails while reads succeed', () => {
  test('is tried five times, then what is left of it is rejected with its outcome unknown', async () => {
    const { mock, session } = await begin({ count: 1 })
    const poison = mock.next({ fault: 'server-error-page', times: 100_000, method: 'PATCH' })
    const written = follow(() => session.update('count', (count) => count + 1))
    await advance(300_000)
    expect(written).toMatchObject({ status: 'rejected', error: { code: 'unknown-fate' } })
    expect(traffic(mock, 1).filter((line) => line.startsWith('PATCH'))).toHaveLength(5)
    poison.cancel()
    await session.set('theme', 'dark')
    expect(await mock.data()).toEqual({ count: 1, theme: 'dark' })
  })
})

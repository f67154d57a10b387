// Holds that ten thousand mutations in one tick stay cheap and bounded.
import { createSessionClient } from 'sojourn'
import { createMockSessionServer } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { begin, commits, flush, follow, inTime, track, useFakeTime } from '../client/harness.ts'

useFakeTime()

const size = 10_000
const keys = Array.from({ length: size }, (_, index) => `key${index}`)
const schema = z.object(Object.fromEntries(keys.map((key) => [key, z.number().optional()])))

/** A client of ten thousand keys. */
const openLarge = ({ url, fetch }: { readonly url: string; readonly fetch: typeof globalThis.fetch }) =>
  track(createSessionClient({ url, fetch, schema, random: () => 0.5 }))

describe('ten thousand mutations in a tick', () => {
  test('of one key are one operation in one commit, and every promise resolves', async () => {
    const { mock, session } = await begin({ count: 0 })
    const outcomes = Array.from({ length: size }, (_, index) => follow(() => session.set('count', index + 1)))
    expect(session.pending).toHaveLength(1)
    await session.settled()
    await flush()
    expect(commits(mock)).toMatchObject([{ set: { count: size } }])
    expect(outcomes.filter(({ status }) => status === 'resolved')).toHaveLength(size)
  })

  test('of ten thousand keys are at most two commits', async () => {
    const mock = createMockSessionServer({ schema, maxSessionBytes: 1e6, maxKeys: size })
    const session = openLarge(mock)
    const outcomes = keys.map((key) => follow(() => session.set(key, 1)))
    await session.settled()
    await flush()
    expect(commits(mock as never).length).toBeLessThanOrEqual(2)
    expect(outcomes.every(({ status }) => status === 'resolved')).toBe(true)
    expect(Object.keys(await mock.data())).toHaveLength(size)
  })

  test('as updates of one key each run at their call alone, there twice in development', async () => {
    const { mock, session } = await begin({ count: 0 })
    let runs = 0
    for (let index = 0; index < size; index++) void session.update('count', (count) => count + Math.sign(++runs))
    expect(session.peek('count')).toBe(size)
    await session.settled()
    expect([runs, await mock.data()]).toEqual([2 * size, { count: size }])
    expect(commits(mock)).toHaveLength(1)
  })
})

describe('ten thousand mutations of which three are refused', () => {
  test('without names: 9,997 are stored, in at most 80 requests', async () => {
    const isBad = (data: Record<string, unknown>): boolean => Object.values(data).some((value) => typeof value === 'number' && value < 0)
    const mock = createMockSessionServer({
      schema,
      maxSessionBytes: 1e6,
      maxKeys: size,
      validate: (data) => (isBad(data) ? [{ message: 'no' }] : []),
    })
    const session = openLarge(mock)
    await session.get('key0')
    const bad = new Set(['key17', 'key5000', 'key9999'])
    const outcomes = keys.map((key) => [key, follow(() => session.set(key, bad.has(key) ? -1 : 1))] as const)
    await inTime(session.settled())
    await flush()
    expect(outcomes.filter(([, { status }]) => status === 'rejected').map(([key]) => key)).toEqual([...bad])
    expect(outcomes.filter(([, { status }]) => status === 'resolved')).toHaveLength(9_997)
    expect(Object.keys(await mock.data())).toHaveLength(9_997)
    expect(mock.requests.length).toBeLessThanOrEqual(80)
  }, 30_000)
})

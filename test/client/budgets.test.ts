// Holds the machine-independent budgets of docs/performance.md: requests, notifications, object identity.
import { createSessionClient, type SessionClient } from 'sojourn'
import { createMockSessionServer } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { flush, track, useFakeTime } from './harness.ts'

useFakeTime()

type Numbers = SessionClient<Record<string, number>>

/** A client that has loaded a session of so many numbers, with the requests that it sends from here on and what is stored. */
async function openNumbers(keys: number) {
  const names = Array.from({ length: keys }, (_, at) => `key-${at}`)
  const mock = createMockSessionServer({
    maxSessionBytes: 1e6,
    maxKeys: 10_000,
    initial: Object.fromEntries(names.map((name) => [name, 0])),
  })
  const schema = z.object(Object.fromEntries(names.map((name) => [name, z.number().default(0)])))
  const session = track(createSessionClient({ url: mock.url, fetch: mock.fetch, schema })) as unknown as Numbers
  await session.get('key-0')
  await flush()
  const before = mock.requests.length
  return { session, names, countRequests: () => mock.requests.length - before, stored: () => mock.data() }
}

/** What performance.md promises and no machine changes: requests, calls of subscribers, values. Renders are counted in the bindings' tests. */
describe('the budget', () => {
  test.each([1, 100, 10_000])('of %i writes of as many keys in one tick is one request', async (writes) => {
    const { session, names, countRequests, stored } = await openNumbers(writes)
    for (const [at, name] of names.entries()) void session.set(name, at + 1)
    await session.settled()
    expect(countRequests()).toBe(1)
    expect(await stored()).toEqual(Object.fromEntries(names.map((name, at) => [name, at + 1])))
  })

  test.each([1, 100, 10_000])('of %i writes of one key in one tick is one request', async (writes) => {
    const { session, countRequests, stored } = await openNumbers(1)
    for (let value = 1; value <= writes; value++) void session.set('key-0', value)
    await session.settled()
    expect([countRequests(), await stored()]).toEqual([1, { 'key-0': writes }])
  })

  test('of a set of one key of 1,000 is one call of the subscriber of that key, and none when it is acknowledged', async () => {
    const { session, names } = await openNumbers(1_000)
    const calls: [string, number][] = []
    for (const name of names) session.key(name).listen((value) => calls.push([name, value]))
    void session.set('key-7', 1)
    expect(calls).toEqual([['key-7', 1]])
    await session.settled()
    expect(calls).toHaveLength(1)
  })

  test('of a set of each of 1,000 keys is one call of each subscriber, with its value', async () => {
    const { session, names } = await openNumbers(1_000)
    const calls: [string, number][] = []
    for (const name of names) session.key(name).listen((value) => calls.push([name, value]))
    for (const [at, name] of names.entries()) void session.set(name, at + 1)
    await session.settled()
    expect(calls).toEqual(names.map((name, at) => [name, at + 1]))
  })

  test('of a set of a key with 100 subscribers is one call of each, in the order in which they came', async () => {
    const { session } = await openNumbers(1)
    const calls: number[] = []
    for (let at = 0; at < 100; at++) session.key('key-0').listen(() => calls.push(at))
    void session.set('key-0', 1)
    await session.settled()
    expect(calls).toEqual(Array.from({ length: 100 }, (_, at) => at))
  })
})

import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { describe, expect, test } from 'vitest'
import { createVisitor, openTab, type Visitor } from './visitor.ts'

const start = Date.parse('2030-01-01T00:00:00Z')

async function begin(maxAgeMs?: number) {
  const time = { now: start }
  const now = (): number => time.now
  const handler = createSessionHandler({ store: createMemoryStore({ now }), now, ...(maxAgeMs !== undefined && { maxAgeMs }) })
  const visitor = createVisitor(handler)
  await visitor.commit({ set: { a: 1 } })
  return { time, handler, visitor }
}

const age = async (visitor: Visitor): Promise<number> => (await visitor.read()).body.expiry.age

describe('the age', () => {
  test('is the policy of two weeks, and every write begins it anew', async () => {
    const { time, visitor } = await begin()
    expect(visitor.state.expiry).toEqual({ age: 1_209_600, atBrowserClose: false })
    time.now += 1_000_000
    expect(await age(visitor)).toBe(1_208_600)
    await visitor.commit({})
    expect(visitor.state.expiry.age).toBe(1_209_600)
  })

  test('is not extended by reading', async () => {
    const { time, visitor } = await begin(10_000)
    for (let second = 0; second < 10; second += 1) {
      expect((await visitor.read()).body.lineage).not.toBeNull()
      time.now += 1_000
    }
    expect((await visitor.read()).body).toMatchObject({ lineage: null, data: {}, unknownKey: true })
  })

  test('counts whole seconds, down', async () => {
    const { time, visitor } = await begin(10_000)
    time.now += 1
    expect(await age(visitor)).toBe(9)
  })

  test('is not extended by a commit that is refused or repeated', async () => {
    const { time, visitor } = await begin(10_000)
    const repeated = visitor.prepare({ set: { a: 2 } })
    await repeated()
    time.now += 5_000
    await visitor.commit({ set: { a: 3 }, expect: { a: null } })
    await repeated()
    expect(await age(visitor)).toBe(5)
  })
})

describe('setting the expiry', () => {
  test.each([
    [300, { age: 300, atBrowserClose: false }],
    [0, { age: 1_209_600, atBrowserClose: true }],
    [null, { age: 1_209_600, atBrowserClose: false }],
    ['2030-01-02T00:00:00Z', { age: 86_400, atBrowserClose: false }],
    ['2030-01-02T02:30:00.5+02:30', { age: 86_400, atBrowserClose: false }],
  ])('%j is told as %j', async (expiry, expected) => {
    const { visitor } = await begin()
    expect((await visitor.commit({ expiry })).body.expiry).toEqual(expected)
    expect((await visitor.read()).body.expiry).toEqual(expected)
  })

  test('in seconds holds for later writes too, of everybody', async () => {
    const { time, handler, visitor } = await begin()
    await visitor.commit({ expiry: 300 })
    time.now += 200_000
    await (await openTab(handler, visitor)).commit({ set: { b: 1 } })
    expect(await age(visitor)).toBe(300)
    time.now += 300_000
    expect((await visitor.read()).body.lineage).toBeNull()
  })

  test('by a date holds whatever is written', async () => {
    const { time, visitor } = await begin()
    await visitor.commit({ expiry: '2030-01-01T00:10:00Z' })
    time.now += 500_000
    await visitor.commit({ set: { b: 1 } })
    expect(await age(visitor)).toBe(100)
    time.now += 100_000
    expect((await visitor.read()).body.lineage).toBeNull()
  })

  test('null goes back to the policy', async () => {
    const { visitor } = await begin()
    await visitor.commit({ expiry: 300 })
    await visitor.commit({ expiry: null })
    expect(await age(visitor)).toBe(1_209_600)
  })

  test('a commit with a date can be repeated once the date is over, and is then told that the session is', async () => {
    const { time, visitor } = await begin()
    const send = visitor.prepare({ expiry: '2030-01-01T00:10:00Z' })
    await send()
    time.now += 599_999
    expect(await send()).toMatchObject({ status: 200, body: { expiry: { age: 0 } } })
    time.now += 1
    expect((await send()).status).toBe(410)
  })
})

describe('a session that is over', () => {
  test('is told to a commit, and the next one starts another lineage under another key', async () => {
    const { time, visitor } = await begin(10_000)
    const { cookie } = visitor
    const { lineage } = visitor.state
    time.now += 10_000
    expect(await visitor.commit({ set: { a: 2 } })).toMatchObject({ status: 410, body: { lineage: null, unknownKey: true } })
    expect((await visitor.commit({ set: { a: 2 } })).problem).toBe('unknown-key')
    const reply = await visitor.commit({ set: { a: 2 }, fresh: true })
    expect(reply).toMatchObject({ status: 200, body: { data: { a: 2 } } })
    expect(reply.body.lineage).not.toBe(lineage)
    expect(visitor.cookie).not.toBe(cookie)
  })

  test('is over by the clock of the handler, though the store still has it', async () => {
    const time = { now: start }
    const handler = createSessionHandler({ store: createMemoryStore({ now: () => start }), now: () => time.now, maxAgeMs: 10_000 })
    const visitor = createVisitor(handler)
    await visitor.commit({ set: { a: 1 } })
    time.now += 10_000
    expect((await visitor.read()).body).toMatchObject({ lineage: null, data: {}, unknownKey: true })
  })

  test('is swept from the store', async () => {
    const { time, handler, visitor } = await begin(10_000)
    await createVisitor(handler).commit({ expiry: 60 })
    expect(await handler.sweep()).toBe(0)
    time.now += 10_000
    expect(await handler.sweep()).toBe(1)
    expect((await visitor.read()).body.unknownKey).toBe(true)
    time.now += 50_000
    expect(await handler.sweep()).toBe(1)
  })
})

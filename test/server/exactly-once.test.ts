// Holds check 2 of a commit: a repetition is acknowledged and stored once.
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { describe, expect, test } from 'vitest'
import { createVisitor, keys, openTab, type Visitor } from './visitor.ts'

const create = () => createSessionHandler({ keys, store: createMemoryStore() })

async function begin(handler = create()): Promise<Visitor> {
  const visitor = createVisitor(handler)
  await visitor.commit({ set: { count: 0 } })
  return visitor
}

describe('check 2: exactly once', () => {
  test('the same bytes again get the current state and stored no second time', async () => {
    const handler = create()
    const visitor = await begin(handler)
    const send = visitor.prepare({ set: { count: 1 } })
    const first = await send()
    await (await openTab(handler, visitor)).commit({ set: { count: 5 } })
    const again = await send()
    expect(again).toMatchObject({ status: 200, setCookie: null, body: { data: { count: 5 }, last: 2 } })
    expect(again.body.version).not.toBe(first.body.version)
    expect((await visitor.read()).body.version).toBe(again.body.version)
  })

  test('a repetition is served in full although it asks for little', async () => {
    const send = (await begin()).prepare({ set: { count: 1 } }, { Prefer: 'return=minimal' })
    expect((await send()).body.data).toBeUndefined()
    expect((await send()).body.data).toEqual({ count: 1 })
  })

  test('a number below the last one is refused', async () => {
    const visitor = await begin()
    const late = visitor.prepare({ set: { count: 1 } })
    await visitor.commit({ set: { count: 2 } })
    expect(await late()).toMatchObject({ status: 422, problem: 'key-reused' })
    expect((await visitor.read()).body.data).toEqual({ count: 2 })
  })

  test('the same number with another body is refused, even where it means the same', async () => {
    const visitor = await begin()
    const { lineage, version } = visitor.state
    const body = { lineage, base: version, after: 1, set: { count: 1 } }
    await visitor.send(JSON.stringify(body))
    const other = await visitor.send(JSON.stringify(body, null, 1))
    expect(other).toMatchObject({ status: 422, problem: 'key-reused' })
    // Whoever has used the number: the response is no state to go on from.
    expect(other.body).not.toHaveProperty('data')
  })

  test('numbers may have gaps', async () => {
    const visitor = await begin()
    visitor.n += 5
    expect(await visitor.commit({ set: { count: 1 } })).toMatchObject({ status: 200, body: { last: 7 } })
  })

  test('a read tells the last number of the client that asks, and 0 to others', async () => {
    const handler = create()
    const visitor = await begin(handler)
    expect((await visitor.read()).body.last).toBe(1)
    expect((await openTab(handler, visitor)).state.last).toBe(0)
  })
})

describe('counterexample 6', () => {
  test('a first commit whose cookie arrived but whose response was lost runs once', async () => {
    const visitor = createVisitor(create())
    const body = JSON.stringify({ lineage: null, base: 'v0', after: 0, set: { count: 1 } })
    const first = await visitor.send(body)
    const again = await visitor.send(body)
    expect(again).toMatchObject({ status: 200, body: { lineage: first.body.lineage, version: first.body.version, last: 1 } })
    expect(again.setCookie).toContain(visitor.cookie)
  })

  test('a late copy of the commit before the last is not taken for stored, nor stored', async () => {
    const visitor = await begin()
    const one = visitor.prepare({ set: { count: 1 } })
    await one()
    await visitor.commit({ set: { count: 2 } })
    expect((await one()).problem).toBe('key-reused')
  })

  test('two tabs with one client id: the second is told, not given the 200 of the first', async () => {
    const handler = create()
    const one = await begin(handler)
    const two = createVisitor(handler, { client: one.client, cookie: one.cookie as string })
    await two.read()
    two.n = one.n
    await one.commit({ set: { mine: 1 } })
    expect(await two.commit({ set: { theirs: 1 } })).toMatchObject({ status: 422, problem: 'key-reused' })
  })
})

describe('counterexample 7: a client that is not remembered', () => {
  /** Lets 64 other clients write, so that the record of everybody before is dropped. */
  async function crowd(handler: ReturnType<typeof create>, visitor: Visitor): Promise<void> {
    for (let n = 0; n < 64; n += 1) await (await openTab(handler, visitor)).commit({ set: { crowd: n } })
  }

  test('a commit that was stored before it was forgotten does not run twice', async () => {
    const handler = create()
    const visitor = await begin(handler)
    const tab = await openTab(handler, visitor)
    const lost = tab.prepare({ set: { count: 1 } })
    await lost()
    await crowd(handler, visitor)
    expect(await lost()).toMatchObject({
      status: 409,
      problem: 'forgotten',
      body: { lineage: visitor.state.lineage, last: 0, forgotten: true },
    })
  })

  test('it is the same for a later commit of the client', async () => {
    const handler = create()
    const visitor = await begin(handler)
    const lost = visitor.prepare({ set: { count: 1 } })
    await lost()
    await crowd(handler, visitor)
    expect(await lost()).toMatchObject({ status: 409, problem: 'forgotten' })
  })

  test('63 others are remembered next to it', async () => {
    const handler = create()
    const visitor = await begin(handler)
    const lost = visitor.prepare({ set: { count: 1 } })
    await lost()
    for (let n = 0; n < 63; n += 1) await (await openTab(handler, visitor)).commit({ set: { crowd: n } })
    expect(await lost()).toMatchObject({ status: 200, body: { last: 2 } })
  })

  test('a client that was dropped and has read since goes on if it was', async () => {
    const handler = create()
    const visitor = await begin(handler)
    await crowd(handler, visitor)
    expect((await visitor.read()).body).toMatchObject({ last: 0, forgotten: true })
    expect(await visitor.commit({ after: 1, set: { count: 1 } })).toMatchObject({ status: 200, body: { last: 2 } })
  })

  test('a new client that read before the floor refetches', async () => {
    const handler = create()
    const visitor = await begin(handler)
    const tab = await openTab(handler, visitor)
    await visitor.commit({ set: { count: 1 } })
    await crowd(handler, visitor)
    expect((await tab.commit({ set: { mine: 1 } })).problem).toBe('forgotten')
    expect(await tab.commit({ set: { mine: 1 } })).toMatchObject({ status: 200, body: { data: { mine: 1 } } })
  })
})

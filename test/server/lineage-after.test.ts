// Holds checks 3 and 4 of a commit: its lineage and its number.
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { describe, expect, test } from 'vitest'
import { createVisitor, keys, openTab, type Visitor } from './visitor.ts'

const create = () => createSessionHandler({ keys, store: createMemoryStore() })

async function begin(handler = create()): Promise<Visitor> {
  const visitor = createVisitor(handler)
  await visitor.commit({ set: { count: 0 } })
  return visitor
}

describe('check 3: the lineage', () => {
  test('a commit to another session is told so, with the state of this one', async () => {
    const visitor = await begin()
    const reply = await visitor.commit({ lineage: 'another', set: { count: 1 } })
    expect(reply).toMatchObject({ status: 410, problem: 'gone', body: { lineage: visitor.state.lineage, data: { count: 0 } } })
    expect(reply.body.unknownKey).toBeUndefined()
  })

  test('a first commit that meets a session does not write to it', async () => {
    const handler = create()
    const visitor = await begin(handler)
    const other = createVisitor(handler, { cookie: visitor.cookie as string })
    expect(await other.commit({ set: { count: 1 } })).toMatchObject({ status: 410, body: { data: { count: 0 } } })
  })
})

describe('counterexample 2: a commit that left with the cookie from before a rotation', () => {
  test('is told 410, leaves the cookie, and can be sent again in the same bytes with the new one', async () => {
    const handler = create()
    const visitor = await begin(handler)
    const late = visitor.prepare({ set: { count: 1 } })
    const other = await openTab(handler, visitor)
    await other.commit({ cycleKey: true })

    const reply = await late()
    expect(reply).toMatchObject({ status: 410, setCookie: null, body: { lineage: null, unknownKey: true } })

    visitor.cookie = other.cookie
    await visitor.read()
    visitor.n -= 1
    expect(await visitor.commit({ set: { count: 1 } })).toMatchObject({ status: 200, body: { data: { count: 1 }, last: 2 } })
  })
})

describe('counterexample 4: the end names its lineage', () => {
  test('a session without another name ends: data, key and cookie are gone', async () => {
    const visitor = await begin()
    const { cookie } = visitor
    const reply = await visitor.end()
    expect(reply).toMatchObject({ status: 204, body: {} })
    expect(reply.setCookie).toMatch(/^__Host-session=; Max-Age=0; Path=\/; Expires=Thu, 01 Jan 1970/)
    visitor.cookie = cookie
    expect((await visitor.read()).body).toMatchObject({ lineage: null, data: {}, unknownKey: true })
  })

  test('one that comes late does not end the session of a log-in that came between', async () => {
    const handler = create()
    const visitor = await begin(handler)
    const ended = visitor.state.lineage as string
    await visitor.end()
    await visitor.read()
    await visitor.commit({ set: { who: 'b' } })
    expect(await visitor.end(ended)).toMatchObject({ status: 410, setCookie: null, body: { data: { who: 'b' } } })
    expect((await visitor.read()).body.data).toEqual({ who: 'b' })
  })

  test.each([
    ['no cookie', undefined],
    ['an unknown key', `__Host-session=${'k'.repeat(43)}`],
  ])('if there is %s there is nothing to end, and no cookie to take away', async (_, cookie) => {
    const visitor = createVisitor(create(), { ...(cookie !== undefined && { cookie }) })
    expect(await visitor.end('gone')).toMatchObject({ status: 204, setCookie: null })
  })

  test('without a name nothing ends', async () => {
    const visitor = await begin()
    expect(await visitor.end(null)).toMatchObject({ status: 400, problem: 'bad-request' })
    expect((await visitor.read()).body.data).toEqual({ count: 0 })
  })
})

describe('check 4: after', () => {
  test('a client that does not know of its last commit is told', async () => {
    const visitor = await begin()
    await visitor.commit({ set: { count: 1 } })
    expect(await visitor.commit({ after: 1, set: { count: 2 } })).toMatchObject({ status: 409, problem: 'out-of-step', body: { last: 2 } })
  })

  test('a client that knows of more than is stored is told', async () => {
    const handler = create()
    const tab = await openTab(handler, await begin(handler))
    tab.n = 4
    expect(await tab.commit({ after: 4, set: { count: 1 } })).toMatchObject({ status: 409, problem: 'out-of-step', body: { last: 0 } })
  })

  test('a session that is created knows of no commit', async () => {
    const visitor = createVisitor(create())
    visitor.n = 4
    const reply = await visitor.commit({ after: 4, set: { count: 1 } })
    expect(reply).toMatchObject({ status: 409, problem: 'out-of-step', setCookie: null, body: { lineage: null, last: 0 } })
  })

  test('counterexample 5: a copy of a refused commit cannot be stored when the tag comes back', async () => {
    const handler = create()
    const visitor = await begin(handler)
    const other = await openTab(handler, visitor)
    const refused = visitor.prepare({ set: { count: 1 }, expect: { count: visitor.state.tags?.count } })
    await other.commit({ set: { count: 7 } })
    expect((await refused()).problem).toBe('conflict')

    // The client goes on by its next number; then the value, and so the tag, is what the first copy expects.
    await visitor.commit({ set: { count: 8 }, expect: { count: visitor.state.tags?.count } })
    await other.read()
    await other.commit({ set: { count: 0 } })
    expect((await refused()).status).toBe(422)
    expect((await visitor.read()).body.data).toEqual({ count: 0 })
  })

  test('counterexample 5: if the copy is stored before the next number, `last` tells so and the next is refused', async () => {
    const handler = create()
    const visitor = await begin(handler)
    const other = await openTab(handler, visitor)
    const refused = visitor.prepare({ set: { count: 1 }, expect: { count: visitor.state.tags?.count } })
    await other.commit({ set: { count: 7 } })
    await refused()
    const rebased = visitor.prepare({ set: { count: 8 }, expect: { count: visitor.state.tags?.count } })
    await other.commit({ set: { count: 0 } })
    await refused()
    expect(await rebased()).toMatchObject({ status: 409, problem: 'out-of-step', body: { last: 2, data: { count: 1 } } })
  })
})

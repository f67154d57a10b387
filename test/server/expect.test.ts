// Holds check 5 of a commit: what it expects of the keys.
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { describe, expect, test } from 'vitest'
import { createVisitor, keys, openTab, type Visitor } from './visitor.ts'

const create = () => createSessionHandler({ keys: [...keys, 'constructor', 'toString'], store: createMemoryStore() })

async function beginTwo(): Promise<{ mine: Visitor; theirs: Visitor }> {
  const handler = create()
  const mine = createVisitor(handler)
  await mine.commit({ set: { theme: 'light', cart: { items: [1], note: '' } } })
  return { mine, theirs: await openTab(handler, mine) }
}

describe('check 5: expect', () => {
  test('writes of different keys never conflict, from the same base', async () => {
    const { mine, theirs } = await beginTwo()
    const tags = mine.state.tags
    await theirs.commit({ set: { theme: 'dark' }, expect: { theme: tags?.theme } })
    const reply = await mine.commit({ set: { cart: {} }, expect: { cart: tags?.cart } })
    expect(reply).toMatchObject({ status: 200, body: { data: { theme: 'dark', cart: {} } } })
  })

  test('a key that somebody else changed is named, with the state to go on from', async () => {
    const { mine, theirs } = await beginTwo()
    const tags = mine.state.tags
    await theirs.commit({ set: { theme: 'dark' } })
    const reply = await mine.commit({ set: { theme: 'blue', cart: {} }, expect: { theme: tags?.theme, cart: tags?.cart } })
    expect(reply).toMatchObject({
      status: 409,
      problem: 'conflict',
      body: { conflicts: ['theme'], data: { theme: 'dark', cart: { items: [1] } }, last: 1 },
    })
  })

  test('nothing of a refused commit is stored', async () => {
    const { mine } = await beginTwo()
    const { version } = mine.state
    await mine.commit({ set: { theme: 'blue' }, delete: ['cart'], expiry: 5, expect: { theme: null } })
    expect((await mine.read()).body).toMatchObject({ version, data: { theme: 'light' }, last: 1 })
  })

  test.each([
    ['absent', 'a', null, 200],
    ['absent', 'theme', null, 409],
    ['a tag', 'a', 'abc', 409],
    ['a tag of an inherited name', 'constructor', 'abc', 409],
    ['absent under an inherited name', 'toString', null, 200],
  ])('expecting %s for "%s" (%s) is answered %d', async (_, key, tag, status) => {
    const { mine } = await beginTwo()
    expect((await mine.commit({ set: { other: 1 }, expect: { [key]: tag } })).status).toBe(status)
  })

  test('without an expectation the last writer stands', async () => {
    const { mine, theirs } = await beginTwo()
    await theirs.commit({ set: { theme: 'dark' } })
    expect(await mine.commit({ set: { theme: 'blue' } })).toMatchObject({ status: 200, body: { data: { theme: 'blue' } } })
  })

  test('a key that is only read is expected too', async () => {
    const { mine, theirs } = await beginTwo()
    const tags = mine.state.tags
    await theirs.commit({ delete: ['cart'] })
    expect((await mine.commit({ set: { theme: 'blue' }, expect: { cart: tags?.cart } })).body.conflicts).toEqual(['cart'])
  })

  test('the tag of a value does not depend on the order of its members', async () => {
    const { mine } = await beginTwo()
    const before = mine.state.tags?.cart
    await mine.commit({ set: { cart: { note: '', items: [1] } } })
    expect(mine.state.tags?.cart).toBe(before)
    expect(before).toMatch(/^[\w-]{16,}$/)
  })

  test('a touch never conflicts, though it changes the version', async () => {
    const { mine, theirs } = await beginTwo()
    const { version } = mine.state
    await theirs.commit({ set: { theme: 'dark' } })
    const reply = await mine.commit({})
    expect(reply).toMatchObject({ status: 200, body: { data: { theme: 'dark' } } })
    expect(reply.body.version).not.toBe(version)
  })
})

describe('the whole version', () => {
  test.each([
    ['clear', { clear: true, set: { a: 1 } }],
    ['expect', { expect: 'base', set: { a: 1 } }],
  ])('counterexample 20: `%s` wants that no key came or went since the base', async (_, members) => {
    const { mine, theirs } = await beginTwo()
    await theirs.commit({ set: { phantom: 1 } })
    expect(await mine.commit(members)).toMatchObject({ status: 409, problem: 'conflict', body: { conflicts: [], data: { phantom: 1 } } })
    expect((await mine.commit(members)).status).toBe(200)
  })

  test('`clear` deletes all but the keys of the server, and what `set` brings is applied after it', async () => {
    const handler = create()
    const visitor = createVisitor(handler)
    await visitor.commit({ set: { a: 1, b: 2 } })
    await (await handler.open(new Request('https://shop.test/', { headers: { Cookie: visitor.cookie as string } }))).private.set(
      '_secret',
      1,
    )
    await visitor.read()
    const reply = await visitor.commit({ clear: true, set: { b: 3 } })
    expect(reply.body).toMatchObject({ data: { b: 3 }, tags: { b: expect.any(String) }, last: 2 })
    const kept = await handler.open(new Request('https://shop.test/', { headers: { Cookie: visitor.cookie as string } }))
    expect([kept.private.all(), kept.get('b'), kept.has('a')]).toEqual([{ _secret: 1 }, 3, false])
  })

  test('`clear` keeps the record: an earlier commit cannot run again', async () => {
    const { mine } = await beginTwo()
    const earlier = mine.prepare({ set: { theme: 'blue' } })
    await earlier()
    await mine.commit({ clear: true })
    expect((await earlier()).problem).toBe('key-reused')
  })

  test('a session that is created may expect the state without one', async () => {
    const visitor = createVisitor(create())
    expect((await visitor.commit({ base: 'other', expect: 'base', set: { a: 1 } })).status).toBe(409)
    expect((await visitor.commit({ base: 'v0', expect: 'base', set: { a: 1 } })).status).toBe(200)
  })
})

describe('Prefer: return=minimal', () => {
  const minimal = { Prefer: 'return=minimal' }

  test('leaves the data out and gives the tags of what was written', async () => {
    const { mine } = await beginTwo()
    const reply = await mine.commit({ set: { theme: 'dark' }, delete: ['cart'] }, minimal)
    expect(reply.body.data).toBeUndefined()
    expect(Object.keys(reply.body.tags ?? {})).toEqual(['theme'])
    expect(reply.body).toMatchObject({ lineage: mine.state.lineage, last: 2, version: reply.headers.get('Session-Version') })
    expect(reply.headers.get('Preference-Applied')).toBe('return=minimal')
    expect((await mine.read()).body).toMatchObject({ version: reply.body.version, tags: reply.body.tags, data: { theme: 'dark' } })
  })

  test('tells all where the state before was not the base, so that the other change is seen', async () => {
    const { mine, theirs } = await beginTwo()
    await theirs.commit({ set: { other: 1 } })
    const reply = await mine.commit({ set: { theme: 'dark' } }, minimal)
    expect(reply.body.data).toMatchObject({ theme: 'dark', other: 1 })
    expect(reply.headers.get('Preference-Applied')).toBeNull()
  })

  test('holds for the commit that creates', async () => {
    const reply = await createVisitor(create()).commit({ set: { theme: 'dark' } }, minimal)
    expect(reply.body).toMatchObject({ lineage: expect.any(String), tags: { theme: expect.any(String) } })
    expect(reply.body.data).toBeUndefined()
  })

  test.each([
    ['return=representation', false],
    ['respond-async, return=minimal', true],
    ['return="minimal"', true],
    ['return=minimalistic', false],
  ])('Prefer: %s leaves the data out: %s', async (preference, isMinimal) => {
    const { mine } = await beginTwo()
    expect((await mine.commit({ set: { a: 1 } }, { Prefer: preference })).body.data === undefined).toBe(isMinimal)
  })
})

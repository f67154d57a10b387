// Proves that clients see and write the exposed keys alone, whatever they send. test/server/schema.test.ts has the values.
import {
  createMemoryStore,
  createSessionHandler,
  type ListedExposure,
  type SessionHandler,
  type SessionHandlerOptions,
} from 'sojourn/server'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { rewrite, storedDataOf } from '../../src/server/server-session.ts'
import { createVisitor, openTab, type Reply, type Visitor } from './visitor.ts'

const secret = 'the code that was mailed'

type Options = Partial<SessionHandlerOptions> & Partial<ListedExposure<string>>

const create = (options: Options = {}): SessionHandler =>
  createSessionHandler({ store: createMemoryStore(), keys: ['theme', 'cart', 'plan'], readOnly: ['plan'], ...options })

/** Has server code write keys, private and read-only ones too, in a request of the visitor. */
async function write(handler: SessionHandler, visitor: Visitor, data: object): Promise<void> {
  const headers = { Cookie: visitor.cookie ?? '' }
  const session = await handler.open(new Request('https://shop.test/', { headers }))
  await rewrite(session, (stored) => ({ ...stored, ...data }))
  const pair = session.respond(new Response()).headers.get('Set-Cookie')?.split(';')[0]
  if (pair !== undefined) visitor.cookie = pair
}

/** What server code finds. */
async function stored(handler: SessionHandler, visitor: Visitor): Promise<object> {
  return storedDataOf(await handler.open(new Request('https://shop.test/', { headers: { Cookie: visitor.cookie ?? '' } })))
}

async function begin(options?: Options): Promise<{ handler: SessionHandler; visitor: Visitor }> {
  const handler = create(options)
  const visitor = createVisitor(handler)
  await visitor.commit({ set: { theme: 'dark' } })
  await write(handler, visitor, { plan: 'pro', login_code: secret, _identity: 'ann' })
  await visitor.read()
  return { handler, visitor }
}

/** Everything of a response that a client receives. */
const textOf = ({ body, headers, setCookie }: Reply): string => JSON.stringify([body, [...headers], setCookie])

describe('what travels', () => {
  test('is the data and the tags of exposed keys alone', async () => {
    const { visitor } = await begin()
    const { body } = await visitor.read()
    expect(body.data).toEqual({ theme: 'dark', plan: 'pro' })
    expect(Object.keys(body.tags ?? {}).sort()).toEqual(['plan', 'theme'])
  })

  test('holds no name, value or tag of a private key in any response', async () => {
    const { visitor } = await begin()
    const replies = [
      await visitor.read(),
      await visitor.read({ 'If-None-Match': `"${visitor.state.version}"` }),
      await visitor.commit({ set: { theme: 'light' } }),
      await visitor.commit({ set: { theme: 'blue' } }, { Prefer: 'return=minimal' }),
      await visitor.commit({ set: { theme: 'x' }, expect: { theme: null } }),
      await visitor.commit({ clear: true, base: 'other' }),
      await visitor.commit({ lineage: 'other' }),
      await visitor.commit({ after: 0 }),
      await visitor.commit({ set: { cart: 'x'.repeat(70_000) } }),
      await visitor.commit({ clear: true }),
      await visitor.end('other'),
    ]
    expect(replies.map(({ status }) => status)).toEqual([200, 304, 200, 200, 409, 409, 410, 409, 413, 200, 410])
    for (const reply of replies) expect(textOf(reply)).not.toMatch(/login_code|mailed|_identity/)
  })

  test('tells no size of private keys: the limit counts exposed ones', async () => {
    const [small, large] = [await begin({ maxSessionBytes: 2_000 }), await begin({ maxSessionBytes: 2_000 })]
    await write(large.handler, large.visitor, { login_code: secret.repeat(500) })
    const replies = []
    for (const { visitor } of [small, large]) {
      await visitor.read()
      replies.push([
        (await visitor.commit({ set: { cart: 'x'.repeat(1_940) } })).status,
        (await visitor.commit({ set: { cart: 'x'.repeat(2_000) } })).body,
      ])
    }
    expect(replies[0]).toMatchObject([200, { status: 413 }])
    expect(replies[1]).toEqual(replies[0])
  })

  test('names no private key that the own validation of the app refuses', async () => {
    const validate: SessionHandlerOptions['validate'] = () => [
      { key: 'login_code', path: ['a'], message: 'no' },
      { key: 'theme', message: 'no' },
    ]
    const visitor = createVisitor(create({ validate }))
    const { status, body } = await visitor.commit({ set: { theme: 'dark' } })
    expect([status, body.errors]).toEqual([422, [{ message: 'no' }, { key: 'theme', message: 'no' }]])
  })
})

describe('a commit that names a key which is not exposed', () => {
  test.each<[string, object]>([
    ['set', { set: { login_code: 'mine' } }],
    ['set of a key that does not exist', { set: { otp_device_id: 1 } }],
    ['set of an own key of the server', { set: { _identity: 'root' } }],
    ['delete', { delete: ['login_code'] }],
    ['expect of a tag', { expect: { login_code: 'tag' } }],
    ['expect of absence', { set: { theme: 'x' }, expect: { nothing: null } }],
    ['an inherited name', { set: { constructor: 1 } }],
    ['the empty name', { set: { '': 1 } }],
  ])('is refused by name: %s', async (_, members) => {
    const { handler, visitor } = await begin()
    const before = await stored(handler, visitor)
    const { status, problem, body } = await visitor.commit(members)
    expect([status, problem, body.errors?.length]).toEqual([422, 'private-key', 1])
    expect(await stored(handler, visitor)).toEqual(before)
  })

  test('is answered alike whether the key exists or not, before the store is read', async () => {
    const store = createMemoryStore()
    let reads = 0
    const read: typeof store.read = (id) => {
      reads += 1
      return store.read(id)
    }
    const counted = create({ store: { ...store, read } })
    const visitor = createVisitor(counted, { cookie: `__Host-session=${'k'.repeat(43)}` })
    const replies = [await visitor.commit({ set: { login_code: 1 } }), await visitor.commit({ set: { other_name: 1 } })]
    const texts = replies.map((reply) => textOf(reply).replaceAll(/login_code|other_name/g, 'key'))
    expect([texts[0], reads]).toEqual([texts[1], 0])
  })

  test('comes before everything that the record says', async () => {
    const { visitor } = await begin()
    for (const members of [{ lineage: 'other' }, { after: 0 }, { base: 'other', clear: true }, { lineage: null }]) {
      expect((await visitor.commit({ set: { login_code: 1 }, ...members })).problem).toBe('private-key')
    }
  })

  test('names each key once, and at most a hundred', async () => {
    const visitor = createVisitor(create())
    const names = Array.from({ length: 500 }, (_, index) => `n${index}`)
    const { body } = await visitor.commit({ delete: names, expect: { n0: null } })
    expect(body.errors).toHaveLength(100)
    expect((await visitor.commit({ set: { n0: 1 }, expect: { n0: null } })).body.errors).toEqual([{ key: 'n0' }])
  })
})

describe('a read-only key', () => {
  test.each([[{ set: { plan: 'free' } }], [{ delete: ['plan'] }], [{ set: { theme: 'x', plan: 'free' } }]])(
    'is not written by %j',
    async (members) => {
      const { handler, visitor } = await begin()
      const { status, problem, body } = await visitor.commit(members)
      expect([status, problem, body.errors]).toEqual([422, 'read-only-key', [{ key: 'plan' }]])
      expect(await stored(handler, visitor)).toMatchObject({ plan: 'pro', theme: 'dark' })
    },
  )

  test('may be expected, as a transaction that reads it does', async () => {
    const { handler, visitor } = await begin()
    const expectation = { plan: visitor.state.tags?.plan }
    expect((await visitor.commit({ set: { theme: 'a' }, expect: expectation })).status).toBe(200)
    await write(handler, visitor, { plan: 'free' })
    expect(await visitor.commit({ set: { theme: 'b' }, expect: expectation })).toMatchObject({ status: 409, body: { conflicts: ['plan'] } })
  })

  test('and a private one are spared by `clear`, which is never answered minimally', async () => {
    const { handler, visitor } = await begin()
    const { status, headers, body } = await visitor.commit({ clear: true, set: { cart: [] } }, { Prefer: 'return=minimal' })
    expect([status, body.data, headers.get('Preference-Applied')]).toEqual([200, { plan: 'pro', cart: [] }, null])
    expect(await stored(handler, visitor)).toEqual({ plan: 'pro', cart: [], login_code: secret, _identity: 'ann' })
  })
})

describe('two servers with different lists over one store', () => {
  const both = async () => {
    const store = createMemoryStore()
    const [old, next] = [create({ store }), create({ store, keys: ['theme', 'cart', 'plan', 'wishlist'], readOnly: ['plan'] })]
    const visitor = createVisitor(next)
    await visitor.commit({ set: { theme: 'dark', wishlist: ['mine'] } })
    return { old, next, visitor, page: await openTab(old, visitor) }
  }

  test('never share a version, so that a 304 hides nothing', async () => {
    const { next, visitor, page } = await both()
    expect(page.state.version).not.toBe(visitor.state.version)
    const moved = createVisitor(next, { cookie: page.cookie as string })
    const reply = await moved.read({ 'If-None-Match': `"${page.state.version}"` })
    expect([reply.status, reply.body.data]).toEqual([200, { theme: 'dark', wishlist: ['mine'] }])
  })

  test('another read-only list is another list', async () => {
    const { visitor } = await both()
    const store = createMemoryStore()
    const lists: Options[] = [
      {},
      { readOnly: [] },
      { readOnly: ['plan', 'cart'] },
      { keys: ['theme', 'plan'] },
      { keys: ['plan', 'cart', 'theme'] },
    ]
    const first = createVisitor(create({ store }))
    await first.commit({ set: { theme: 'dark' } })
    const versions = await Promise.all(lists.map(async (list) => (await openTab(create({ store, ...list }), first)).state.version))
    // The last one is the first in another order.
    expect(new Set(versions).size).toBe(4)
    expect(versions[4]).toBe(versions[0])
    expect(versions).not.toContain(visitor.state.version)
  })

  test('a commit on the base of the other one is not answered minimally', async () => {
    const { next, page } = await both()
    const moved = createVisitor(next, { cookie: page.cookie as string })
    moved.state = page.state
    const { body } = await moved.commit({ set: { theme: 'blue' } }, { Prefer: 'return=minimal' })
    expect(body.data).toEqual({ theme: 'blue', wishlist: ['mine'] })
  })

  test('a key that a later list exposes has its tag, whoever wrote it', async () => {
    const { old, next, visitor } = await both()
    await write(old, visitor, { wishlist: ['theirs'] })
    expect(await visitor.commit({ set: { wishlist: [] }, expect: { wishlist: null } })).toMatchObject({ status: 409 })
    const tag = (await visitor.read()).body.tags?.wishlist
    expect(tag).toEqual(expect.any(String))
    expect((await visitor.commit({ set: { wishlist: [] }, expect: { wishlist: tag } })).status).toBe(200)
    expect(await stored(next, visitor)).toEqual({ theme: 'dark', wishlist: [] })
  })

  test('`clear` by the one with the shorter list spares what it does not expose', async () => {
    const { next, visitor, page } = await both()
    await page.commit({ clear: true })
    expect(await stored(next, visitor)).toEqual({ wishlist: ['mine'] })
  })

  test('a repeated commit that is stored is a 200 at the other one, too', async () => {
    const { next, page } = await both()
    const moved = createVisitor(next, { cookie: page.cookie as string, client: page.client })
    moved.state = page.state
    const members = { lineage: page.state.lineage, base: page.state.version, after: 0, set: { theme: 'blue' } }
    expect((await page.commit(members)).status).toBe(200)
    expect(await moved.commit(members)).toMatchObject({ status: 200, body: { last: 1, data: { theme: 'blue', wishlist: ['mine'] } } })
  })
})

describe('identity', () => {
  test('cannot be taken by a visitor: what decides it is private or read-only', async () => {
    const { visitor, handler } = await begin({ identity: ({ plan, login_code }) => (login_code ? String(plan) : null) })
    expect(visitor.state.identity).toBe('pro')
    await visitor.commit({ set: { theme: 'admin' } })
    await write(handler, visitor, { plan: 'free' })
    expect((await visitor.read()).body.identity).toBe('free')
  })

  test('that reads a key which clients write is refused at creation', () => {
    expect(() => create({ identity: ({ theme }) => (typeof theme === 'string' ? theme : null) })).toThrow(
      /identity reads "theme".*readOnly/,
    )
  })

  test('that reads such a key later on finds nothing there', async () => {
    const { visitor } = await begin({ identity: (data) => (data.login_code ? String(data.theme ?? 'nobody') : null) })
    await visitor.commit({ set: { theme: 'root' } })
    expect((await visitor.read()).body.identity).toBe('nobody')
  })

  test('that throws on the empty data of the first call is taken', () => {
    expect(() => create({ identity: (data) => (data.plan as string).toUpperCase() })).not.toThrow()
  })
})

describe('the list', () => {
  const store = createMemoryStore()
  test.each<[string, object, RegExp]>([
    ['nothing', {}, /createSessionHandler\(\{ store, schema \}\).*createSessionHandler\(\{ store, keys: \['theme', 'cart'\] \}\)/],
    ['schema and keys', { schema: z.object({}), keys: [] }, /both schema and keys/],
    ['an own key of the server', { keys: ['_identity'] }, /"_identity".*server's own/],
    ['__proto__', { keys: ['__proto__'] }, /"__proto__"/],
    ['a lone surrogate', { keys: ['\ud800'] }, /lone surrogate/],
    ['a read-only key that is not exposed', { keys: ['theme'], readOnly: ['plan'] }, /readOnly names "plan"/],
    ['an open schema', { schema: z.looseObject({ theme: z.string() }) }, /does not name/],
    ['a schema with a catchall', { schema: z.object({}).catchall(z.string()) }, /does not name/],
    ['a record', { schema: z.record(z.string(), z.string()) }, /z\.object/],
    ['a schema with rules of its own', { schema: z.object({}).refine(() => true) }, /rules of its own/],
    ['a one-way schema', { schema: z.object({ a: z.string().transform(Number) }) }, /one-way/],
    ['a schema with an own key of the server', { schema: z.object({ _a: z.string() }) }, /server's own/],
  ])('is refused: %s', (_, options, message) => {
    expect(() => createSessionHandler({ store, ...options } as never)).toThrow(
      expect.objectContaining({ code: 'config', message: expect.stringMatching(message) }),
    )
  })

  test('may be empty, and then nothing can be written', async () => {
    const visitor = createVisitor(createSessionHandler({ store, keys: [] }))
    expect((await visitor.commit({ set: { a: 1 } })).problem).toBe('private-key')
  })

  test('may be that of a strict schema', async () => {
    const visitor = createVisitor(createSessionHandler({ store, schema: z.strictObject({ a: z.number() }) }))
    expect((await visitor.commit({ set: { a: 1 } })).status).toBe(200)
  })
})

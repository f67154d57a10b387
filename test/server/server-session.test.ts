// Holds what the app's own endpoints can do with a session.
import { createMemoryStore, createSessionHandler, type Json, type ServerSession, type SessionHandler } from 'sojourn/server'
import { beforeEach, describe, expect, test } from 'vitest'
import { createVisitor, keys, openTab, type Visitor } from './visitor.ts'

const now = (): number => 1_900_000_000_000
type Values = Record<string, Json | undefined>

let handler: SessionHandler<Values>
let visitor: Visitor

beforeEach(async () => {
  handler = createSessionHandler({ keys, store: createMemoryStore({ now }), now })
  visitor = createVisitor(handler)
  await visitor.commit({ set: { cart: ['book'] } })
})

const open = (cookie = visitor.cookie): Promise<ServerSession<Values>> =>
  handler.open(new Request('https://shop.test/login', { method: 'POST', ...(cookie !== undefined && { headers: { Cookie: cookie } }) }))

/** Takes the cookie of an app's answer, as a browser would. */
function take(response: Response): void {
  const pair = response.headers.get('Set-Cookie')?.split(';')[0]
  if (pair !== undefined) visitor.cookie = pair.endsWith('=') ? undefined : pair
}

describe('open', () => {
  test('reads the session with the keys of the server', async () => {
    const session = await open()
    expect([session.lineage, session.get('cart'), session.private.all(), session.identity]).toEqual([
      visitor.state.lineage,
      ['book'],
      {},
      null,
    ])
  })

  test('without a session, or with an unknown key, is empty and creates none', async () => {
    for (const cookie of ['', `__Host-session=${'k'.repeat(43)}`]) {
      const session = await open(cookie)
      expect([session.lineage, session.has('cart'), session.private.all(), session.identity]).toEqual([null, false, {}, null])
      expect(session.respond(new Response()).headers.get('Set-Cookie')).toBeNull()
    }
  })
})

describe('a write', () => {
  test('stores exposed and private keys, and clients see the exposed ones', async () => {
    const session = await open()
    await session.set('theme', 'dark')
    await session.private.set('_cartId', 7)
    expect([session.get('cart'), session.get('theme'), session.private.get('_cartId')]).toEqual([['book'], 'dark', 7])
    const { body } = await visitor.read()
    expect(body).toMatchObject({ lineage: session.lineage, data: { cart: ['book'], theme: 'dark' }, last: 1 })
    expect(Object.keys(body.tags ?? {}).sort()).toEqual(['cart', 'theme'])
  })

  test('a client that wrote meanwhile is not overwritten: the function runs again', async () => {
    const session = await open()
    await visitor.commit({ set: { theme: 'dark' } })
    const seen: unknown[] = []
    await session.transaction((tx) => {
      seen.push(tx.get('theme'))
      tx.set('visits', 1)
    })
    expect(seen).toEqual([undefined, 'dark'])
    expect((await visitor.read()).body.data).toEqual({ cart: ['book'], theme: 'dark', visits: 1 })
  })

  test('a commit expects by its tag what server code changed', async () => {
    const tag = visitor.state.tags?.cart
    await (await open()).set('cart', [])
    expect((await visitor.commit({ set: { cart: ['pen'] }, expect: { cart: tag } })).problem).toBe('conflict')
  })

  test('does not let the function change the session in place', async () => {
    const session = await open()
    await expect(
      session.update('cart', (cart) => {
        ;(cart as string[]).push('pen')
        throw new TypeError('no')
      }),
    ).rejects.toThrow('no')
    expect(session.get('cart')).toEqual(['book'])
  })

  test('creates the session if it does not exist', async () => {
    const session = await open('')
    await session.set('theme', 'dark')
    take(session.respond(Response.json({})))
    expect((await visitor.read()).body).toMatchObject({ lineage: session.lineage, data: { theme: 'dark' } })
  })

  test('counterexample 11: a session that server code made has one lineage from the start, and reading stores nothing', async () => {
    const session = await open('')
    await session.set('theme', 'dark')
    take(session.respond(new Response()))
    const versions = [await visitor.read(), await visitor.read(), await visitor.commit({ lineage: session.lineage, after: 0 })]
    expect(versions.map(({ status, body }) => [status, body.lineage])).toEqual(versions.map(() => [200, session.lineage]))
    expect(versions[0]?.body.version).toBe(versions[1]?.body.version)
  })

  test('does not bring back a session that ended', async () => {
    const session = await open()
    await visitor.end()
    await expect(session.set('theme', 'dark')).rejects.toMatchObject({ code: 'ended' })
  })

  test.each<[string, unknown]>([
    ['a lone surrogate', { a: '\ud800' }],
    ['an integer that JSON readers change', { a: 2 ** 60 }],
    ['a function', () => 1],
    ['what is not finite', [Number.POSITIVE_INFINITY]],
  ])('refuses %s', async (_, value) => {
    const session = await open()
    await expect(session.set('theme', value as never)).rejects.toMatchObject({ code: 'schema' })
    await expect(session.private.set('_seen', value)).rejects.toMatchObject({ code: 'schema' })
    expect((await visitor.read()).body.data).toEqual({ cart: ['book'] })
  })
})

describe('signIn', () => {
  test('an anonymous session keeps data, lineage and record under a new key', async () => {
    const stale = visitor.cookie as string
    const session = await open()
    await session.signIn('ann')
    expect([session.identity, session.get('cart'), session.private.all()]).toEqual(['ann', ['book'], { _identity: 'ann' }])
    take(session.respond(Response.redirect('https://shop.test/', 303)))
    expect((await visitor.read()).body).toMatchObject({ lineage: session.lineage, data: { cart: ['book'] }, identity: 'ann', last: 1 })
    expect((await createVisitor(handler, { cookie: stale }).read()).body).toMatchObject({ lineage: null, unknownKey: true })
  })

  test('a commit in flight is sent again with the new cookie and stored', async () => {
    const session = await open()
    await session.signIn('ann')
    expect((await visitor.commit({ set: { theme: 'dark' } })).status).toBe(410)
    take(session.respond(new Response()))
    await visitor.read()
    expect((await visitor.commit({ set: { theme: 'dark' } })).body.data).toEqual({ cart: ['book'], theme: 'dark' })
  })

  test('the same person again keeps the data, under another key', async () => {
    const session = await open()
    await session.signIn('ann')
    take(session.respond(new Response()))
    const { cookie } = visitor
    const again = await open()
    await again.signIn('ann')
    take(again.respond(new Response()))
    expect(visitor.cookie).not.toBe(cookie)
    expect((await visitor.read()).body).toMatchObject({ lineage: session.lineage, data: { cart: ['book'] } })
  })

  test('another person gets a new lineage, and nothing of the first is left', async () => {
    const session = await open()
    await session.signIn('ann')
    const { lineage } = session
    await session.signIn('bob')
    take(session.respond(new Response()))
    const { body } = await visitor.read()
    expect(body).toMatchObject({ data: {}, identity: 'bob', last: 0 })
    expect(body.lineage).not.toBe(lineage)
    expect((await visitor.commit({ lineage, set: { theme: 'dark' } })).status).toBe(410)
  })

  test.each([undefined, null, '', 7, { id: 7 }])(
    'refuses the identity %o, which would be stored and stand for nobody',
    async (identity) => {
      const session = await open()
      await expect(session.signIn(identity as never)).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringContaining('String(user.id)'),
      })
      for (const call of [handler.list, handler.endAll, (person: never) => handler.end(person, 'a')])
        await expect(call(identity as never)).rejects.toMatchObject({ code: 'usage' })
      expect((await visitor.read()).body.identity).toBeNull()
    },
  )

  test('without a session makes one', async () => {
    const session = await open('')
    await session.signIn('ann')
    take(session.respond(new Response()))
    expect((await visitor.read()).body).toMatchObject({ lineage: session.lineage, data: {}, identity: 'ann' })
  })

  test('goes by the option `identity` if there is one', async () => {
    const custom = createSessionHandler({
      keys,
      store: createMemoryStore(),
      identity: (data) => (data._user as { id: string } | undefined)?.id ?? null,
    })
    const session = await custom.open(new Request('https://shop.test/'))
    await session.private.set('_user', { id: 'ann' })
    expect(session.identity).toBe('ann')
  })
})

describe('cycleKey, setExpiry and flush', () => {
  test('cycleKey changes the key alone', async () => {
    const stale = visitor.cookie as string
    const session = await open()
    await session.cycleKey()
    take(session.respond(new Response()))
    expect(visitor.cookie).not.toBe(stale)
    expect((await visitor.read()).body).toMatchObject({ lineage: session.lineage, data: { cart: ['book'] }, last: 1 })
  })

  test('cycleKey makes no session', async () => {
    const session = await open('')
    await session.cycleKey()
    expect(session.respond(new Response()).headers.get('Set-Cookie')).toBeNull()
  })

  test.each([
    [60, { age: 60, atBrowserClose: false }],
    [0, { age: 1_209_600, atBrowserClose: true }],
    [new Date(now() + 86_400_000), { age: 86_400, atBrowserClose: false }],
  ])('setExpiry(%s) is told to clients and sets the cookie', async (expiry, expected) => {
    const session = await open()
    await session.setExpiry(expiry)
    expect(session.respond(new Response()).headers.get('Set-Cookie')).toContain('__Host-session=')
    expect((await visitor.read()).body.expiry).toEqual(expected)
  })

  test('setExpiry refuses a date that is over', async () => {
    await expect((await open()).setExpiry(new Date(0))).rejects.toMatchObject({ code: 'usage' })
  })

  test('flush takes data, key and cookie, though somebody writes meanwhile', async () => {
    const tab = await openTab(handler, visitor)
    const session = await open()
    await tab.commit({ set: { late: 1 } })
    await session.flush()
    expect([session.lineage, session.has('cart')]).toEqual([null, false])
    expect(session.respond(new Response()).headers.get('Set-Cookie')).toContain('Max-Age=0')
    expect((await visitor.read()).body).toMatchObject({ lineage: null, unknownKey: true })
  })

  test('a write after flush starts a new lineage under a new key', async () => {
    const session = await open()
    const { lineage } = session
    await session.flush()
    await session.set('note', 'signed out')
    take(session.respond(new Response()))
    const { body } = await visitor.read()
    expect(body.data).toEqual({ note: 'signed out' })
    expect(body.lineage).not.toBe(lineage)
  })
})

describe('respond', () => {
  test('keeps the response and adds the version, which tells clients to refetch', async () => {
    const session = await open()
    await session.set('a', 1)
    const response = session.respond(
      new Response('saved', { status: 201, headers: { 'X-App': 'shop', 'Set-Cookie': 'lang=en', Vary: 'Accept' } }),
    )
    expect([response.status, await response.text(), response.headers.get('X-App')]).toEqual([201, 'saved', 'shop'])
    expect(response.headers.get('Session-Version')).toBe((await visitor.read()).body.version)
    expect(response.headers.get('Vary')).toBe('Accept, Cookie')
    expect(response.headers.getSetCookie()).toEqual(['lang=en'])
  })

  test('a response that sets the cookie is kept by no cache', async () => {
    const session = await open()
    await session.signIn('ann')
    const { headers } = session.respond(new Response(null, { status: 204, headers: { 'Set-Cookie': 'lang=en' } }))
    expect(headers.get('Cache-Control')).toBe('private, no-store')
    expect(headers.getSetCookie()).toEqual(['lang=en', expect.stringContaining('__Host-session=')])
  })
})

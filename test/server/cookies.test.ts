// Holds the attributes and the parsing of the session cookie.
import { type CookieOptions, createMemoryStore, createSessionHandler } from 'sojourn/server'
import { describe, expect, test } from 'vitest'
import { createVisitor, keys, openTab } from './visitor.ts'

function create(cookie?: CookieOptions, maxAgeMs?: number) {
  const time = { now: 1_700_000_000_000 }
  const now = (): number => time.now
  return { time, handler: createSessionHandler({ keys, store: createMemoryStore({ now }), now, maxAgeMs, ...(cookie && { cookie }) }) }
}

const day = 86_400_000

describe('attributes', () => {
  test('the default is as closed as a cookie gets, and outlives the session', async () => {
    const { setCookie } = await createVisitor(create().handler).commit({ set: { a: 1 } })
    expect(setCookie).toMatch(/^__Host-session=[\w-]{43}; Max-Age=2419200; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  })

  test('all but HttpOnly can be chosen', async () => {
    const { handler } = create({ name: 'sid', domain: 'shop.test', path: '/app', secure: false, sameSite: 'strict' })
    const visitor = createVisitor(handler)
    const { setCookie } = await visitor.commit({ set: { a: 1 } })
    expect(setCookie).toMatch(/^sid=[\w-]{43}; Max-Age=2419200; Domain=shop.test; Path=\/app; HttpOnly; SameSite=Strict$/)
    expect((await visitor.end()).setCookie).toMatch(/^sid=; Max-Age=0; Domain=shop.test; Path=\/app; .*HttpOnly; SameSite=Strict$/)
  })

  test.each<[string, CookieOptions]>([
    ['__Host- without secure', { secure: false }],
    ['__Host- with a domain', { domain: 'shop.test' }],
    ['__Host- with another path', { path: '/app' }],
    ['__Secure- without secure', { name: '__Secure-sid', secure: false }],
    ['sameSite none without secure', { name: 'sid', sameSite: 'none', secure: false }],
    ['a name with a space', { name: 'my session' }],
    ['an empty name', { name: '' }],
    ['a domain with a scheme', { name: 'sid', domain: 'https://shop.test' }],
    ['a relative path', { name: 'sid', path: 'app' }],
    ['a path with a semicolon', { name: 'sid', path: '/a;b' }],
  ])('%s is refused at creation', (_, cookie) => {
    expect(() => create(cookie)).toThrow(expect.objectContaining({ code: 'config' }))
  })

  test('other cookies next to it do not matter', async () => {
    const { handler } = create()
    const visitor = createVisitor(handler)
    await visitor.commit({ set: { a: 1 } })
    visitor.cookie = `session=x; theme=%7B; __Host-sessio=y; ${visitor.cookie}; last=1`
    expect((await visitor.read()).body.data).toEqual({ a: 1 })
  })
})

describe('Set-Cookie comes only if it is needed', () => {
  test('not with reads, conflicts, refusals and ordinary writes', async () => {
    const { handler } = create()
    const visitor = createVisitor(handler)
    await visitor.commit({ set: { a: 1 } })
    const replies = [
      await visitor.read(),
      await visitor.commit({ set: { a: 2 } }),
      await visitor.commit({}),
      await visitor.commit({ set: { a: 3 }, expect: { a: null } }),
      await visitor.commit({ lineage: 'other' }),
      await visitor.commit({ set: { _a: 1 } }),
      await visitor.commit({ expiry: null }),
    ]
    expect(replies.map(({ status, setCookie }) => [status, setCookie])).toEqual([
      [200, null],
      [200, null],
      [200, null],
      [409, null],
      [410, null],
      [422, null],
      [200, null],
    ])
  })

  test('with a real change of the expiry, and once more with its repetition', async () => {
    const { handler } = create()
    const visitor = createVisitor(handler)
    await visitor.commit({ set: { a: 1 } })
    const change = visitor.prepare({ expiry: 300 })
    expect((await change()).setCookie).toContain('Max-Age=600;')
    expect((await change()).setCookie).toContain('Max-Age=600;')
    expect((await visitor.commit({ expiry: 300 })).setCookie).toBeNull()
  })

  test('a session that ends with the browser has a cookie without an end', async () => {
    const { handler } = create()
    const visitor = createVisitor(handler)
    const { setCookie } = await visitor.commit({ expiry: 0 })
    expect(setCookie).not.toMatch(/Max-Age|Expires/)
    expect((await visitor.commit({ expiry: null })).setCookie).toContain('Max-Age=2419200')
  })

  test('with the write that would leave the session longer than its cookie, and no other', async () => {
    const { handler, time } = create()
    const visitor = createVisitor(handler)
    await visitor.commit({ set: { a: 1 } })
    const seen: (string | null)[] = []
    for (let week = 0; week < 5; week += 1) {
      time.now += 7 * day
      const { setCookie } = await visitor.commit({})
      seen.push(setCookie === null ? null : (/Max-Age=\d+/.exec(setCookie)?.[0] ?? ''))
    }
    expect(seen).toEqual([null, null, 'Max-Age=2419200', null, null])
  })

  test('two years of writes lose no session to the life of a cookie', async () => {
    const { handler, time } = create(undefined, 100 * day)
    const visitor = createVisitor(handler)
    let cookieEnds = 0
    for (let days = 0; days < 730; days += 13) {
      const { setCookie, status } = await visitor.commit({ expiry: 100 * 86_400 })
      expect(status).toBe(200)
      if (setCookie) cookieEnds = time.now + Math.min(Number(/Max-Age=(\d+)/.exec(setCookie)?.[1]) * 1000, 400 * day)
      expect(cookieEnds).toBeGreaterThanOrEqual(time.now + visitor.state.expiry.age * 1000)
      time.now += 13 * day
    }
  })

  test('a tab that writes after another changed the expiry sets none', async () => {
    const { handler } = create()
    const visitor = createVisitor(handler)
    await visitor.commit({ expiry: 0 })
    expect((await (await openTab(handler, visitor)).commit({ set: { b: 1 } })).setCookie).toBeNull()
  })
})

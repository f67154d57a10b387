// Holds that an app's function that throws is a reported 500 and stores nothing.
import { createMemoryStore, createSessionHandler, type SessionHandlerOptions } from 'sojourn/server'
import { describe, expect, test, vi } from 'vitest'
import { begin } from './fixtures/faulty-store.ts'
import { createVisitor, url } from './visitor.ts'

describe('a fault in a function of the app', () => {
  const throws = (): never => {
    throw new TypeError('the row of user 7 is broken')
  }
  const rejects = async (): Promise<never> => throws()
  const hooks: [string, Partial<SessionHandlerOptions>][] = [
    ['validate that throws', { validate: (data) => (data.a === 2 ? throws() : []) }],
    ['validate that rejects', { validate: (data) => (data.a === 2 ? rejects() : []) }],
    ['validate that returns nothing', { validate: (data) => (data.a === 2 ? (undefined as never) : []) }],
    ['identity that throws', { identity: throws }],
    ['csrf that throws', { csrf: ({ method }) => (method === 'PATCH' ? throws() : undefined) }],
    ['admit that throws', { admit: ({ method }) => (method === 'PATCH' ? throws() : null) }],
    ['admit that rejects', { admit: ({ method }) => (method === 'PATCH' ? rejects() : null) }],
  ]

  test.each(hooks)('%s is a 500 without Retry-After, and is reported', async (_, options) => {
    const { errors, handler } = await begin(options)
    errors.length = 0
    const visitor = createVisitor(handler)
    const reply = await visitor.commit({ set: { a: 2 } })
    expect(reply).toMatchObject({ status: 500, problem: 'server-error', setCookie: null })
    expect(reply.headers.get('Retry-After')).toBeNull()
    expect(JSON.stringify(reply.body)).not.toContain('user 7')
    expect(errors).toHaveLength(1)
    expect(errors[0]).toBeInstanceOf(TypeError)
  })

  test('stores nothing of what validate looked at', async () => {
    const { visitor } = await begin({ validate: (data) => (data.a === 2 ? throws() : []) })
    await visitor.commit({ set: { a: 2 } })
    expect((await visitor.read()).body.data).toEqual({ a: 1 })
  })

  test('is printed if the app reads no errors', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    await createVisitor(createSessionHandler({ keys: [], store: createMemoryStore(), admit: throws })).read()
    expect(printed).toHaveBeenCalledExactlyOnceWith(expect.any(TypeError))
    printed.mockRestore()
  })
})

describe('an entry that cannot be read', () => {
  const damages: [string, (value: string) => string][] = [
    ['torn', (value) => value.slice(0, 40)],
    ['empty', () => ''],
    ['no JSON', () => 'a:1:{s:4:"cart";}'],
    ['null', () => 'null'],
    ['of another program', () => '{"cart":[]}'],
    ['a record that is none', () => '{"record":"a"}'],
    ['without tags', (value) => value.replace('"tags"', '"gats"')],
    ['data that is a list', (value) => value.replace('"data":{"a":1}', '"data":[1]')],
    ['clients that are none', (value) => value.replace(/"clients":\[.*\],"floor"/, '"clients":null,"floor"')],
    ['a client that is null', (value) => value.replace(/"clients":\[/, '"clients":[null,')],
    ['a client that is a number', (value) => value.replace(/"clients":\[/, '"clients":[7,')],
    ['a client without its number', (value) => value.replace(/"clients":\[\[("[^"]*"),1/, '"clients":[[$1,null')],
    ['tags that are numbers', (value) => value.replace(/"tags":\{"a":"[^"]*"/, '"tags":{"a":1')],
    ['an end that is a text', (value) => value.replace(/"expiresAt":\d+/, '"expiresAt":"soon"')],
    ['an expiry that is a text', (value) => value.replace('"expiry":null', '"expiry":"soon"')],
    ['a life that is a list', (value) => value.replace('"life":null', '"life":[60]')],
    ['a cookie that ends at a text', (value) => value.replace(/"cookieUntil":\d+/, '"cookieUntil":"soon"')],
    ['a tombstone that is none', () => '{"tombstone":{"salt":7,"by":null,"until":1}}'],
  ]

  test.each(damages)('%s: a read and a commit are a 500, a delete removes it', async (_, damage) => {
    const { store, faults, errors, visitor } = await begin()
    faults.read = async (id) => {
      const entry = await store.read(id)
      return entry && { ...entry, value: damage(entry.value) }
    }
    for (const reply of [await visitor.read(), await visitor.commit({ set: { a: 2 } })]) {
      expect(reply).toMatchObject({ status: 500, problem: 'server-error', setCookie: null })
      expect(reply.headers.get('Retry-After')).toBeNull()
    }
    expect(errors.map(String)).toEqual([expect.stringContaining('Failed to read'), expect.stringContaining('Failed to read')])
    const { status, setCookie } = await visitor.end('any')
    expect([status, setCookie]).toEqual([204, expect.stringContaining('Max-Age=0')])
    delete faults.read
    expect((await visitor.read()).body).toMatchObject({ lineage: null, data: {} })
    expect((await visitor.commit({ lineage: null, base: 'v0', after: 0, set: { a: 3 } })).status).toBe(200)
  })

  test('leaves the server code of the app a way on: it can be ended, and a sign-in replaces it', async () => {
    const { store, faults, handler, visitor } = await begin()
    const open = () => handler.open(new Request(url, { headers: { Cookie: visitor.cookie as string } }))
    const damage = () => {
      const revision = 'torn'
      faults.read = async (read) => {
        const entry = await store.read(read)
        return entry && { ...entry, value: 'torn', revision }
      }
      faults.remove = async (removed) => {
        delete faults.read
        const entry = await store.read(removed)
        return store.remove(removed, entry?.revision ?? '')
      }
    }
    damage()
    const read = await open()
    expect(() => read.get('a')).toThrow('Failed to read')
    await expect(read.set('a', 1)).rejects.toThrow('Failed to read')
    const left = await open()
    await left.flush()
    expect(left.respond(new Response()).headers.get('Set-Cookie')).toContain('Max-Age=0')
    expect(left.lineage).toBeNull()
    visitor.cookie = undefined
    expect((await visitor.commit({ lineage: null, base: 'v0', after: 0, set: { a: 1 } })).status).toBe(200)
    damage()
    const signed = await open()
    await signed.signIn('ann')
    expect([signed.identity, signed.has('a')]).toEqual(['ann', false])
    expect(signed.respond(new Response()).headers.get('Set-Cookie')).toContain('Max-Age=2419200')
  })

  test('a delete that loses a race tries again', async () => {
    const { store, faults, visitor } = await begin()
    let isTorn = true
    faults.read = async (id) => {
      const entry = await store.read(id)
      return entry && { ...entry, value: isTorn ? 'torn' : entry.value, revision: isTorn ? 'before' : entry.revision }
    }
    faults.remove = async (id, revision) => {
      isTorn = false
      return store.remove(id, revision)
    }
    expect((await visitor.end()).status).toBe(204)
    expect(await store.read('x')).toBeUndefined()
  })
})

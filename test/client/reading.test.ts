// Holds when a client loads, what it shows before, and which reads send a request.
import { SessionAuthError } from 'sojourn'
import { describe, expect, test } from 'vitest'
import { advance, begin, createServer, errorOf, flush, open, traffic, useFakeTime } from './harness.ts'

useFakeTime()

describe('loading', () => {
  test('a client that nobody uses requests nothing', async () => {
    const mock = createServer()
    const session = open(mock)
    session.peek('theme')
    session.getSnapshot()
    session.key('cart').peek()
    void session.pending
    void session.expiry
    await advance(600_000)
    expect(mock.requests).toEqual([])
  })

  test('a hundred reads of different keys are one request', async () => {
    const mock = createServer({ initial: { theme: 'dark', count: 3 } })
    const session = open(mock)
    const reads = Array.from({ length: 100 }, (_, index) => (index % 2 ? session.get('theme') : session.get('count')))
    expect((await Promise.all(reads)).slice(0, 2)).toEqual([3, 'dark'])
    expect(traffic(mock)).toEqual(['GET 200'])
  })

  test('a read after the load asks the server no more', async () => {
    const { mock, session } = await begin({ count: 1 })
    await session.get('count')
    await session.has('count')
    await session.keys()
    await session.entries()
    expect(traffic(mock)).toEqual(['GET 200'])
  })

  test('a read creates no session and sets no cookie', async () => {
    const mock = createServer()
    await open(mock).get('theme')
    expect(mock.cookies).toEqual([])
    expect(await mock.lineage()).toBeNull()
  })

  test('a read waits through failures and is served in the end', async () => {
    const mock = createServer({ initial: { theme: 'dark' } })
    mock.next({ fault: 'server-error', times: 3 })
    const read = open(mock).get('theme')
    await advance(30_000)
    expect(await read).toBe('dark')
    expect(traffic(mock)).toEqual(['GET 500', 'GET 500', 'GET 500', 'GET 200'])
  })

  test('a read that meets 401 rejects with SessionAuthError and the next one tries again', async () => {
    const mock = createServer({ initial: { theme: 'dark' } })
    mock.next('unauthenticated')
    const session = open(mock)
    expect(await errorOf(() => session.get('theme'))).toBeInstanceOf(SessionAuthError)
    expect(session.getSnapshot()).toMatchObject({ status: 'needs-auth', error: { code: 'needs-auth' } })
    expect(await session.get('theme')).toBe('dark')
    expect(session.getSnapshot()).toMatchObject({ status: 'ready', error: null })
  })
})

describe('get', () => {
  test("gives the schema's default if nothing is stored, the call's if it has one", async () => {
    const { session } = await begin({})
    expect(await session.get('theme')).toBe('light')
    expect(await session.get('note')).toBeUndefined()
    expect(await session.get('note', 'none')).toBe('none')
    expect(await session.get('theme', null)).toBeNull()
    expect(await session.get('note', undefined)).toBeUndefined()
  })

  test("gives the stored value if there is one, whatever the call's default", async () => {
    const { session } = await begin({ note: 'hello', count: 0 })
    expect(await session.get('note', 'none')).toBe('hello')
    expect(await session.get('count', 7)).toBe(0)
  })

  test('includes what is pending', async () => {
    const { session } = await begin({ count: 1 })
    void session.set('count', 2)
    expect(await session.get('count')).toBe(2)
  })

  test('an unknown key rejects and asks nothing', async () => {
    const mock = createServer()
    const session = open(mock)
    expect(await errorOf(() => session.get('nope' as 'theme'))).toMatchObject({ code: 'schema' })
    expect(await errorOf(() => session.peek('nope' as 'theme'))).toMatchObject({ code: 'schema' })
    expect(await errorOf(() => session.key('nope' as 'theme'))).toMatchObject({ code: 'schema' })
    expect(mock.requests).toEqual([])
  })
})

describe('peek, has, keys and entries', () => {
  test('peek gives the default before the load and the view after it, and starts nothing', async () => {
    const mock = createServer({ initial: { theme: 'dark' } })
    const session = open(mock)
    expect(session.peek('theme')).toBe('light')
    await flush()
    expect(mock.requests).toEqual([])
    await session.get('theme')
    expect(session.peek('theme')).toBe('dark')
  })

  test('has tells what is stored, not what has a default', async () => {
    const { session } = await begin({ count: 0 })
    expect(await session.has('count')).toBe(true)
    expect(await session.has('theme')).toBe(false)
    void session.set('theme', 'light')
    void session.delete('count')
    expect(await session.has('theme')).toBe(true)
    expect(await session.has('count')).toBe(false)
  })

  test('keys and entries list the stored keys of the schema alone', async () => {
    const { mock, session } = await begin({ count: 2, note: 'a' })
    await mock.writeWire({ later: 1, _secret: 2 })
    await session.revalidate()
    expect(await session.keys()).toEqual(['count', 'note'])
    expect(await session.entries()).toEqual([
      ['count', 2],
      ['note', 'a'],
    ])
  })

  test('what the schema does not know stays on the server through writes of its neighbours', async () => {
    const { mock, session } = await begin({ count: 2 })
    await mock.writeWire({ later: { deep: [1] }, _secret: 2 })
    await session.set('count', 3)
    await session.transaction((tx) => tx.update('count', (count) => count + 1))
    expect(await mock.data()).toEqual({ count: 4, later: { deep: [1] } })
  })
})

describe('values', () => {
  test('plain values of the view are frozen, deeply', async () => {
    const { session } = await begin({ profile: { langs: ['en'] }, cart: ['tea'] })
    expect(() => session.peek('cart').push('cake')).toThrow(TypeError)
    expect(() => session.peek('profile').langs?.push('fr')).toThrow(TypeError)
    expect(() => Object.assign(session.peek('profile'), { name: 'x' })).toThrow(TypeError)
    expect(() => session.peek('profile') && (session.getSnapshot().values as { count: number }).count++).toThrow(TypeError)
  })

  test('freeze: false leaves values of the view as they are', async () => {
    const { session } = await begin({ cart: ['tea'] }, { freeze: false })
    expect(Object.isFrozen(session.peek('cart'))).toBe(false)
  })

  test('a default is the same reference at every read', async () => {
    const { session } = await begin({})
    expect(session.peek('cart')).toBe(session.peek('cart'))
    expect(await session.get('cart')).toBe(session.peek('cart'))
    expect(session.key('cart').peek()).toBe(session.getSnapshot().values.cart)
  })

  test('a codec gives the app its own type and the wire text', async () => {
    const { mock, session } = await begin({})
    const at = new Date('2031-05-06T07:08:09.000Z')
    await session.set('lastSeen', at)
    expect(session.peek('lastSeen')).toEqual(at)
    expect(await mock.data()).toEqual({ lastSeen: '2031-05-06T07:08:09.000Z' })
  })

  test("the app's own object is copied: what it does to it later changes nothing", async () => {
    const { mock, session } = await begin({})
    const cart = ['tea']
    const written = session.set('cart', cart)
    cart.push('cake')
    await written
    expect(session.peek('cart')).toEqual(['tea'])
    expect(await mock.data()).toEqual({ cart: ['tea'] })
    expect(Object.isFrozen(cart)).toBe(false)
  })
})

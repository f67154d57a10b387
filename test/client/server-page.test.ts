// Holds `dehydrate`, `initialState` and `toScript`: a page that a server rendered.
import { createSessionClient } from 'sojourn'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { advance, begin, collect, createServer, errorOf, flush, follow, open, schema, traffic, useFakeTime } from './harness.ts'

useFakeTime()

/** What a server that rendered the page gives along. */
async function dehydrate(mock: ReturnType<typeof createServer>) {
  const server = open(mock)
  await server.get('count')
  const state = server.dehydrate()
  server.dispose()
  if (!state) throw new TypeError('Nothing was dehydrated.')
  return JSON.parse(JSON.stringify(state)) as typeof state
}

describe('dehydrate', () => {
  test('is undefined before the first data, then plain JSON without token and commit number', async () => {
    const mock = createServer({ initial: { count: 1 }, csrf: true, document: undefined })
    const session = open(mock)
    expect(session.dehydrate()).toBeUndefined()
    await session.get('count')
    await session.set('count', 2)
    const state = session.dehydrate()
    expect(state).toEqual(JSON.parse(JSON.stringify(state)))
    expect(state?.state).toMatchObject({ data: { count: 2 }, last: 0 })
    expect(state?.state).not.toHaveProperty('csrf')
  })

  test('is frozen: what a page takes out of it is not taken out of the session', async () => {
    const { mock, session } = await begin({ count: 1, profile: { name: 'a' } })
    const data = session.dehydrate()?.state.data as { count?: number; profile: { name: string } }
    expect(() => {
      data.profile.name = 'b'
    }).toThrow(TypeError)
    expect(() => {
      delete data.count
    }).toThrow(TypeError)
    await session.set('profile', { name: 'b' })
    expect(await mock.data()).toEqual({ count: 1, profile: { name: 'b' } })
  })

  test('leaves out what is pending', async () => {
    const { session } = await begin({ count: 1 })
    void session.set('count', 2)
    expect(session.dehydrate()?.state.data).toEqual({ count: 1 })
  })
})

describe('hydrate and initialState', () => {
  test('expiring is told to who listens to nothing else, of what was hydrated', async () => {
    const { mock, session } = await begin({ count: 1 }, {}, { maxAgeMs: 100_000 })
    const hydrated = open(mock, { initialState: session.dehydrate() })
    session.dispose()
    const expiring = collect(hydrated, 'expiring')
    await advance(41_000)
    expect(expiring).toHaveLength(1)
  })

  test('are shown at once, without a request, and looked at with the first use', async () => {
    const mock = createServer({ initial: { count: 1, theme: 'dark' } })
    const initialState = await dehydrate(mock)
    await mock.write({ count: 2 })
    const session = open(mock, { initialState })
    expect([session.peek('count'), session.getSnapshot().status]).toEqual([1, 'ready'])
    await flush()
    expect(traffic(mock, 1)).toEqual([])
    expect(await session.get('count')).toBe(1)
    await flush()
    expect(traffic(mock, 1)).toEqual(['GET 200'])
    expect(session.peek('count')).toBe(2)
  })

  test('what is unchanged is one 304', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const session = open(mock, { initialState: await dehydrate(mock) })
    await session.get('count')
    await session.get('theme')
    await flush()
    expect(traffic(mock, 1)).toEqual(['GET 304'])
  })

  test('a write goes without a read before it', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const session = open(mock, { initialState: await dehydrate(mock) })
    await session.set('count', 5)
    expect(traffic(mock, 1)[0]).toBe('PATCH/1 200')
  })

  test('getServerSnapshot is what was hydrated, whatever comes, and so is getServerState of a key', async () => {
    const mock = createServer({ initial: { count: 1, note: 'rendered' } })
    const session = open(mock, { initialState: await dehydrate(mock) })
    const snapshot = session.getServerSnapshot()
    expect(snapshot.values).toMatchObject({ count: 1, note: 'rendered' })
    await session.set('count', 2)
    await session.delete('note')
    expect(session.getServerSnapshot()).toBe(snapshot)
    expect(session.key('count').getServerSnapshot()).toBe(1)
    // Asked for the first time only now.
    expect(session.key('note').getServerState()).toEqual({ status: 'ready', stored: true, pending: 0, error: null, invalid: null })
    expect(session.key('note').getServerState()).toBe(session.key('note').getServerState())
  })

  test('without anything hydrated getServerSnapshot is the defaults, loading', async () => {
    const { session } = await begin({ count: 1 })
    expect(session.getServerSnapshot()).toMatchObject({ status: 'loading', values: { count: 0, theme: 'light' }, identity: undefined })
    expect(session.key('count').getServerState()).toMatchObject({ status: 'loading', stored: false })
  })

  test('give way to what is there already', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const state = await dehydrate(mock)
    await mock.write({ count: 2 })
    const session = open(mock)
    await session.get('count')
    session.hydrate(state)
    expect(session.peek('count')).toBe(2)
  })

  test('meet what was written before', async () => {
    const mock = createServer({ initial: { count: 1, cart: ['tea'] } })
    const state = await dehydrate(mock)
    const session = open(mock)
    void session.set('count', 9)
    const updated = session.update('cart', (cart) => [...cart, 'cake'])
    session.hydrate(state)
    expect([session.peek('count'), session.peek('cart')]).toEqual([9, ['tea', 'cake']])
    await updated
    expect(await mock.data()).toEqual({ count: 9, cart: ['tea', 'cake'] })
  })

  test('a write made before that cannot run on it rejects', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const state = await dehydrate(mock)
    const session = open(mock)
    const rejections = collect(session, 'rejected')
    const boom = new RangeError('boom')
    const updated = follow(() =>
      session.update('count', () => {
        throw boom
      }),
    )
    session.hydrate(state)
    await flush()
    expect(updated).toMatchObject({ status: 'rejected', error: boom })
    expect(rejections).toEqual([{ error: boom, keys: ['count'] }])
  })

  test('a stored value that the schema refuses is reported as invalid', async () => {
    const mock = createServer({ initial: { note: 'a' } })
    await mock.writeWire({ count: 'many' })
    const state = await dehydrate(mock)
    const session = open(mock)
    const invalid = collect(session, 'invalid')
    session.hydrate(state)
    expect(invalid).toMatchObject([{ key: 'count' }])
    expect(session.key('count').getServerState().invalid).not.toBeNull()
  })

  test.each([
    undefined,
    null,
    {},
    { state: null },
    { state: { version: 1 } },
    'state',
    { state: { lineage: null, version: 'v', data: [], last: 0 } },
  ])('refuse %j, which is no state', async (state) => {
    const mock = createServer()
    expect(await errorOf(() => open(mock).hydrate(state as never))).toMatchObject({ code: 'protocol' })
  })

  test("of a session that ended meanwhile ends it by the server's response", async () => {
    const mock = createServer({ initial: { count: 1 } })
    const initialState = await dehydrate(mock)
    await mock.flush()
    const session = open(mock, { initialState })
    const ended = collect(session, 'ended')
    await session.get('count')
    await flush()
    expect([session.peek('count'), ended.length]).toEqual([0, 1])
  })
})

describe('a client on a server', () => {
  test('creating one does nothing at all: no timer, no request, no listener', () => {
    const session = createSessionClient({
      url: 'https://example.test/session',
      schema,
      fetch: () => Promise.reject(new TypeError('fetched')),
    })
    session.dispose()
  })

  test('of zod/mini, another origin and another fetch reads and writes', async () => {
    const mini = await import('zod/mini')
    const mock = createServer({ initial: { count: 1 } })
    const session = createSessionClient({ url: new URL(mock.url), schema: mini.object({ count: mini.number() }), fetch: mock.fetch })
    await session.set('count', ((await session.get('count')) ?? 0) + 1)
    expect(await mock.data()).toEqual({ count: 2 })
    session.dispose()
  })

  test("refuses a schema that cannot be stored at its creation, by the key's name", async () => {
    const create = (): unknown => createSessionClient({ url: '/session', schema: z.object({ at: z.date() }) as never })
    expect(await errorOf(create)).toMatchObject({ code: 'config', message: expect.stringContaining('"at"') })
  })
})

// Holds `key`, `subscribe` and `listen`: who is notified of what, and how often.
import type { SessionSnapshot } from 'sojourn'
import { describe, expect, test } from 'vitest'
import { advance, begin, createServer, flush, open, useFakeTime, type Values } from './harness.ts'

useFakeTime()

describe('key', () => {
  test('gives the same object at each call, with its name and all that can be done', async () => {
    const { mock, session } = await begin({ count: 1 })
    const count = session.key('count')
    expect(session.key('count')).toBe(count)
    expect([count.name, count.peek(), await count.get()]).toEqual(['count', 1, 1])
    await count.set(2)
    await count.update((value) => value + 1)
    expect(await mock.data()).toEqual({ count: 3 })
    await count.delete()
    expect(await mock.data()).toEqual({})
  })

  test('its functions work apart from it', async () => {
    const { session } = await begin({ count: 1 })
    const { set, peek, update, subscribe } = session.key('count')
    const seen: number[] = []
    subscribe((value) => void seen.push(value))
    await set(2)
    await update((value) => value + 1)
    expect([peek(), seen]).toEqual([3, [1, 2, 3]])
  })

  test('is a Svelte store: subscribe calls at once, synchronously, and returns what ends it; set and update write', async () => {
    const { session } = await begin({ theme: 'light' })
    const store = session.key('theme')
    const seen: string[] = []
    const stop = store.subscribe((value) => void seen.push(value))
    expect(seen).toEqual(['light'])
    void store.set('dark')
    expect(seen).toEqual(['light', 'dark'])
    stop()
    stop()
    void store.set('light')
    expect(seen).toEqual(['light', 'dark'])
  })

  test('listen calls at changes only, and only at changes of its key', async () => {
    const { mock, session } = await begin({ count: 1, cart: ['a'] })
    const seen: unknown[] = []
    session.key('count').listen((value) => void seen.push(value))
    session.key('cart').listen((value) => void seen.push(value))
    await session.set('theme', 'dark')
    await session.set('cart', ['a'])
    await mock.write({ note: 'theirs' })
    await session.revalidate()
    expect(seen).toEqual([])
    await mock.write({ count: 2 })
    await session.revalidate()
    expect(seen).toEqual([2])
  })

  test('a listener that is added twice is called twice, and each is ended by its own', async () => {
    const { session } = await begin({ count: 1 })
    const seen: number[] = []
    const listener = (value: number): void => void seen.push(value)
    const stop = session.key('count').listen(listener)
    session.key('count').listen(listener)
    void session.set('count', 2)
    stop()
    void session.set('count', 3)
    expect(seen).toEqual([2, 2, 3])
  })

  test('subscribing loads', async () => {
    const mock = createServer({ initial: { theme: 'dark' } })
    const session = open(mock)
    const seen: string[] = []
    session.key('theme').subscribe((theme) => void seen.push(theme))
    await flush()
    expect(seen).toEqual(['light', 'dark'])
  })

  test('a value that stays equal keeps its identity through every response', async () => {
    const { mock, session } = await begin({ cart: ['a'], profile: { langs: ['en'] } })
    const { cart, profile } = session.getSnapshot().values
    await mock.write({ count: 1 })
    await session.revalidate()
    await session.set('count', 2)
    await session.set('cart', ['a'])
    expect(session.peek('cart')).toBe(cart)
    expect(session.getSnapshot().values.profile).toBe(profile)
  })

  test('getState tells how it stands, the same object until something of it changes', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const session = open(mock)
    const count = session.key('count')
    expect(count.getState()).toEqual({ status: 'loading', stored: false, pending: 0, error: null, invalid: null })
    await session.get('count')
    const state = count.getState()
    expect(state).toEqual({ status: 'ready', stored: true, pending: 0, error: null, invalid: null })
    await session.set('theme', 'dark')
    expect(count.getState()).toBe(state)
    const written = session.set('count', 2)
    expect(count.getState()).toEqual({ ...state, pending: 1 })
    await written
    expect(count.getState()).toEqual(state)
    expect(Object.isFrozen(count.getState())).toBe(true)
  })

  test('an error of a write stays in its state until the next acknowledged one', async () => {
    const { session } = await begin(
      { count: 1 },
      {},
      { validate: (data) => (data.count === 13 ? [{ key: 'count', message: 'unlucky' }] : []) },
    )
    const count = session.key('count')
    await count.set(13).catch(() => {})
    expect(count.getState().error).toMatchObject({ code: 'rejected' })
    expect(session.key('theme').getState().error).toBeNull()
    await session.set('theme', 'dark')
    expect(count.getState().error).not.toBeNull()
    await count.set(14)
    expect(count.getState().error).toBeNull()
  })
})

describe('subscribe and listen', () => {
  /** Each snapshot that a listener gets. */
  function record(session: { listen(run: (snapshot: SessionSnapshot<Values>) => void): () => void }): SessionSnapshot<Values>[] {
    const seen: SessionSnapshot<Values>[] = []
    session.listen((snapshot) => void seen.push(snapshot))
    return seen
  }

  test('subscribe calls at once, listen does not', async () => {
    const { session } = await begin({ count: 1 })
    const seen: unknown[] = []
    session.subscribe(({ values }) => void seen.push(values.count))
    expect(seen).toEqual([1])
    expect(record(session)).toEqual([])
  })

  test('in ordinary traffic every call is a change: no snapshot is reported twice', async () => {
    const { mock, session } = await begin({ count: 1 })
    const seen = record(session)
    await session.set('count', 2)
    await session.revalidate()
    await mock.write({ theme: 'dark' })
    await session.revalidate()
    await session.set('count', 2)
    await advance(10_000)
    const repeated = seen.filter((snapshot, index) => snapshot === seen[index - 1])
    expect(seen.length).toBeGreaterThan(4)
    expect(repeated).toHaveLength(0)
    expect(seen.at(-1)).toBe(session.getSnapshot())
  })

  test('tell the whole story of a write', async () => {
    const { session } = await begin({ count: 1 })
    const story: unknown[] = []
    session.listen(({ values: { count }, activity, pending }) => void story.push([count, activity, pending]))
    await session.set('count', 2)
    await flush()
    expect(story).toEqual([
      [2, 'idle', 1],
      [2, 'sending', 1],
      [2, 'idle', 0],
    ])
  })

  test('status is loading only before the first data', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const session = open(mock)
    const statuses = new Set<string>()
    session.subscribe(({ status, activity }) => void statuses.add(`${status} ${activity}`))
    await flush()
    expect([...statuses]).toEqual(['loading idle', 'loading loading', 'ready idle'])
    statuses.clear()
    await session.revalidate()
    await session.set('count', 2)
    await session.end()
    await session.get('count')
    expect([...statuses].filter((status) => status.startsWith('loading'))).toEqual([])
  })

  test('a listener that throws takes no other down, and its error is thrown on its own', async () => {
    const { session } = await begin({ count: 1 })
    const thrown: unknown[] = []
    const note = (error: unknown): void => void thrown.push(error)
    const former = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', note)
    try {
      const seen: number[] = []
      session.key('count').listen(() => {
        throw new RangeError('mine')
      })
      session.key('count').listen((count) => void seen.push(count))
      await session.set('count', 2)
      await flush()
      expect(seen).toEqual([2])
      expect(thrown).toMatchObject([{ message: 'mine' }])
    } finally {
      process.off('uncaughtException', note)
      for (const listener of former) process.on('uncaughtException', listener)
    }
  })

  test('getSnapshot is the same object, frozen, until something changes', async () => {
    const { session } = await begin({ count: 1 })
    const snapshot = session.getSnapshot()
    expect(session.getSnapshot()).toBe(snapshot)
    expect([Object.isFrozen(snapshot), Object.isFrozen(snapshot.values)]).toEqual([true, true])
    void session.touch()
    expect(session.getSnapshot()).not.toBe(snapshot)
    expect(session.getSnapshot().values).toBe(snapshot.values)
  })
})

describe('ready', () => {
  test('is always the same promise, and carries its status', async () => {
    const session = open(createServer({ initial: { count: 1 } }))
    const ready = session.ready()
    expect([session.ready() === ready, ready.status]).toEqual([true, 'pending'])
    await ready
    expect([session.ready() === ready, ready.status]).toEqual([true, 'fulfilled'])
    expect(session.peek('count')).toBe(1)
  })

  test('settles at a 401 too', async () => {
    const mock = createServer()
    mock.next('unauthenticated')
    const session = open(mock)
    await session.ready()
    expect(session.getSnapshot().status).toBe('needs-auth')
  })
})

// Holds that strict mode finds impure functions at the call and names what is wrong.
import { createSessionClient, SessionUsageError } from 'sojourn'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { begin, commits, createServer, errorOf, flush, follow, open, track, useFakeTime } from './harness.ts'

useFakeTime()

/** Gives another value at each call. */
const createDice = () => {
  let rolled = 0
  return () => ++rolled
}

describe('in development a function that is not pure is found at the call', () => {
  test('an update that makes an id: SessionUsageError names the key and says what to do, and nothing is shown or sent', async () => {
    const { mock, session } = await begin({ cart: ['tea'] })
    const error = await errorOf(() => session.update('cart', (cart) => [...cart, crypto.randomUUID()]))
    expect(error).toBeInstanceOf(SessionUsageError)
    expect((error as Error).message).toMatch(/update of "cart" is not pure.*two values.*before the call/s)
    await flush()
    expect([session.peek('cart'), session.pending, commits(mock)]).toEqual([['tea'], [], []])
  })

  test('no message holds what was written', async () => {
    const { session } = await begin({ cart: [] })
    const roll = createDice()
    const error = await errorOf(() => session.update('cart', () => [`secret ${roll()}`]))
    expect(String(error)).not.toContain('secret')
  })

  test('an update of what is not loaded yet rejects when it runs first, and is reported as rejected', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const session = open(mock)
    const rejected = vi.fn()
    session.on('rejected', rejected)
    const roll = createDice()
    const outcome = follow(() => session.update('count', (count) => count + roll()))
    await flush()
    expect(outcome.error).toMatchObject({ code: 'usage' })
    expect(rejected).toHaveBeenCalledWith({ keys: ['count'], error: outcome.error })
    expect(commits(mock)).toEqual([])
  })

  test('one that takes from the outside and throws the second time: the error has what it threw as its cause', async () => {
    const { session } = await begin({ count: 1 })
    const queue = [{ by: 2 }]
    const error = await errorOf(() => session.update('count', (count) => count + (queue.shift() as { by: number }).by))
    expect(error).toMatchObject({ code: 'usage', cause: expect.any(TypeError) })
  })

  test.each<[string, Parameters<Awaited<ReturnType<typeof begin>>['session']['transaction']>[0]]>([
    ['another value', (tx) => tx.set('count', Math.random())],
    [
      'another key',
      (
        (roll) => (tx: { delete(key: 'note' | 'cart'): void }) =>
          tx.delete(roll() === 1 ? 'note' : 'cart')
      )(createDice()),
    ],
    [
      'another read',
      (
        (roll) => (tx: { get(key: 'note' | 'cart'): unknown }) =>
          void tx.get(roll() === 1 ? 'note' : 'cart')
      )(createDice()),
    ],
  ])('a transaction with %s each time', async (_, run) => {
    const { session } = await begin({ count: 1 })
    expect(await errorOf(() => session.transaction(run))).toMatchObject({ code: 'usage', message: expect.stringMatching(/transaction.*"/) })
    expect(session.pending).toEqual([])
  })

  test.each([
    ['what is stored', { cart: ['tea'] }],
    ['its default', {}],
  ])('one that changes %s in place, if nothing is frozen', async (_, initial) => {
    const { session } = await begin(initial, { freeze: false })
    const inPlace = await errorOf(() =>
      session.update('cart', (cart) => {
        cart[0] = 'cake'
        return cart
      }),
    )
    expect(inPlace).toMatchObject({ code: 'usage', message: expect.stringMatching(/update of "cart".*Return a new value/) })
  })

  test('one that changes a date of a codec in place, which nothing can freeze', async () => {
    const { session } = await begin({ lastSeen: new Date(0) })
    const error = await errorOf(() => session.update('lastSeen', (date) => new Date(date?.setFullYear(2000) ?? 0)))
    expect(error).toMatchObject({ code: 'usage', message: expect.stringMatching(/"lastSeen"/) })
  })
})

describe('a function that is pure', () => {
  test('is run twice at the call and once at a rebase', async () => {
    const { mock, session } = await begin({ count: 1 })
    const change = vi.fn((count: number) => count + 1)
    mock.next({ fault: 'write-beside', write: { count: 10 }, method: 'PATCH' })
    await session.update('count', change)
    expect(change.mock.calls).toEqual([[1], [1], [10]])
    expect(await mock.data()).toEqual({ count: 11 })
  })

  test('passes though it makes new objects, reads a key without default, and deletes', async () => {
    const { mock, session } = await begin({ note: 'a' })
    await session.transaction((tx) => {
      tx.update('cart', (cart) => [...cart, `${tx.get('lastSeen')}`])
      tx.delete('note')
    })
    await session.update('profile', (profile) => ({ ...profile, langs: [] }))
    expect(await mock.data()).toEqual({ cart: ['undefined'], profile: { langs: [] } })
  })

  test('passes where only what is stored is the same', async () => {
    const upper = z.codec(z.string(), z.string(), { decode: (text) => text.toUpperCase(), encode: (text) => text.toLowerCase() })
    const mock = createServer()
    const session = track(createSessionClient({ url: mock.url, fetch: mock.fetch, schema: z.object({ note: upper.default('') }) }))
    const roll = createDice()
    await session.update('note', () => (roll() === 1 ? 'tea' : 'TEA'))
    expect(await mock.data()).toEqual({ note: 'tea' })
  })
})

describe('in a build for production, and on a page that no bundler built', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.unstubAllGlobals()
    vi.resetModules()
  })

  test.each([
    ['production', () => void vi.stubEnv('NODE_ENV', 'production')],
    ['no bundler', () => void vi.stubGlobal('process', undefined)],
  ])('a function runs once, and nothing is compared: %s', async (_, prepare) => {
    vi.resetModules()
    prepare()
    const { createSessionClient: create } = await import('sojourn')
    vi.unstubAllGlobals()
    const mock = createServer({ initial: { count: 1 } })
    const session = track(create({ url: mock.url, fetch: mock.fetch, schema: z.object({ count: z.number().default(0) }) }))
    await session.get('count')
    const roll = createDice()
    await session.update('count', (count) => count + roll())
    expect([roll(), await mock.data()]).toEqual([2, { count: 2 }])
  })
})

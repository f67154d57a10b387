// A stored list of which some items do not fit the schema any more. Public names and the network boundary alone.
import { createSessionClient, type SessionClientOptions, SessionConfigError, type SessionEvents } from 'sojourn'
import { createMockSessionServer } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { errorOf, track, useFakeTime } from './harness.ts'

useFakeTime()

const schema = z.object({
  cart: z
    .array(z.object({ id: z.string(), count: z.number().positive() }))
    .max(3)
    .default([]),
  words: z.array(z.string()).optional(),
  theme: z.string().default('light'),
})
type Options = Partial<SessionClientOptions<typeof schema>>

const tea = { id: 'tea', count: 2, note: 'of a newer deploy' }
const milk = { id: 'milk', count: 0 }
const cake = { id: 'cake', count: 1 }
const data = { cart: [tea, milk, cake], words: ['a', 1, 'b'] }

async function begin(options: Options = { skipInvalidItems: ['cart', 'words'] }) {
  const mock = createMockSessionServer()
  await mock.writeWire(data)
  const session = track(createSessionClient({ url: mock.url, fetch: mock.fetch, schema, channel: false, ...options }))
  const invalid: SessionEvents['invalid'][] = []
  session.on('invalid', (event) => void invalid.push(event))
  await session.get('theme')
  return { mock, session, invalid }
}

describe('a value that the schema refuses', () => {
  test('The event `invalid` and `key.raw()` return what is stored, frozen.', async () => {
    const { session, invalid } = await begin({})
    expect(session.peek('cart')).toEqual([])
    expect(invalid).toMatchObject([
      { key: 'cart', raw: data.cart },
      { key: 'words', raw: data.words },
    ])
    expect(session.key('cart').raw()).toEqual(data.cart)
    expect(Object.isFrozen((session.key('cart').raw() as object[])[0])).toBe(true)
    expect(session.key('theme').raw()).toBeUndefined()
  })

  test('An app repairs it from `raw`.', async () => {
    const { mock, session } = await begin({})
    const raw = session.key('cart').raw() as (typeof milk)[]
    await session.set(
      'cart',
      raw.map(({ id, count }) => ({ id, count: Math.max(1, count) })),
    )
    expect(await mock.data()).toMatchObject({ cart: [{ id: 'tea', count: 2 }, { id: 'milk', count: 1 }, cake] })
    expect(session.key('cart').getState().invalid).toBeNull()
  })
})

describe('the option skipInvalidItems', () => {
  test('A list reads without its bad items, and its state says which they are.', async () => {
    const { session, invalid } = await begin()
    expect(session.peek('cart')).toEqual([{ id: 'tea', count: 2 }, cake])
    expect(session.peek('words')).toEqual(['a', 'b'])
    expect(session.key('cart').getState().invalid).toMatchObject([{ path: [1, 'count'] }])
    expect(invalid.map(({ key }) => key)).toEqual(['cart', 'words'])
  })

  test.each<[string, (session: Awaited<ReturnType<typeof begin>>['session']) => Promise<unknown>, object]>([
    [
      'an update',
      (session) => session.update('cart', (cart) => cart.map((one) => ({ ...one, count: 9 }))),
      { cart: [{ ...tea, count: 9 }, milk, { ...cake, count: 9 }] },
    ],
    ['a deletion of a good item', (session) => session.update('cart', (cart) => cart.slice(1)), { cart: [milk, cake] }],
    ['an empty list', (session) => session.set('cart', []), { cart: [milk] }],
    [
      'a transaction',
      (session) => session.transaction((tx) => tx.set('words', [...(tx.get('words') ?? []), 'c'])),
      { words: ['a', 1, 'b', 'c'] },
    ],
    [
      'an item of the id of a bad one replaces it',
      (session) => session.update('cart', (cart) => [...cart, { id: 'milk', count: 3 }]),
      { cart: [tea, { id: 'milk', count: 3 }, cake] },
    ],
    ['a delete removes all', (session) => session.delete('cart'), { words: data.words }],
  ])('A write keeps the bad items where they stood: %s.', async (_, write, expected) => {
    const { mock, session } = await begin()
    await write(session)
    const { cart, words } = (await mock.data()) as unknown as typeof data
    expect({ cart, words }).toMatchObject(expected)
    if (!('cart' in expected) && 'words' in expected && expected.words === data.words) expect(cart).toBeUndefined()
  })

  test('A concurrent write of another client is merged, and its bad items stay.', async () => {
    const { mock, session } = await begin()
    mock.next({ fault: 'write-beside', write: { cart: [tea, milk, cake, { id: 'jam', count: -1 }] }, method: 'PATCH' } as never)
    await session.update('cart', (cart) => cart.filter(({ id }) => id !== 'tea'))
    expect(await mock.data()).toMatchObject({ cart: [milk, cake, { id: 'jam', count: -1 }] })
  })

  test('A list that its own rule refuses reads as the default.', async () => {
    const { mock, session } = await begin()
    await mock.writeWire({ cart: [1, 2, 3, 4].map((id) => ({ id: `${id}`, count: 1 })) })
    await session.revalidate()
    expect(session.peek('cart')).toEqual([])
    expect(await errorOf(() => session.update('cart', (cart) => [...cart]))).toMatchObject({ code: 'invalid-value' })
  })

  test.each(['carts', 'theme'])('A name that is no list of the schema is refused: %s.', (name) => {
    expect(() => createSessionClient({ url: 'http://localhost/session', schema, skipInvalidItems: [name as never] })).toThrow(
      SessionConfigError,
    )
  })
})

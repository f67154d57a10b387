// Holds that an old tab keeps fields that only a newer deploy knows.
import { createSessionClient } from 'sojourn'
import { createMockSessionServer } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { collect, track, useFakeTime } from '../client/harness.ts'

useFakeTime()

const schema = z.object({
  count: z.number().default(0),
  theme: z.enum(['light', 'dark']).default('light'),
  prefs: z.object({ lang: z.string(), theme: z.enum(['light', 'dark']) }).optional(),
  range: z
    .object({ from: z.number(), to: z.number() })
    .refine(({ from, to }) => from <= to)
    .optional(),
  shape: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('a'), x: z.number() }),
    z.object({ kind: z.literal('b'), note: z.number().optional() }),
  ]),
  cart: z.array(z.object({ id: z.string(), quantity: z.number() })).default([]),
})

/** A tab of an old deploy, and a server in which a newer one has stored what the old schema does not know. */
async function begin(data: Record<string, unknown>) {
  const mock = createMockSessionServer()
  await mock.writeWire(data)
  const session = track(createSessionClient({ url: mock.url, fetch: mock.fetch, schema, channel: false }))
  await session.get('count')
  /** The next commit meets what the newer deploy writes. */
  const meet = (write: Record<string, unknown>) => mock.next({ fault: 'write-beside', write, method: 'PATCH' })
  return { mock, session, meet, invalid: collect(session, 'invalid') }
}

describe('what a newer deploy stores', () => {
  test('gives way to a set of what is shown, because that is a choice', async () => {
    const { mock, session, meet } = await begin({ theme: 'light', count: 0 })
    meet({ theme: 'sepia' })
    void session.set('count', 1)
    void session.set('theme', 'dark')
    void session.set('theme', 'light')
    await session.settled()
    expect(await mock.data()).toEqual({ theme: 'light', count: 1 })
  })

  test('is merged with, leaf by leaf, though our schema refuses it', async () => {
    const { mock, session, meet } = await begin({ prefs: { lang: 'en', theme: 'light' } })
    meet({ prefs: { lang: 'en', theme: 'sepia', extra: 1 } })
    await session.set('prefs', { lang: 'de', theme: 'light' })
    expect(await mock.data()).toEqual({ prefs: { lang: 'de', theme: 'sepia', extra: 1 } })
  })

  test('keeps its fields where mine stands, since two changes do not fit together', async () => {
    const { mock, session, meet } = await begin({ range: { from: 1, to: 9 } })
    meet({ range: { from: 5, to: 9, unit: 'EUR' } })
    await session.set('range', { from: 1, to: 3 })
    expect(await mock.data()).toEqual({ range: { from: 1, to: 3, unit: 'EUR' } })
  })

  test('is dropped if it does not fit the new shape of a value', async () => {
    const { mock, session, invalid } = await begin({ shape: { kind: 'a', x: 1, note: 'of the newer deploy' } })
    await session.set('shape', { kind: 'b' })
    expect(await mock.data()).toEqual({ shape: { kind: 'b' } })
    expect([session.peek('shape'), invalid]).toEqual([{ kind: 'b' }, []])
  })

  type Cart = readonly { readonly id: string; readonly quantity: number }[]
  const item = (id: string, quantity = 1) => ({ id, quantity, note: `of ${id}` })
  test.each<[string, (cart: Cart) => Cart, unknown[]]>([
    ['one more', (cart) => [...cart, { id: 'd', quantity: 1 }], [item('a'), item('b'), item('c'), { id: 'd', quantity: 1 }]],
    ['one more in front', (cart) => [{ id: 'd', quantity: 1 }, ...cart], [{ id: 'd', quantity: 1 }, item('a'), item('b'), item('c')]],
    ['one less', (cart) => cart.filter(({ id }) => id !== 'a'), [item('b'), item('c')]],
    [
      'one changed in its place',
      (cart) => cart.map((one) => (one.id === 'b' ? { ...one, quantity: 9 } : one)),
      [item('a'), item('b', 9), item('c')],
    ],
    ['another order', (cart) => [...cart].reverse(), [item('c'), item('b'), item('a')]],
    ['one twice', (cart) => [...cart, ...cart.slice(0, 1)], [item('a'), item('b'), item('c'), { id: 'a', quantity: 1 }]],
    ['none', () => [], []],
  ])('keeps its fields in the items of a list: %s', async (_, change, expected) => {
    const { mock, session } = await begin({ cart: ['a', 'b', 'c'].map((id) => item(id)) })
    await session.update('cart', (cart) => [...change(cart)])
    expect(await mock.data()).toEqual({ cart: expected })
  })

  test('keeps them apart where two items look the same to our schema', async () => {
    const { mock, session } = await begin({
      cart: [
        { id: 'a', quantity: 1, note: 'first' },
        { id: 'a', quantity: 1, note: 'second' },
      ],
    })
    await session.update('cart', (cart) => [...cart, { id: 'b', quantity: 1 }])
    expect(await mock.data()).toMatchObject({ cart: [{ note: 'first' }, { note: 'second' }, { id: 'b' }] })
  })
})

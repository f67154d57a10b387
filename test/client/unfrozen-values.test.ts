// Values that nobody can freeze: a Map, a Set, a Date. Public names and the network boundary alone.
import { createSessionClient } from 'sojourn'
import { createMockSessionServer } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { track, useFakeTime } from './harness.ts'

useFakeTime()

const map = z.codec(z.array(z.tuple([z.string(), z.number()])), z.map(z.string(), z.number()), {
  decode: (pairs) => new Map(pairs),
  encode: (values) => [...values],
})
const set = z.codec(z.array(z.string()), z.set(z.string()), { decode: (items) => new Set(items), encode: (items) => [...items] })
const date = z.codec(z.iso.datetime(), z.date(), { decode: (text) => new Date(text), encode: (value) => value.toISOString() })
const schema = z.object({
  basket: map.default(new Map()),
  tags: set.default(new Set()),
  since: date.default(new Date(0)),
  form: z.object({ tags: set }).default({ tags: new Set() }),
  count: z.number().default(0),
})

async function begin(data: Record<string, unknown> = {}) {
  const mock = createMockSessionServer()
  await mock.writeWire(data)
  const session = track(createSessionClient({ url: mock.url, fetch: mock.fetch, schema, channel: false }))
  await session.get('count')
  return { mock, session }
}

describe('a default that cannot be frozen', () => {
  test.each([{}, { count: 1 }])('What one visitor put in is gone after the end, with the session %j.', async (data) => {
    const { session } = await begin(data)
    session.peek('basket').set('of ann', 1)
    session.peek('tags').add('of ann')
    session.peek('since').setFullYear(2030)
    session.peek('form').tags.add('of ann')
    await session.end()
    expect([...session.peek('basket'), ...session.peek('tags'), ...session.peek('form').tags]).toEqual([])
    expect(session.peek('since')).toEqual(new Date(0))
  })

  test('Another log-in finds none of it.', async () => {
    const { mock, session } = await begin({ count: 1 })
    await session.exclusive(() => mock.signIn('ann'))
    session.peek('tags').add('of ann')
    await session.exclusive(() => mock.signIn('ben'))
    expect([...session.peek('tags')]).toEqual([])
  })

  test('A refused update shows nothing.', async () => {
    const { session } = await begin()
    const refuse = (): unknown =>
      session.update('basket', (basket) => {
        basket.set('half done', 1)
        throw new Error('changed my mind')
      })
    expect(refuse).toThrow('changed my mind')
    expect([...session.peek('basket')]).toEqual([])
  })

  test('A refused transaction shows nothing.', async () => {
    const { session } = await begin()
    const refuse = (): unknown =>
      session.transaction((tx) => {
        tx.get('form').tags.add('half done')
        throw new Error('changed my mind')
      })
    expect(refuse).toThrow('changed my mind')
    expect([...session.peek('form').tags]).toEqual([])
  })

  test('Each reader sees the same object until the stored value changes.', async () => {
    const { mock, session } = await begin({ tags: ['a'] })
    const { basket, tags } = session.getSnapshot().values
    await session.set('count', 1)
    await mock.writeWire({ count: 2 })
    await session.revalidate()
    expect([session.peek('basket'), session.peek('tags')]).toEqual([basket, tags])
    expect(session.peek('basket')).toBe(basket)
    expect(session.peek('tags')).toBe(tags)
  })

  test('The end of a session notifies the subscribers of a default that is made anew, and no others.', async () => {
    const { session } = await begin()
    const notified: string[] = []
    for (const key of ['tags', 'count'] as const) session.key(key).listen(() => void notified.push(key))
    await session.end()
    expect(notified).toEqual(['tags'])
  })
})

describe('a stored value that cannot be frozen', () => {
  test('The function of an update gets a copy of its own.', async () => {
    const { session } = await begin({ basket: [['tea', 1]] })
    const given: unknown[] = []
    const refuse = (): unknown =>
      session.update('basket', (basket) => {
        given.push(basket)
        basket.clear()
        throw new Error('changed my mind')
      })
    expect(refuse).toThrow()
    expect(given[0]).not.toBe(session.peek('basket'))
    expect([...session.peek('basket')]).toEqual([['tea', 1]])
  })
})

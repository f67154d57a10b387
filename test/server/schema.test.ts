// Proves what the handler's schema does with the values that clients write. test/server/exposed-keys.test.ts has the keys.
import { createMemoryStore, createSessionHandler, type SessionHandlerOptions } from 'sojourn/server'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import * as mini from 'zod/mini'
import { createVisitor, type Visitor } from './visitor.ts'

const isoDate = z.codec(z.iso.datetime(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() })

const schema = z.object({
  theme: z.enum(['light', 'dark']).default('light'),
  cart: z.array(z.object({ id: z.string(), quantity: z.number().int().default(1) })).default([]),
  seen: isoDate.optional(),
  caught: z.string().catch('none'),
  nested: z.object({ deep: z.array(z.number().catch(0)), also: z.string().default('x') }).optional(),
})

const begin = (options: Partial<SessionHandlerOptions> = {}): Visitor =>
  createVisitor(createSessionHandler({ store: createMemoryStore(), schema, ...options }))

describe('the schema', () => {
  test('refuses what a visitor makes up, and stores nothing of it', async () => {
    const visitor = begin()
    expect((await visitor.commit({ set: { isAdmin: true, cart: 'not an array' } })).problem).toBe('private-key')
    const { status, problem, body } = await visitor.commit({ set: { theme: 'dark', cart: 'not an array' } })
    expect([status, problem, body.errors]).toEqual([422, 'refused', [{ key: 'cart', path: [], message: expect.any(String) }]])
    expect((await visitor.read()).body.lineage).toBeNull()
  })

  test('names key and path of each fault', async () => {
    const { body } = await begin().commit({ set: { theme: 'neon', cart: [{ id: 'a' }, { id: 7, quantity: 1.5 }] } })
    expect(body.errors).toMatchObject([
      { key: 'theme', path: [] },
      { key: 'cart', path: [1, 'id'] },
      { key: 'cart', path: [1, 'quantity'] },
    ])
  })

  test.each<[string, object]>([
    ['a value that fits', { theme: 'dark' }],
    ['a stored form without defaults', { cart: [{ id: 'a' }] }],
    ['a field that the schema does not know', { cart: [{ id: 'a', quantity: 1, later: true }] }],
    ['another spelling of a date', { seen: '2020-01-01T00:00:00Z' }],
    ['a value that `catch` does not touch', { caught: 'text' }],
    ['a value with a `catch` inside', { nested: { deep: [1, 2] } }],
  ])('takes %s as it is', async (_, set) => {
    const { status, body } = await begin().commit({ set })
    expect([status, body.data]).toEqual([200, set])
  })

  test.each<[string, object]>([
    ['a value that is caught', { caught: { evil: 1 } }],
    ['an item that is caught', { nested: { deep: [1, 'evil'] } }],
    ['null', { theme: null }],
    ['no date', { seen: '2020-02-31T00:00:00Z' }],
  ])('refuses %s', async (_, set) => {
    expect((await begin().commit({ set })).problem).toBe('refused')
  })

  test.each([
    [{ count: 1, theme: 'a' }, 200],
    [{ count: 'x' }, 422],
    [{ theme: 1 }, 422],
  ])('of zod/mini does the same: %j is %d', async (set, status) => {
    const schema = mini.object({ count: mini.catch(mini.number(), 0), theme: mini.string() })
    const visitor = createVisitor(createSessionHandler({ store: createMemoryStore(), schema }))
    expect((await visitor.commit({ set })).status).toBe(status)
  })
})

describe('a value that the schema refuses by now', () => {
  /** Two releases over one store: the next one has a narrower schema. */
  const releases = () => {
    const store = createMemoryStore()
    return [
      createSessionHandler({ store, schema: z.object({ theme: z.string(), count: z.number() }) }),
      createSessionHandler({ store, schema: z.object({ theme: z.enum(['light']), count: z.number() }) }),
    ] as const
  }

  test('does not block a commit that leaves it alone, and can be deleted', async () => {
    const [old, next] = releases()
    const visitor = createVisitor(old)
    await visitor.commit({ set: { theme: 'neon' } })
    const later = createVisitor(next, { cookie: visitor.cookie as string })
    await later.read()
    expect((await later.commit({ set: { count: 1 } })).body.data).toEqual({ theme: 'neon', count: 1 })
    expect((await later.commit({ delete: ['theme'] })).body.data).toEqual({ count: 1 })
  })

  test('is no reason to refuse the repetition of a commit that is stored', async () => {
    const [old, next] = releases()
    const visitor = createVisitor(old)
    const body = { lineage: null, base: 'v0', after: 0, set: { theme: 'neon' } }
    await visitor.commit(body)
    const again = createVisitor(next, { cookie: visitor.cookie as string, client: visitor.client })
    expect(await again.commit(body)).toMatchObject({ status: 200, body: { last: 1, data: { theme: 'neon' } } })
    expect((await again.commit({ after: 1, lineage: again.state.lineage, set: { theme: 'neon' } })).problem).toBe('refused')
  })
})

describe('a rule that fails', () => {
  const fail = (): never => {
    throw new TypeError('the rule failed')
  }
  test.each<[string, z.ZodType]>([
    ['throws', z.any().refine(fail)],
    ['throws in its codec', z.codec(z.string(), z.string(), { decode: fail, encode: (text) => text })],
    ['is async', z.any().refine(async () => true)],
    ['is async in its codec', z.codec(z.string(), z.string(), { decode: async (text) => text, encode: (text) => text })],
    [
      'throws behind a catch',
      z
        .any()
        .refine((value) => value === undefined || fail())
        .catch('caught'),
    ],
  ])('is a 500 without Retry-After, and told with the name of the key: one that %s', async (_, broken) => {
    const errors: unknown[] = []
    const handler = createSessionHandler({
      store: createMemoryStore(),
      schema: z.object({ broken: broken as z.ZodString, theme: z.string() }),
      onError: (error) => errors.push(error),
    })
    const visitor = createVisitor(handler)
    const { status, problem, headers, body } = await visitor.commit({ set: { broken: 'a value' } })
    expect([status, problem, headers.get('Retry-After')]).toEqual([500, 'server-error', null])
    expect(Object.keys(body).sort()).toEqual(['status', 'title', 'type'])
    expect(errors).toMatchObject([{ message: expect.stringContaining('"broken"'), cause: expect.anything() }])
    expect(String(errors[0])).not.toContain('a value')
    expect(await visitor.commit({ after: 0, set: { theme: 'x' } })).toMatchObject({ status: 200, body: { data: { theme: 'x' } } })
  })
})

test('`validate` comes after the schema, and sees the data with private keys', async () => {
  const seen: unknown[] = []
  const visitor = begin({
    validate: (data, { changed }) => {
      seen.push([data, changed])
      return data.theme === 'dark' ? [{ key: 'theme', message: 'no' }] : []
    },
  })
  await visitor.commit({ set: { theme: 'neon' } })
  expect(seen).toEqual([])
  expect((await visitor.commit({ after: 0, set: { theme: 'dark' } })).body.errors).toEqual([{ key: 'theme', message: 'no' }])
  expect(seen).toEqual([[{ theme: 'dark' }, ['theme']]])
})

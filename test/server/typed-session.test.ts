// Proves how server code reads and writes a session by key. test/types/server-session.test-d.ts has the types.
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { rewrite } from '../../src/server/server-session.ts'
import { createVisitor, url, type Visitor } from './visitor.ts'

const isoDate = z.codec(z.iso.datetime(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() })
const schema = z.object({
  cart: z.array(z.string()).default([]),
  plan: z.string().optional(),
  seen: isoDate.optional(),
  count: z.number().default(0),
})

const create = () => createSessionHandler({ store: createMemoryStore(), schema, readOnly: ['plan'] })
let handler: ReturnType<typeof create>
let visitor: Visitor

beforeEach(async () => {
  handler = create()
  visitor = createVisitor(handler)
  await visitor.commit({ set: { cart: ['tea'] } })
})

const open = () => handler.open(new Request(url, { headers: { Cookie: visitor.cookie ?? '' } }))

describe('server code', () => {
  test('reads values through the schema, with defaults', async () => {
    const session = await open()
    expect([session.get('cart'), session.get('plan'), session.get('plan', 'free'), session.get('count'), session.has('count')]).toEqual([
      ['tea'],
      undefined,
      'free',
      0,
      false,
    ])
  })

  test('writes values, of read-only keys too, which clients then see', async () => {
    const session = await open()
    await session.set('plan', 'pro')
    await session.set('seen', new Date('2030-01-01T00:00:00Z'))
    await session.update('cart', (cart) => [...cart, 'milk'])
    await session.delete('count')
    expect(session.get('seen')).toEqual(new Date('2030-01-01T00:00:00Z'))
    expect(session.raw('seen')).toBe('2030-01-01T00:00:00.000Z')
    expect((await visitor.read()).body.data).toEqual({ cart: ['tea', 'milk'], plan: 'pro', seen: '2030-01-01T00:00:00.000Z' })
  })

  test('counts every update once, though others write meanwhile', async () => {
    const sessions = await Promise.all(Array.from({ length: 10 }, open))
    await Promise.all(sessions.map((session) => session.update('count', (count) => count + 1)))
    expect((await visitor.read()).body.data.count).toBe(10)
  })

  test('writes several keys, private ones too, in one step', async () => {
    const session = await open()
    const before = (await visitor.read()).body.version
    const result = await session.transaction((tx) => {
      tx.set('plan', 'pro')
      tx.private.set('customer', { id: 7 })
      return tx.get('cart').length
    })
    expect([result, session.private.get('customer'), session.private.all()]).toEqual([1, { id: 7 }, { customer: { id: 7 } }])
    const { body } = await visitor.read()
    expect([body.data, Number(/^v(\d+)/.exec(body.version)?.[1]) - Number(/^v(\d+)/.exec(before)?.[1])]).toEqual([
      { cart: ['tea'], plan: 'pro' },
      1,
    ])
  })

  test('stores nothing of a transaction that throws, is async or writes nothing', async () => {
    const session = await open()
    const { version } = (await visitor.read()).body
    const fail = (): never => {
      throw new TypeError('no')
    }
    await expect(session.transaction((tx) => [tx.set('plan', 'pro'), fail()])).rejects.toThrow('no')
    await expect(session.transaction(async (tx) => tx.set('plan', 'pro'))).rejects.toMatchObject({ code: 'usage' })
    expect(await session.transaction((tx) => tx.get('cart'))).toEqual(['tea'])
    expect((await visitor.read()).body.version).toBe(version)
  })

  test('creates no session by reading', async () => {
    const session = await handler.open(new Request(url))
    expect([await session.transaction((tx) => tx.has('cart')), session.respond(new Response()).headers.get('Set-Cookie')]).toEqual([
      false,
      null,
    ])
  })

  test.each<[string, (session: Awaited<ReturnType<typeof open>>) => unknown, string]>([
    ['a value that the schema refuses', (session) => session.set('count', 'one' as never), 'schema'],
    ['a key that is not exposed', (session) => session.set('login_code' as 'plan', 'x'), 'usage'],
    ['an exposed key as private', (session) => session.transaction((tx) => tx.private.set('plan', 'x')), 'usage'],
    ['what JSON cannot hold', (session) => session.transaction((tx) => tx.private.set('code', new Map())), 'schema'],
  ])('is refused %s', async (_, write, code) => {
    const session = await open()
    await expect(write(session)).rejects.toMatchObject({ code })
    expect((await visitor.read()).body.data).toEqual({ cart: ['tea'] })
  })

  test('does not compute on a value that the schema refuses, and can read and replace it', async () => {
    const session = await open()
    await rewrite(session, (data) => ({ ...data, count: 'an older form' }))
    await expect(session.update('count', (count) => count + 1)).rejects.toMatchObject({ code: 'invalid-value' })
    expect([session.get('count'), session.raw('count')]).toEqual([0, 'an older form'])
    await session.set('count', 1)
    expect(session.get('count')).toBe(1)
  })
})

test('with a list of keys server code reads and writes JSON', async () => {
  const listed = createSessionHandler({ store: createMemoryStore(), keys: ['theme', 'cart'] })
  const session = await listed.open(new Request(url))
  await session.set('theme', { dark: true })
  expect([session.get('theme'), session.get('cart'), session.get('cart', [])]).toEqual([{ dark: true }, undefined, []])
})

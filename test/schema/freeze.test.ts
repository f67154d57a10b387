// Holds that values that are read are frozen and can be encoded again.
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { isoDate, stringMap } from './codecs.ts'
import { keyOf } from './harness.ts'

const Cart = z.object({ items: z.array(z.object({ name: z.string() })) })
const raw = { items: [{ name: 'a' }] }

describe('a value that is read', () => {
  test.for([
    ['an object', Cart],
    ['unknown', z.unknown()],
    ['a readonly object, which zod freezes one level', Cart.readonly()],
    ['a loose object', z.looseObject({})],
  ] as const)('is frozen all through: %s', ([, field]) => {
    const value = keyOf(field).decode(raw).value as typeof raw
    expect([value, value.items, value.items[0]].map(Object.isFrozen)).toEqual([true, true, true])
  })

  test('can be encoded again, and gives what the schema saw', () => {
    const { encode, decode } = keyOf(
      z.object({ list: z.array(z.union([Cart, z.string()])), at: isoDate, more: z.record(z.string(), z.json()) }),
    )
    const stored = { list: ['a', { ...raw, extra: 1 }], at: '2026-01-02T03:04:05.678Z', more: { a: [{ b: null }] }, unknown: true }
    expect(encode(decode(stored).value)).toEqual({ list: ['a', raw], at: stored.at, more: stored.more })
  })

  test('leaves a Date, a Map and an instance as they are', () => {
    const Point = class {
      x = 1
    }
    const point = z.codec(z.number(), z.instanceof(Point), { decode: () => new Point(), encode: ({ x }) => x })
    const { value } = keyOf(z.object({ at: isoDate, map: stringMap, point })).decode({
      at: '2026-01-02T03:04:05.678Z',
      map: { a: 1 },
      point: 1,
    })
    const { at, map, point: instance } = value as { at: Date; map: Map<string, number>; point: { x: number } }
    expect([at, map, instance].map(Object.isFrozen)).toEqual([false, false, false])
  })

  test('may hold itself', () => {
    interface Node {
      self?: Node
    }
    const field = z.codec(z.string(), z.custom<Node>(), {
      decode: () => {
        const node: Node = {}
        node.self = node
        return node
      },
      encode: () => 'node',
    })
    expect(Object.isFrozen(keyOf(field).decode('node').value)).toBe(true)
  })

  test('may hold undefined', () => {
    const field = z.codec(z.string(), z.object({ a: z.string().optional(), b: z.string() }), {
      decode: (b) => ({ a: undefined, b }),
      encode: ({ b }) => b,
    })
    expect(keyOf(field).decode('b')).toEqual({ value: { a: undefined, b: 'b' } })
  })

  test('is not frozen with freeze: false', () => {
    const value = keyOf(Cart, { freeze: false }).decode(raw).value as typeof raw
    value.items.push({ name: 'b' })
    expect(value.items).toHaveLength(2)
    expect(raw.items).toHaveLength(1)
  })
})

// Holds that accepted values survive encoding and decoding.
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import * as mini from 'zod/mini'
import type { $ZodType } from 'zod/v4/core'
import { isoDate, stringMap } from './codecs.ts'
import { keyOf } from './harness.ts'

interface Row {
  readonly of: string
  readonly field: $ZodType
  readonly value: unknown
  /** What travels, if it is not the value itself. */
  readonly wire?: unknown
  /** What is read back, if it is not the value itself. */
  readonly back?: unknown
}

const now = new Date('2026-01-02T03:04:05.678Z')

const Category: z.ZodType = z.object({
  name: z.string(),
  get children() {
    return z.array(Category)
  },
})

const rows: Row[] = [
  { of: 'a string', field: z.string(), value: 'a' },
  { of: 'an enum', field: z.enum(['light', 'dark']), value: 'dark' },
  { of: 'a number', field: z.number(), value: 1.5 },
  { of: 'a brand', field: z.string().brand('id'), value: 'a' },
  { of: 'a literal', field: z.literal(['a', 1, null]), value: null },
  { of: 'a template literal', field: z.templateLiteral(['n', z.number()]), value: 'n1' },
  { of: 'null if it is nullable', field: z.string().nullable(), value: null },
  { of: 'undefined if it is optional', field: z.string().optional(), value: undefined },
  { of: 'undefined where an option of a union is optional', field: z.union([z.string().optional(), z.number()]), value: undefined },
  { of: 'undefined of an unknown', field: z.unknown(), value: undefined },
  { of: 'an array', field: z.array(z.string()), value: ['a', 'b'] },
  { of: 'a readonly array', field: z.array(z.string()).readonly(), value: ['a'] },
  { of: 'a tuple', field: z.tuple([z.string(), z.number()]), value: ['a', 1] },
  { of: 'a record', field: z.record(z.string(), z.number()), value: { a: 1 } },
  { of: 'an intersection', field: z.intersection(z.object({ a: z.string() }), z.object({ b: z.string() })), value: { a: '1', b: '2' } },
  {
    of: 'a discriminated union',
    field: z.discriminatedUnion('kind', [z.object({ kind: z.literal('at'), at: isoDate }), z.object({ kind: z.literal('none') })]),
    value: { kind: 'at', at: now },
    wire: { kind: 'at', at: now.toISOString() },
  },
  { of: 'any JSON', field: z.json(), value: { a: [1, null, { b: 'c' }] } },
  { of: 'a lazy schema', field: z.lazy(() => isoDate), value: now, wire: now.toISOString() },
  { of: 'a recursive schema', field: Category, value: { name: 'a', children: [{ name: 'b', children: [] }] } },
  { of: 'a Date through a codec', field: isoDate, value: now, wire: now.toISOString() },
  { of: 'a Map through a codec', field: stringMap, value: new Map([['a', 1]]), wire: { a: 1 } },
  { of: 'a Date in a codec in an object', field: z.object({ at: isoDate }), value: { at: now }, wire: { at: now.toISOString() } },
  { of: 'a bigint through a codec', field: z.codec(z.string(), z.bigint(), { decode: BigInt, encode: String }), value: 12n, wire: '12' },
  { of: 'a stringbool', field: z.stringbool(), value: true, wire: 'true' },
  { of: 'a trimmed string', field: z.string().trim(), value: ' a ', wire: 'a', back: 'a' },
  { of: 'a trimmed string of zod/mini', field: mini.string().check(mini.trim()), value: ' a ', wire: 'a', back: 'a' },
  { of: 'a coerced number', field: z.coerce.number(), value: '7', wire: 7, back: 7 },
  {
    of: 'unknown fields of a strip object',
    field: z.object({ a: z.string() }),
    value: { a: 'b', c: 1 },
    wire: { a: 'b' },
    back: { a: 'b' },
  },
  { of: 'unknown fields of a loose object', field: mini.looseObject({ a: mini.string() }), value: { a: 'b', c: 1 } },
  { of: 'an undefined member', field: z.any(), value: { a: undefined, b: 1 }, wire: { b: 1 }, back: { b: 1 } },
  { of: 'a -0', field: z.any(), value: [-0], wire: [0], back: [0] },
  {
    of: 'an object without prototype',
    field: z.any(),
    value: Object.assign(Object.create(null), { a: 1 }),
    wire: { a: 1 },
    back: { a: 1 },
  },
]

describe('a value that the schema takes', () => {
  test.for(rows)('travels: $of', ({ field, value, wire = value, back = value }) => {
    const { encode, decode } = keyOf(field)
    const encoded = encode(value)
    expect(encoded).toStrictEqual(wire)
    expect(decode(encoded)).toStrictEqual({ value: back, issues: undefined })
  })

  test.for(rows)('is stable once it was read: $of', ({ field, value }) => {
    const { encode, decode } = keyOf(field)
    const encoded = encode(value)
    expect(encode(decode(encoded).value)).toStrictEqual(encoded)
  })

  test('reads as text if a union has a string next to a Date', () => {
    const { encode, decode } = keyOf(z.union([z.string(), isoDate]))
    expect(decode(encode(now)).value).toBe(now.toISOString())
  })

  test("goes out as a copy, so that the app's own object can change", () => {
    const mine = { list: [1] }
    const encoded = keyOf(z.unknown()).encode(mine)
    mine.list.push(2)
    expect(encoded).toEqual({ list: [1] })
  })
})

describe('a key that has nothing stored', () => {
  test.for<[string, $ZodType, unknown]>([
    ['undefined without a default', z.string(), undefined],
    ['undefined if it is optional', z.string().optional(), undefined],
    ['undefined if it is exactly optional', z.exactOptional(z.string()), undefined],
    ['undefined if it is nullable', z.string().nullable(), undefined],
    ['undefined, not "undefined", if it is coerced', z.coerce.string(), undefined],
    ['the default', z.string().default('a'), 'a'],
    ['the default of zod/mini', mini._default(mini.string(), 'a'), 'a'],
    ['the default of a function', z.string().default(() => 'a'), 'a'],
    ['the default under optional', z.string().default('a').optional(), 'a'],
    ['the default of an option of a union', z.union([z.string().default('a'), z.number()]), 'a'],
    ['the prefault of a codec, decoded', z.optional(isoDate).prefault('2026-01-02T03:04:05.678Z'), now],
    ['the prefault, parsed', z.string().trim().prefault(' a '), 'a'],
    ['what catch says', z.string().catch('a'), 'a'],
    ['undefined where catch holds an optional', z.string().optional().catch('a'), undefined],
    ['what a codec makes of absence', z.codec(z.string().optional(), z.string(), { decode: (v) => v ?? 'none', encode: (v) => v }), 'none'],
  ])('reads as %s', ([, field, value]) => {
    expect(keyOf(field).decode(undefined)).toEqual({ value })
  })
})

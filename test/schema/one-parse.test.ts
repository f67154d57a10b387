// Holds that a value that was just written is not parsed a second time.
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import * as mini from 'zod/mini'
import type { $ZodType } from 'zod/v4/core'
import { isoDate } from './codecs.ts'
import { keyOf } from './harness.ts'

const Tree = z.object({
  get next() {
    return z.array(Tree)
  },
})

/** A schema with a rule that counts how often it runs. */
function counted(build: (rule: () => boolean) => $ZodType): { readonly field: $ZodType; readonly count: () => number } {
  let runs = 0
  const field = build(() => {
    runs++
    return true
  })
  return { field, count: () => runs }
}

describe('what was just written', () => {
  test.for<[string, (rule: () => boolean) => $ZodType, unknown]>([
    ['a string', (rule) => z.string().refine(rule), 'a'],
    ['a string of zod/mini', (rule) => mini.string().check(mini.refine(rule)), 'a'],
    ['an enum', (rule) => z.enum(['a', 'b']).refine(rule), 'a'],
    ['null, under optional and nullable', (rule) => z.number().refine(rule).nullable().optional(), null],
    ['a boolean without its default', (rule) => z.boolean().refine(rule).default(true), false],
    ['a string with a default under optional', (rule) => z.string().refine(rule).default('').optional(), 'a'],
    ['an object', (rule) => z.object({ a: z.string(), b: z.number().optional() }).refine(rule), { a: 'a' }],
    ['an object that lets strangers through', (rule) => z.looseObject({ a: z.string() }).refine(rule), { a: 'a', b: [1] }],
    ['an object of zod/mini', (rule) => mini.object({ a: mini.nullable(mini.string()) }).check(mini.refine(rule)), { a: null }],
    [
      'a list',
      (rule) =>
        z
          .array(z.object({ id: z.string() }))
          .refine(rule)
          .default([]),
      [{ id: 'a' }],
    ],
    ['a record', (rule) => z.record(z.string(), z.array(z.number())).refine(rule), { a: [1] }],
    ['a union of objects', (rule) => z.union([z.object({ a: z.string() }), z.object({ b: z.number() })]).refine(rule), { b: 1 }],
    ['a list that zod has compiled', (rule) => z.compile(z.array(z.object({ id: z.string() })).refine(rule)), [{ id: 'a' }]],
    ['a recursive list', (rule) => z.array(Tree).refine(rule), [{ next: [{ next: [] }] }]],
  ])('is parsed once to be sent and shown: %s', ([, build, value]) => {
    const { field, count } = counted(build)
    const { encode, decode } = keyOf(field)
    const before = count()
    const raw = encode(value)
    const parsed = count()
    expect(decode(raw)).toEqual({ value })
    expect(count()).toBe(parsed)
    expect(parsed - before).toBe(value === null ? 0 : 1)
  })

  test('is parsed when another value was written since', () => {
    const { field, count } = counted((rule) => z.string().refine(rule))
    const { encode, decode } = keyOf(field)
    const raw = encode('a')
    encode('b')
    const before = count()
    expect(decode(raw)).toEqual({ value: 'a' })
    expect(count()).toBe(before + 1)
  })

  test.for<[string, $ZodType, unknown, unknown, unknown]>([
    ['a rule that rewrites it each time', z.number().overwrite((n) => n + 1), 1, 2, 3],
    [
      'a rule that rewrites it, under a default',
      z
        .string()
        .overwrite((text) => `${text}!`)
        .default(''),
      'a',
      'a!',
      'a!!',
    ],
    [
      'a codec of texts',
      z.codec(z.string(), z.string(), { decode: (text) => `${text}!`, encode: (text) => text.slice(0, -1) }),
      'a!',
      'a',
      'a!',
    ],
    ['an object of such', z.object({ a: z.number().overwrite((n) => n + 1) }), { a: 1 }, { a: 2 }, { a: 3 }],
    ['a list of such', z.array(z.number().overwrite((n) => n + 1)).default([]), [1], [2], [3]],
    [
      'a record of such',
      z.record(
        z.string(),
        z.string().overwrite((text) => `${text}!`),
      ),
      { a: 'a' },
      { a: 'a!' },
      { a: 'a!!' },
    ],
    ['a union of such', z.union([z.number().overwrite((n) => n + 1), z.string()]), 1, 2, 3],
    ['an object that lets such through', z.object({}).catchall(z.number().overwrite((n) => n + 1)), { a: 1 }, { a: 2 }, { a: 3 }],
    ['a member that stands for an absent one', z.object({ a: z.string().optional().default('none') }), { a: undefined }, {}, { a: 'none' }],
    ['a member of a codec', z.object({ at: isoDate }), { at: new Date(0) }, { at: '1970-01-01T00:00:00.000Z' }, { at: new Date(0) }],
  ])('reads as the server would give it back, with %s', ([, field, value, raw, shown]) => {
    const { encode, decode } = keyOf(field)
    expect(encode(value)).toEqual(raw)
    expect(decode(encode(value))).toEqual({ value: shown })
  })

  test('is the very value that is stored, frozen with all that it holds', () => {
    const { encode, decode } = keyOf(z.array(z.object({ tags: z.array(z.string()) })))
    const given = [{ tags: ['a'] }]
    const raw = encode(given) as typeof given
    expect(decode(raw).value).toBe(raw)
    expect([raw, raw[0], raw[0]?.tags].every(Object.isFrozen)).toBe(true)
    expect(Object.isFrozen(given)).toBe(false)
  })

  test('is another one where values are not frozen: what is stored never changes in place', () => {
    const { encode, decode } = keyOf(z.array(z.string()), { freeze: false })
    const raw = encode(['a'])
    const { value } = decode(raw)
    ;(value as string[]).push('b')
    expect(raw).toEqual(['a'])
  })

  test('is refused when it comes from a server and was refused here', () => {
    const { encode, decode } = keyOf(z.string().max(1))
    expect(() => encode('ab')).toThrow()
    expect(decode('ab').issues).toHaveLength(1)
  })
})

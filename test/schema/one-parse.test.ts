import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import * as mini from 'zod/mini'
import type { $ZodType } from 'zod/v4/core'
import { keyOf } from './harness.ts'

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
    ['an object', z.object({ a: z.number().overwrite((n) => n + 1) }), { a: 1 }, { a: 2 }, { a: 3 }],
  ])('reads as the server would give it back, with %s', ([, field, value, raw, shown]) => {
    const { encode, decode } = keyOf(field)
    expect(encode(value)).toEqual(raw)
    expect(decode(encode(value))).toEqual({ value: shown })
  })

  test('is refused when it comes from a server and was refused here', () => {
    const { encode, decode } = keyOf(z.string().max(1))
    expect(() => encode('ab')).toThrow()
    expect(decode('ab').issues).toHaveLength(1)
  })
})

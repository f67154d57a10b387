// Holds what happens to values that the schema refuses.
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { SessionSchemaError } from '../../src/errors/session-schema-error.ts'
import { isoDate, throwing } from './codecs.ts'
import { keyOf, refusal, thrownBy } from './harness.ts'

const quoting = z.codec(z.string(), z.string(), {
  decode: (text) => text,
  encode: (text) => {
    throw new TypeError(`cannot encode ${text}`)
  },
})
const asyncRule = z.string().refine(() => Promise.resolve(true))

describe('a value that the schema refuses', () => {
  test("throws with zod's issues, before anything is sent", () => {
    const error = refusal(z.object({ items: z.array(z.object({ count: z.number() })) }), { items: [{ count: 'many' }] })
    expect(error.issues).toMatchObject([{ code: 'invalid_type', path: ['items', 0, 'count'] }])
    expect(error.message).toBe(
      'Failed to write session key "field": the value does not fit the schema (invalid_type); issues says where and why. Write a value that the schema accepts.',
    )
  })

  test.for([
    ['an enum', z.enum(['light', 'dark']), 'secret'],
    ['a key of a record', z.record(z.email(), z.number()), { 'secret@example.com': 'one' }],
    ['a key below a record', z.record(z.string(), z.number()), { 'secret@example.com': 'one' }],
    ['an unknown field', z.strictObject({ a: z.optional(z.string()) }), { 'secret@example.com': 1 }],
    [
      'a rule that quotes its input',
      z.string().check(z.refine(() => false, { error: ({ input }) => `not a card: ${input}` })),
      'secret 4111',
    ],
    [
      'a rule with a path of its own',
      z.string().check((context) => {
        context.issues.push({ code: 'custom', message: 'secret', path: ['secret'], input: 'secret' })
      }),
      'secret',
    ],
    ['a codec that throws', throwing, 'encode'],
    ['a codec that throws what it was given', quoting, 'secret'],
    ['a Map in JSON', z.json(), new Map([['secret', 1]])],
  ] as const)('shows no data if it is printed: %s', ([, field, value]) => {
    const error = refusal(field as never, value)
    expect(JSON.stringify({ ...error }) + inspect(error, { depth: 9 })).not.toMatch(/secret|encode me/)
  })

  test.for([
    ['an invalid Date', isoDate, new Date(Number.NaN)],
    ['unknown fields of a strict object', z.strictObject({ a: z.string() }), { a: 'b', c: 1 }],
    ['absence if it is exactly optional', z.exactOptional(z.string()), undefined],
  ] as const)('throws: %s', ([, field, value]) => {
    expect(thrownBy(() => keyOf(field).encode(value))).toBeInstanceOf(SessionSchemaError)
  })
})

describe('a schema that throws', () => {
  test('while it encodes refuses the value, with what it threw', () => {
    const error = refusal(z.object({ a: throwing }), { a: 'encode' })
    expect(error.issues).toEqual([{ code: 'thrown', message: 'the schema threw, or is async', path: [] }])
    expect(error.thrown).toBeInstanceOf(SyntaxError)
    expect(error).not.toHaveProperty('cause')
  })

  test('while it decodes reads as the default, with an issue', () => {
    const { decode } = keyOf(throwing.check(z.maxLength(10)))
    expect(decode('fine')).toEqual({ value: 'fine' })
    expect(decode('decode')).toEqual({ value: undefined, issues: [expect.objectContaining({ code: 'thrown' })] })
  })

  test('is not helped by catch', () => {
    expect(keyOf(z.catch(throwing, 'caught')).decode('decode')).toMatchObject({ value: 'caught', issues: [{ code: 'thrown' }] })
  })

  test('with issues of its own has them told', () => {
    const field = z.codec(z.string(), z.string(), {
      decode: (text) => z.string().max(1).parse(text),
      encode: (text) => z.string().max(1).parse(text),
    })
    expect(keyOf(field).decode('long')).toMatchObject({ issues: [{ code: 'too_big' }] })
    expect(refusal(field, 'long').issues).toMatchObject([{ code: 'too_big' }])
  })

  test.for([undefined, null, 'text', { issues: 'none' }])('what is no error does no harm: %o', (thrown) => {
    const raise = (): never => {
      throw thrown
    }
    const field = z.codec(z.string(), z.string(), { decode: raise, encode: raise })
    expect(keyOf(field).decode('a')).toMatchObject({ issues: [{ code: 'thrown' }] })
    expect(refusal(field, 'a').issues).toMatchObject([{ code: 'thrown' }])
  })
})

describe('an async schema', () => {
  test('refuses every value, on both ways', () => {
    expect(refusal(asyncRule, 'a').issues).toMatchObject([{ code: 'thrown' }])
    expect(keyOf(asyncRule).decode('a')).toMatchObject({ value: undefined, issues: [{ code: 'thrown' }] })
  })
})

describe('a stored value that the schema refuses', () => {
  test('reads as the default, with the issues', () => {
    const { decode } = keyOf(z.object({ size: z.number() }).default({ size: 1 }))
    expect(decode({ size: 'large' })).toEqual({
      value: { size: 1 },
      issues: [expect.objectContaining({ code: 'invalid_type', path: ['size'] })],
    })
  })

  test.for([null, 0, '', [], {}, [[[]]], { __proto__: null }])('never throws: %o', (raw) => {
    for (const field of [isoDate, throwing, asyncRule, z.array(z.string()), z.strictObject({ a: z.string() })]) {
      expect(() => keyOf(field).decode(raw)).not.toThrow()
    }
  })

  test('never throws: one nested too deep for the stack', () => {
    const Deep: z.ZodType = z.lazy(() => z.array(Deep))
    const deep = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000))
    expect(keyOf(Deep).decode(deep)).toMatchObject({ value: undefined, issues: [{ code: 'thrown' }] })
  })
})

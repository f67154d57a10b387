// Holds which schemas are refused when a client is created.
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import * as mini from 'zod/mini'
import type { $ZodObject, $ZodType } from 'zod/v4/core'
import { SessionConfigError } from '../../src/errors/session-config-error.ts'
import { SessionSchemaError } from '../../src/errors/session-schema-error.ts'
import { compileSchema } from '../../src/schema/compile-schema.ts'
import { isoDate, throwing } from './codecs.ts'
import { keyOf, thrownBy } from './harness.ts'

const Tree: z.ZodType = z.object({
  at: z.date(),
  get next() {
    return z.array(Tree)
  },
})

const Forest: z.ZodType = z.object({
  at: z.number(),
  get next() {
    return z.array(Forest)
  },
})

const date = z.date()

describe('a key that could never be stored', () => {
  test.for<[string, $ZodType, string]>([
    ['a Date', z.date(), 'z.date, which is not JSON'],
    ['a Date of zod/mini', mini.date(), 'z.date, which is not JSON'],
    ['a coerced Date', z.coerce.date(), 'z.date'],
    ['a bigint', z.bigint(), 'z.bigint'],
    ['a 64 bit integer', z.int64(), 'z.bigint'],
    ['a Map', z.map(z.string(), z.string()), 'z.map'],
    ['a Set', z.set(z.string()), 'z.set'],
    ['NaN', z.nan(), 'z.nan'],
    ['a file', z.file(), 'z.file'],
    ['a symbol', z.symbol(), 'z.symbol'],
    ['undefined', z.undefined(), 'z.undefined'],
    ['void', z.void(), 'z.void'],
    ['a function', z.function() as unknown as $ZodType, 'z.function'],
    ['a promise', z.promise(z.string()), 'one-way z.promise'],
    ['a transform', z.string().transform(Number), 'one-way z.transform'],
    ['a transform on the way to another schema', z.string().transform(Number).pipe(z.number()), 'one-way z.transform'],
    ['a preprocess', z.preprocess(Number, z.number()), 'one-way z.transform'],
    ['a success', z.success(z.string()), 'one-way z.success'],
    ['a Date in an array', z.array(z.date()), 'z.date'],
    ['a Date deep inside', z.object({ a: z.record(z.string(), z.tuple([z.string(), z.date().nullable().optional()])) }), 'z.date'],
    ['a Date in the rest of a tuple', z.tuple([z.string()]).rest(z.date()), 'z.date'],
    ['a Date as the catchall', z.object({}).catchall(z.date()), 'z.date'],
    ['a Date as an option', z.union([z.string(), z.date()]), 'z.date'],
    ['a Date on one side of an intersection', z.intersection(z.object({}), z.object({ at: z.date() })), 'z.date'],
    ['a Date behind lazy', z.lazy(() => z.date()), 'z.date'],
    ['a Date in a recursive schema', Tree, 'z.date'],
    ['a Date on the wire side of a codec', z.codec(z.date(), z.string(), { decode: String, encode: (text) => new Date(text) }), 'z.date'],
    [
      'a Date that was fine on the other side of a codec',
      z.tuple([z.codec(z.string(), date, { decode: (text) => new Date(text), encode: String }), date]),
      'z.date',
    ],
    [
      'a transform on the app side of a codec',
      z.codec(z.string(), z.string().transform(Number), { decode: String, encode: String }),
      'one-way',
    ],
  ])('is refused: %s', ([, field, found]) => {
    const error = thrownBy(() => compileSchema(z.object({ fine: z.string(), bad: field })))
    expect(error).toBeInstanceOf(SessionConfigError)
    expect(error).toMatchObject({
      code: 'config',
      message: expect.stringContaining(`"bad": its schema holds ${found.startsWith('one') ? 'a ' : ''}${found}`),
    })
  })

  test.for(['_', '_user', '__proto__'])('is refused: the name %s', (name) => {
    const shape = Object.fromEntries([[name, z.string()]])
    expect(() => compileSchema(z.object(shape))).toThrow(`"${name}": names that begin with _ are the server's own`)
  })

  test.for<[string, $ZodType]>([
    ['default', z.string().min(1).default('')],
    ['default of zod/mini', mini._default(mini.string().check(mini.minLength(1)), '')],
    ['prefault', z.string().min(1).prefault('')],
    ['catch', z.string().min(1).catch('')],
    ['default that is not JSON', z.unknown().default(new Map())],
    ['default whose function throws', z.string().default(() => JSON.parse('{'))],
    ['prefault that its codec refuses', z.optional(isoDate).prefault('not a date')],
    ['prefault on which its codec throws', z.optional(throwing).prefault('decode')],
  ])('is refused: a %s that its own schema refuses', ([, field]) => {
    const error = thrownBy(() => compileSchema(z.object({ bad: field })))
    expect(error).toBeInstanceOf(SessionConfigError)
    expect(error).toMatchObject({ message: expect.stringContaining('"bad": its schema refuses its own default'), cause: expect.any(Error) })
  })
})

describe('a schema', () => {
  test.for<[string, unknown]>([
    ['a string', z.string()],
    ['a record', z.record(z.string(), z.string())],
    ['a wrapped object', z.object({}).optional()],
    ['a refined object', z.object({ a: z.string() }).refine(() => true)],
    ['a refined object of zod/mini', mini.object({ a: mini.string() }).check(mini.refine(() => true))],
    [
      'a refined object that is described too',
      mini.object({ a: mini.string() }).check(
        mini.describe('a'),
        mini.refine(() => true),
      ),
    ],
    ['an object with an overwrite', mini.object({ a: mini.string() }).check(mini.overwrite((value) => value))],
    ['nothing', undefined],
    ['no schema', { a: 1 }],
  ])('is refused: %s', ([, schema]) => {
    const error = thrownBy(() => compileSchema(schema as $ZodObject))
    expect(error).toBeInstanceOf(SessionConfigError)
    expect(error).toMatchObject({ message: expect.stringContaining('has to be a z.object') })
  })

  test.each<[string, $ZodObject]>([
    ['loose', z.looseObject({ a: z.string() })],
    ['with a catchall', z.object({ a: z.string() }).catchall(z.string())],
    ['loose, of zod/mini', mini.looseObject({ a: mini.string() })],
  ])('is refused if it takes keys that it does not name: %s', (_, schema) => {
    expect(() => compileSchema(schema)).toThrow(
      expect.objectContaining({ code: 'config', message: expect.stringContaining('does not name') }),
    )
  })

  test.for<[string, $ZodObject]>([
    ['strict', z.strictObject({ a: z.string(), b: z.string() })],
    ['extended', z.object({ a: z.string() }).extend({ b: z.string() })],
    ['described', z.object({ a: z.string(), b: z.string() }).describe('a session').meta({ title: 'session' })],
    [
      'described by checks of zod/mini',
      mini.object({ a: mini.string(), b: mini.string() }).check(mini.describe('a session'), mini.meta({})),
    ],
  ])('names its keys in order if it is %s', ([, schema]) => {
    expect(compileSchema(schema).keys).toEqual(['a', 'b'])
  })

  test('may come round to itself on the app side of a codec', () => {
    const tree = z.codec(z.string(), Forest, { decode: (text) => JSON.parse(text), encode: (value) => JSON.stringify(value) })
    expect(keyOf(tree).decode('{"at":1,"next":[]}').value).toEqual({ at: 1, next: [] })
  })

  test('runs no default and no codec that it need not', () => {
    let calls = 0
    const counted = z.codec(z.string(), z.string(), { decode: (text) => `${text}${calls++}`, encode: (text) => `${text}${calls++}` })
    compileSchema(z.object({ counted, optional: counted.optional(), lazy: z.lazy(() => counted) }))
    expect(calls).toBe(0)
  })
})

describe('an unknown key', () => {
  test.for(['nope', 'toString', '__proto__', ''])('is refused: %s', (name) => {
    const codec = compileSchema(z.object({ a: z.string() }))
    for (const call of [codec.check, codec.encode, codec.decode]) {
      const error = thrownBy(() => call(name, undefined))
      expect(error).toBeInstanceOf(SessionSchemaError)
      expect(error).toMatchObject({ key: name, issues: [{ code: 'unrecognized_keys', path: [] }] })
    }
  })
})

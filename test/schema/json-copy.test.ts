// Holds that a value that JSON would drop or change is refused.
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { SessionSchemaError } from '../../src/errors/session-schema-error.ts'
import { parseStrictJson } from '../../src/protocol/strict-json.ts'
import { copyJson } from '../../src/schema/copy-json.ts'
import { keyOf, refusal } from './harness.ts'

const cycle: Record<string, unknown> = {}
cycle.again = { cycle }

/** No cycle, although it is there twice. */
const twice = { a: 1 }

/** That many arrays in each other. */
const nested = (levels: number): unknown => (levels === 0 ? 0 : [nested(levels - 1)])

class Point {
  readonly x = 1
}

describe('what JSON would drop or change', () => {
  test.for<[string, unknown, string, PropertyKey[]]>([
    ['NaN', { a: Number.NaN }, 'NaN', ['a']],
    ['Infinity', [0, -Infinity], '-Infinity', [1]],
    ['an unsafe integer', { a: 2 ** 53 }, 'an integer beyond 2^53 - 1', ['a']],
    ['an integer that is written as digits', -1e20, 'an integer beyond 2^53 - 1', []],
    ['a bigint', 1n, 'a value of type bigint', []],
    ['a symbol', [Symbol('a')], 'a value of type symbol', [0]],
    ['a function', { a: { b: () => 1 } }, 'a value of type function', ['a', 'b']],
    ['undefined in an array', { a: [1, undefined] }, 'a value of type undefined', ['a', 1]],
    // biome-ignore lint/suspicious/noSparseArray: the hole is the case
    ['a hole in an array', [1, , 2], 'a value of type undefined', [1]],
    ['a Date', { at: new Date(0) }, 'an instance of a class', ['at']],
    ['a Map', new Map(), 'an instance of a class', []],
    ['a Set', { a: new Set() }, 'an instance of a class', ['a']],
    ["an instance of the app's class", { point: new Point() }, 'an instance of a class', ['point']],
    ['an object with a prototype of its own', Object.create({ a: 1 }), 'an instance of a class', []],
    ['a boxed string', [new String('a')], 'an instance of a class', [0]],
    ['a lone surrogate', { a: '\ud800' }, 'a lone surrogate', ['a']],
    ['a surrogate pair the wrong way round', '\udc00\ud800', 'a lone surrogate', []],
    ['a lone surrogate in a key', { a: { '\udfff': 1 } }, 'a lone surrogate', ['a']],
    ['an own __proto__', { a: JSON.parse('{ "__proto__": 1 }') }, 'a key __proto__', ['a']],
  ])('is refused: %s', ([, value, found, path]) => {
    const error = refusal(z.unknown(), value)
    expect(error.issues).toEqual([{ code: 'not_json', message: `JSON cannot hold ${found}`, path }])
    expect(error.key).toBe('field')
  })

  test.each([1e21, -1.5e300, 5e-324, 2 ** 53 - 1])('is not refused: %d, which comes back as it went', (number) => {
    expect(copyJson('field', number)).toBe(number)
    expect(parseStrictJson(JSON.stringify(number))).toEqual({ value: number })
  })

  test('is refused: a cycle', () => {
    expect(refusal(z.unknown(), cycle).issues).toMatchObject([
      { code: 'not_json', message: 'JSON cannot hold a cycle or more than 62 levels' },
    ])
  })

  test('is refused where a custom schema let it through', () => {
    expect(refusal(z.instanceof(Point), new Point()).issues).toMatchObject([{ code: 'not_json', path: [] }])
  })

  test('is refused as the app sees it by zod first', () => {
    expect(refusal(z.number(), Number.NaN).issues).toMatchObject([{ code: 'invalid_type', path: [] }])
  })
})

describe('what JSON can hold', () => {
  test.for<[string, unknown]>([
    ['the largest safe integer', Number.MAX_SAFE_INTEGER],
    ['the smallest safe integer', Number.MIN_SAFE_INTEGER],
    ['the smallest fraction', Number.MIN_VALUE],
    ['null and both booleans', [null, true, false]],
    ['surrogate pairs', 'a \u{1f600} b'],
    ['keys that objects inherit', { constructor: 1, toString: 2, hasOwnProperty: 3 }],
    ['as many levels as a commit leaves', nested(62)],
    ['one object twice', [twice, twice]],
    ['text that looks like markup', '</script>\u2028\u0000'],
  ])('is let through: %s', ([, value]) => {
    expect(keyOf(z.unknown()).encode(value)).toEqual(value)
  })

  test('ends at 62 levels, since the commit and its set are two more', () => {
    expect(() => keyOf(z.unknown()).encode(nested(63))).toThrow(SessionSchemaError)
  })

  test('is copied: nothing of the value is shared', () => {
    const encoded = keyOf(z.unknown()).encode([twice, twice]) as [object, object]
    expect(encoded[0]).not.toBe(twice)
    expect(encoded[0]).not.toBe(encoded[1])
  })
})

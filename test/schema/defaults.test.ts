// Holds what a missing or refused value reads as.
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { isoDate } from './codecs.ts'
import { keyOf } from './harness.ts'

describe('a default', () => {
  test('is the same reference at each read', () => {
    const { decode } = keyOf(z.array(z.string()).default([]))
    expect(decode(undefined).value).toBe(decode(undefined).value)
  })

  test('is the same where a stored value is refused', () => {
    const { decode } = keyOf(z.array(z.string()).default([]))
    expect(decode('wrong').value).toBe(decode(undefined).value)
  })

  test('is made once by its function', () => {
    let calls = 0
    const { decode } = keyOf(z.number().default(() => ++calls))
    const first = decode(undefined).value
    expect([decode(undefined).value, decode('wrong').value]).toEqual([first, first])
  })

  test("is a frozen copy: the schema's own stays as it is", () => {
    const own = { list: [{ name: 'a' }] }
    const { decode } = keyOf(z.object({ list: z.array(z.object({ name: z.string() })) }).default(own))
    const { value } = decode(undefined) as { value: typeof own }
    expect(value).toEqual(own)
    expect(() => value.list.push({ name: 'b' })).toThrow(TypeError)
    expect(Object.isFrozen(own.list)).toBe(false)
    own.list.push({ name: 'b' })
    expect(decode(undefined).value).toEqual({ list: [{ name: 'a' }] })
  })

  test('is a copy with freeze: false too', () => {
    const own = { list: ['a'] }
    const { decode } = keyOf(z.object({ list: z.array(z.string()) }).default(own), { freeze: false })
    ;(decode(undefined).value as typeof own).list.push('b')
    expect(own).toEqual({ list: ['a'] })
  })

  test('of a codec is what the app reads', () => {
    const { decode } = keyOf(z.optional(isoDate).default(new Date(5)))
    expect(decode(undefined).value).toEqual(new Date(5))
  })
})

describe('undefined', () => {
  test.for([
    ['default', z.string().default('a')],
    ['prefault', z.string().prefault('a')],
    ['catch', z.string().catch('a')],
    ['no default', z.string()],
  ] as const)('is refused if a key has %s', ([, field]) => {
    expect(() => keyOf(field).encode(undefined)).toThrow('(invalid_type)')
  })

  test('is absence where a codec encodes to it', () => {
    const field = z.codec(z.string().optional(), z.string(), { decode: (v) => v ?? 'none', encode: (v) => (v === 'none' ? undefined : v) })
    expect(keyOf(field).encode('none')).toBeUndefined()
    expect(keyOf(field).decode(undefined)).toEqual({ value: 'none' })
  })
})

describe('a wrong value', () => {
  test('is refused if a key has catch: nothing is replaced on the way out', () => {
    expect(() => keyOf(z.enum(['a', 'b']).catch('a')).encode('c')).toThrow('(invalid_value)')
  })

  test('that is stored reads as what catch says, without issues', () => {
    expect(keyOf(z.enum(['a', 'b']).catch('a')).decode('c')).toEqual({ value: 'a' })
  })
})

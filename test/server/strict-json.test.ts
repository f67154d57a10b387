// Holds what the strict JSON parser accepts and refuses.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '../../src/protocol/json.ts'
import { parseStrictJson } from '../../src/protocol/strict-json.ts'

/** JSON values that every parser reads alike: no number written as an unsafe integer, no key `__proto__`. */
const values = fc.jsonValue({ maxDepth: 6, noUnicodeString: false }).filter((value) => !/"__proto__"|\d{16}/.test(JSON.stringify(value)))

test('what JSON.stringify writes is taken as it is, with any white space', () => {
  fc.assert(
    fc.property(values, fc.constantFrom('', ' ', '\t', '\n  '), (value, space) => {
      const text = JSON.stringify(value, null, space)
      expect(parseStrictJson(text)).toEqual({ value: JSON.parse(text) })
    }),
  )
})

test('a key written twice is found wherever it is', () => {
  const twice = fc.record({ key: fc.string(), value: values, depth: fc.nat(20), before: fc.array(fc.string(), { maxLength: 3 }) })
  fc.assert(
    fc.property(twice, ({ key, value, depth, before }) => {
      fc.pre(key !== '__proto__' && !before.includes('__proto__'))
      const member = (name: string): string => `${JSON.stringify(name)}:${JSON.stringify(value)}`
      const object = `{${[...new Set(before.filter((name) => name !== key)), key, key].map(member).join(' , ')}}`
      expect(parseStrictJson(`${'[1,'.repeat(depth)}${object}${']'.repeat(depth)}`).fault).toContain('twice')
    }),
  )
})

test('what JSON.parse refuses is refused, and nothing throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]:,"\\u0e1-.\ud800 ntf') }), (text) => {
      const { value, fault } = parseStrictJson(text) as { value?: Json; fault?: string }
      if (fault === undefined) expect(value).toEqual(JSON.parse(text))
    }),
  )
})

// More than one pass over any of them would take minutes, which the limit of a test is for.
test.each([
  ['arrays in arrays', '['.repeat(500_000) + ']'.repeat(500_000), /nested/],
  ['escapes', `"${'\\"'.repeat(500_000)}"`, undefined],
  ['spaces', `[${' '.repeat(1_000_000)}]`, undefined],
  ['numbers', `[${'1,'.repeat(500_000)}1]`, undefined],
])('a megabyte of %s is read in one pass', (_, body, fault) => {
  const parsed = parseStrictJson(body)
  if (fault) expect(parsed.fault).toMatch(fault)
  else expect(parsed.fault).toBeUndefined()
})

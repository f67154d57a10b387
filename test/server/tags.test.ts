// Holds the tag of each value.
import { expect, test } from 'vitest'
import { canonical, toTags } from '../../src/server/tags.ts'

test.each([
  [{ b: 1, a: { d: [1, { y: 1, x: 2 }], c: null } }, '{"a":{"c":null,"d":[1,{"x":2,"y":1}]},"b":1}'],
  [[3, 1, 2], '[3,1,2]'],
  ['"quoted"', '"\\"quoted\\""'],
  [{ 10: 1, 9: 2, é: 3, '': 4 }, '{"":4,"10":1,"9":2,"é":3}'],
  [-0, '0'],
  [null, 'null'],
  [JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
])('the canonical JSON of %j is %s', (value, text) => {
  expect(canonical(value)).toBe(text)
})

test('equal values have one tag, different ones have others, and own keys none', async () => {
  const tags = await toTags({ a: { x: 1, y: 2 }, b: JSON.parse('{"y":2,"x":1}'), c: '1', d: 1, e: null, _f: 1 })
  expect(tags.a).toBe(tags.b)
  expect(new Set(Object.values(tags)).size).toBe(4)
  expect(Object.keys(tags)).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test.each([
  ['dark', "'dark'"],
  [7, '7'],
  [{ a: [null, true] }, "{'a':[null,true]}"],
  ['x'.repeat(19), `'${'x'.repeat(19)}'`],
])('the tag of a short value is its JSON with apostrophes: %j', async (value, tag) => {
  expect(await toTags({ a: value })).toEqual({ a: tag })
})

test.each(['x'.repeat(20), 'two words', "it's", 'über'])('the tag of %j is a hash', async (value) => {
  expect((await toTags({ a: value })).a).toMatch(/^[\w-]{22}$/)
})

test('values that differ in a quotation mark alone have different tags', async () => {
  const tags = await toTags({ a: ["x','y"], b: ['x', 'y'], c: ['x","y'] })
  expect(new Set(Object.values(tags)).size).toBe(3)
})

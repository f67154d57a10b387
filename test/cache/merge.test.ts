import { describe, expect, test } from 'vitest'
import { merge } from '../../src/cache/merge.ts'
import type { Json } from '../../src/protocol/json.ts'

type Value = Json | undefined

const object = (text: string): Json => JSON.parse(text) as Json

describe('merge', () => {
  test.each<[string, Value, Value, Value, Value]>([
    // what, base, mine, theirs, merged
    ['nobody changed it', 1, 1, 1, 1],
    ['only mine', 1, 2, 1, 2],
    ['only theirs', 1, 1, 2, 2],
    ['both, to the same', 1, 2, 2, 2],
    ['both, to another', 1, 2, 3, 2],
    ['absent everywhere', undefined, undefined, undefined, undefined],
    ['mine added it', undefined, 1, undefined, 1],
    ['theirs added it', undefined, undefined, 1, 1],
    ['both added it', undefined, 1, 2, 1],
    ['mine deleted it', 1, undefined, 1, undefined],
    ['theirs deleted it', 1, 1, undefined, undefined],
    ['both deleted it', 1, undefined, undefined, undefined],
    ['mine deleted what theirs changed', 1, undefined, 2, undefined],
    ['mine changed what theirs deleted', 1, 2, undefined, 2],
    ['null is a value: mine set it', 1, null, 1, null],
    ['null is a value: theirs set it', 1, 1, null, null],
    ['null is a value: from null to absent', null, undefined, null, undefined],
    ['null is not absent', undefined, null, undefined, null],
    ['false, 0 and the empty text are values', false, 0, '', 0],
    ['an array is a leaf: only mine', [1], [1, 2], [1], [1, 2]],
    ['an array is a leaf: both', [1], [1, 2], [1, 3], [1, 2]],
    ['an array that is equal is unchanged', [1, { a: 1 }], [1, { a: 1 }], [2], [2]],
    ['mine became an object', 1, { a: 1 }, 2, { a: 1 }],
    ['theirs became an object', { a: 1 }, 5, { a: 2 }, 5],
    ['mine became an array', { a: 1 }, [1], { a: 1, b: 1 }, [1]],
    ['theirs became an array', { a: 1 }, { a: 2 }, [1], { a: 2 }],
    ['an empty object is a value', { a: 1 }, {}, { a: 1 }, {}],
    ['the order of members does not count', object('{"a":1,"b":2}'), object('{"b":2,"a":1}'), { a: 9, b: 2 }, { a: 9, b: 2 }],
  ])('%s', (_, base, mine, theirs, merged) => {
    expect(merge(base, mine, theirs)).toEqual(merged)
  })

  test.each<[string, Value, Value, Value, Value]>([
    ['each side another member', { a: 1, b: 1 }, { a: 2, b: 1 }, { a: 1, b: 2 }, { a: 2, b: 2 }],
    ['each side adds one', {}, { a: 1 }, { b: 1 }, { a: 1, b: 1 }],
    ['each side deletes one', { a: 1, b: 1, c: 1 }, { b: 1, c: 1 }, { a: 1, c: 1 }, { c: 1 }],
    ['both change one member: mine stands', { a: 1, b: 1 }, { a: 2, b: 1 }, { a: 3, b: 2 }, { a: 2, b: 2 }],
    [
      'deep',
      { a: { b: { c: 1, d: 1 } } },
      { a: { b: { c: 2, d: 1 } } },
      { a: { b: { c: 1, d: 2 }, e: 1 } },
      { a: { b: { c: 2, d: 2 }, e: 1 } },
    ],
    ['both add an object: member by member', undefined, { a: 1, x: 1 }, { b: 1, x: 2 }, { a: 1, b: 1, x: 1 }],
    ['both replace a leaf by an object', 5, { a: 1 }, { b: 1 }, { a: 1, b: 1 }],
    ['mine empties what theirs added to', { a: 1 }, {}, { a: 1, b: 1 }, { b: 1 }],
    ['a member that mine deleted and theirs changed is gone', { a: { x: 1 } }, {}, { a: { x: 2 } }, {}],
    ['a member that theirs deleted and mine changed inside stays', { a: { x: 1 } }, { a: { x: 2 } }, {}, { a: { x: 2 } }],
    ['null members', { a: null }, { a: 1 }, { a: null, b: null }, { a: 1, b: null }],
    ['lists inside are leaves', { l: [1] }, { l: [1, 2] }, { l: [1, 3], m: 1 }, { l: [1, 2], m: 1 }],
  ])('of objects: %s', (_, base, mine, theirs, merged) => {
    expect(merge(base, mine, theirs)).toEqual(merged)
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('a member named %s is a member as any other', (name) => {
    const base = object(`{"${name}":{"x":1},"a":1}`)
    const mine = object(`{"${name}":{"x":2},"a":1}`)
    const theirs = object(`{"${name}":{"x":1,"y":1},"a":2}`)
    const merged = merge(base, mine, theirs) as Record<string, unknown>
    expect(JSON.parse(JSON.stringify(merged))).toEqual(object(`{"${name}":{"x":2,"y":1},"a":2}`))
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })

  test.each(['__proto__', 'constructor', 'toString'])(
    'a member named %s that only one side has is not taken for an inherited one',
    (name) => {
      const merged = merge({}, object(`{"${name}":1}`), { b: 1 }) as object
      expect(JSON.stringify(merged)).toBe(`{"b":1,"${name}":1}`)
      expect(JSON.stringify(merge(object(`{"${name}":1}`), {}, object(`{"${name}":1,"b":1}`)))).toBe('{"b":1}')
    },
  )

  test('changes no side in place', () => {
    const freeze = (text: string): Json =>
      JSON.parse(text, (_, value) => (typeof value === 'object' && value !== null ? Object.freeze(value) : value)) as Json
    const [base, mine, theirs] = ['{"a":{"b":1,"c":[1]}}', '{"a":{"b":2,"c":[1]}}', '{"a":{"b":1,"c":[2],"d":{}}}'].map(freeze) as [
      Json,
      Json,
      Json,
    ]
    expect(merge(base, mine, theirs)).toEqual({ a: { b: 2, c: [2], d: {} } })
  })

  test("of random values: what one side left alone is the other's, and no value appears from nowhere", () => {
    let seed = 7
    const random = (bound: number): number => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed % bound
    }
    const make = (depth: number): Json => {
      const kind = random(depth > 0 ? 6 : 4)
      if (kind < 2) return random(3)
      if (kind === 2) return null
      if (kind === 3) return [random(2)]
      return Object.fromEntries(['a', 'b', 'c'].filter(() => random(2)).map((key) => [key, make(depth - 1)]))
    }
    const leaves = (value: Value, path = ''): string[] =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(value).flatMap(([key, member]) => leaves(member as Json, `${path}.${key}`))
        : [`${path}=${JSON.stringify(value)}`]
    for (let round = 0; round < 5_000; round++) {
      const [base, mine, theirs] = [make(3), make(3), make(3)]
      expect(merge(base, base, theirs)).toEqual(theirs)
      expect(merge(base, mine, base)).toEqual(mine)
      expect(merge(base, mine, mine)).toEqual(mine)
      const known = new Set([...leaves(mine), ...leaves(theirs)])
      expect(leaves(merge(base, mine, theirs)).filter((leaf) => !known.has(leaf))).toEqual([])
    }
  })
})

describe('the items of a list', () => {
  const one = { id: 1 }
  const two = { id: 2 }
  const more = [
    { id: 1, note: 'a' },
    { id: 2, note: 'b' },
  ]
  test.each<[string, Value, Value, Value, Value]>([
    // what, base, mine, theirs, merged
    ['one more', [one, two], [one, two, { id: 3 }], more, [...more, { id: 3 }]],
    ['one less, others moved', [one, two], [two], more, [more[1] as Json]],
    ['changed in its place', [one, two], [one, { id: 9 }], more, [more[0] as Json, { id: 9, note: 'b' }]],
    ['changed and moved: it is another one', [one, two], [{ id: 9 }, one], more, [{ id: 9 }, more[0] as Json]],
    [
      'deep in an object',
      { list: [one] },
      { list: [one, two] },
      { list: [{ id: 1, note: 'a' }], x: 1 },
      { list: [{ id: 1, note: 'a' }, two], x: 1 },
    ],
    ['lists in lists', [[one]], [[one, two]], [[{ id: 1, note: 'a' }]], [[{ id: 1, note: 'a' }, two]]],
    ['of another length than ours are not known to be the same', [one], [two], more, [two]],
  ])('where theirs is ours with more in it, are merged: %s', (_, base, mine, theirs, merged) => {
    expect(merge(base, mine, theirs, true)).toEqual(merged)
  })

  test('are a leaf where theirs is a change of its own', () => {
    expect(merge([one, two], [one, two, { id: 3 }], more)).toEqual([one, two, { id: 3 }])
  })
})

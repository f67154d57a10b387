// The merge of values and objects: one row for each case. Lists have tables of their own in merge-lists.test.ts.
import { describe, expect, test } from 'vitest'
import { merge, type Value } from '../../src/merge/merge.ts'
import type { Json } from '../../src/protocol/json.ts'

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
    ['a list that only mine changed', [1], [1, 2], [1], [1, 2]],
    ['a list that only theirs changed', [1, { a: 1 }], [1, { a: 1 }], [2], [2]],
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
    ['lists inside are merged', { l: [1] }, { l: [1, 2] }, { l: [1, 3], m: 1 }, { l: [1, 3, 2], m: 1 }],
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

  test.each<[string, Value, Value, Value, number]>([
    ['the same change by both', 1, 2, 2, 0],
    ['a change by one side', { a: 1, b: 1 }, { a: 2, b: 1 }, { a: 1, b: 2 }, 0],
    ['another value by each', 1, 2, 3, 1],
    ['a value that one deleted and the other changed', { a: 1 }, {}, { a: 2 }, 1],
    ['a value that one changed and the other deleted', { a: 1 }, { a: 2 }, {}, 1],
    ['two of three members', { a: 1, b: 1, c: 1 }, { a: 2, b: 2, c: 2 }, { a: 3, b: 3, c: 1 }, 2],
    ['an object and a leaf', 1, { a: 1 }, 2, 1],
  ])('reports a lost leaf, and nothing else: %s', (_, base, mine, theirs, expected) => {
    let lost = 0
    merge(base, mine, theirs, { onLost: () => lost++ })
    expect(lost).toBe(expected)
  })
})

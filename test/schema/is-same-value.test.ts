// Holds which values of the app count as equal.
import { describe, expect, test } from 'vitest'
import { isSameValue } from '../../src/schema/is-same-value.ts'

const at = new Date(0)
const bare = (members: object): object => Object.assign(Object.create(null), members)

describe('isSameValue', () => {
  test.for<[unknown, unknown]>([
    [1, 1],
    ['a', 'a'],
    [null, null],
    [undefined, undefined],
    [Number.NaN, Number.NaN],
    [[], []],
    [{}, {}],
    [
      [1, [2, { a: 'b' }]],
      [1, [2, { a: 'b' }]],
    ],
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [{ a: undefined }, { a: undefined }],
    [bare({ a: 1 }), { a: 1 }],
    [{ at }, { at }],
  ])('takes %o and %o for the same', ([a, b]) => {
    expect([isSameValue(a, b), isSameValue(b, a)]).toEqual([true, true])
  })

  test.for<[unknown, unknown]>([
    [1, 2],
    [1, '1'],
    [0, -0],
    [null, undefined],
    [null, {}],
    [[], {}],
    [[1], { 0: 1 }],
    [[1], [1, 2]],
    [
      [1, 2],
      [2, 1],
    ],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: undefined }, { b: undefined }],
    [{ toString: undefined }, { a: undefined }],
    [{ a: [1] }, { a: [2] }],
    [new Date(0), new Date(0)],
    [new Map(), new Map()],
    [new Date(0), {}],
    [() => 1, () => 1],
  ])('distinguishes %o and %o', ([a, b]) => {
    expect([isSameValue(a, b), isSameValue(b, a)]).toEqual([false, false])
  })
})

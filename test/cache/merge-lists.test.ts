// The merge of lists: one table for each rule of docs/merging.md. Each row says what both sides made of a list and what comes of it.
import { describe, expect, test } from 'vitest'
import { merge, type Value } from '../../src/merge/merge.ts'
import type { Json } from '../../src/protocol/json.ts'

type Items = readonly Json[]
type Row = readonly [title: string, base: Items | undefined, mine: Items, theirs: Items, merged: Items, lost?: number]

const item = (id: string | number, more: object = {}): Json => ({ id, ...more })

/** Merges each row and compares the result and the number of lost leaves. */
function testRows(rows: readonly Row[], identify?: readonly string[]): void {
  test.each(rows.map((row) => [row[0], row] as const))('%s', (_, [, base, mine, theirs, merged, lost = 0]) => {
    let count = 0
    const result = merge(base as Value, mine, theirs, { identify, onLost: () => count++ })
    expect({ result, lost: count }).toEqual({ result: merged, lost })
  })
}

describe('rule 3: the identity of an item', () => {
  testRows([
    [
      'its `id`',
      [item(1, { n: 1 }), item(2)],
      [item(1, { n: 2 }), item(2)],
      [item(2), item(1, { n: 1, m: 1 })],
      [item(2), item(1, { n: 2, m: 1 })],
    ],
    [
      'its `key`, if it has no id',
      [{ key: 'a', n: 1 }],
      [{ key: 'a', n: 2 }],
      [{ key: 'b' }, { key: 'a', n: 1 }],
      [{ key: 'b' }, { key: 'a', n: 2 }],
    ],
    [
      "the number 1 is not the text '1'",
      [item(1)],
      [item(1), item('1', { n: 1 })],
      [item(1), item(2)],
      [item(1), item(2), item('1', { n: 1 })],
    ],
    [
      'an id that is an object or null is none',
      [{ id: null, n: 1 }],
      [{ id: null, n: 2 }, { id: {} }],
      [{ id: null, n: 1 }, { id: [] }],
      [{ id: [] }, { id: null, n: 2 }, { id: {} }],
    ],
    [
      'the whole item otherwise, whatever the order of its members',
      [{ a: 1, b: 2 }],
      [{ b: 2, a: 1 }, { c: 1 }],
      [{ d: 1 }, { a: 1, b: 2 }],
      [{ d: 1 }, { a: 1, b: 2 }, { c: 1 }],
    ],
    ['a text that looks like an id is no id', [], ['@id="a"'], [item('a')], [item('a'), '@id="a"']],
  ])
})

describe('rule 3: the identity by the option `identify`', () => {
  const line = (id: number, size: string, count: number): Json => ({ id, size, count })
  testRows(
    [
      [
        'several members',
        [line(1, 'M', 1), line(1, 'L', 1)],
        [line(1, 'M', 2), line(1, 'L', 1)],
        [line(1, 'L', 3), line(1, 'M', 1)],
        [line(1, 'L', 3), line(1, 'M', 2)],
      ],
      [
        'falls back to `id` where an item lacks one of them',
        [item(1, { n: 1 })],
        [item(1, { n: 2 })],
        [item(2), item(1, { n: 1 })],
        [item(2), item(1, { n: 2 })],
      ],
      [
        'in lists within the items, too',
        [item(9, { lines: [line(1, 'M', 1)] })],
        [item(9, { lines: [line(1, 'M', 2)] })],
        [item(9, { lines: [line(1, 'L', 1), line(1, 'M', 1)] })],
        [item(9, { lines: [line(1, 'L', 1), line(1, 'M', 2)] })],
      ],
    ],
    ['id', 'size'],
  )
})

describe('rule 4: an id that occurs twice is no id, and equal items are numbered', () => {
  const [m, l] = [item(1, { size: 'M' }), item(1, { size: 'L' })]
  testRows([
    ['two sizes of one product, one of them deleted', [m, l], [m], [m, l, item(2)], [m, item(2)]],
    ['two sizes of one product, both inserted', [], [m], [l, item(1, { size: 'S' })], [l, item(1, { size: 'S' }), m]],
    ['a second equal item', ['a'], ['a', 'a'], ['a', 'b'], ['a', 'b', 'a']],
    ['one of two equal items deleted', ['a', 'a', 'b'], ['a', 'b'], ['a', 'a', 'b', 'c'], ['a', 'b', 'c']],
  ])
})

describe('rule 5: items that have no id and did not move are merged place by place', () => {
  testRows([
    ['coordinates that both moved', [52, 13], [48, 11], [40, -74], [48, 11], 2],
    ['one coordinate each', [52, 13], [48, 13], [52, -74], [48, -74]],
    [
      'ranges',
      [
        [10, 20],
        [30, 40],
      ],
      [
        [10, 25],
        [30, 40],
      ],
      [
        [10, 20],
        [35, 40],
      ],
      [
        [10, 25],
        [35, 40],
      ],
    ],
    ['a place is a leaf', [{ a: 1, b: 1 }, 0], [{ a: 2, b: 1 }, 0], [{ a: 1, b: 2 }, 0], [{ a: 2, b: 1 }, 0], 1],
    ['equal changes are lost by nobody', ['a', 'x'], ['b', 'x'], ['b', 'x'], ['b', 'x']],
    ['a swap is a move, so the items are merged by their identity', ['a', 'b', 'c'], ['b', 'a', 'c'], ['a', 'b', 'd'], ['b', 'd', 'a']],
  ])
})

describe('rule 6: what becomes of an item', () => {
  testRows([
    [
      'changed by each side in another member',
      [item(1, { a: 1, b: 1 })],
      [item(1, { a: 2, b: 1 })],
      [item(1, { a: 1, b: 2 })],
      [item(1, { a: 2, b: 2 })],
    ],
    ['changed by both in one member', [item(1, { a: 1 })], [item(1, { a: 2 })], [item(1, { a: 3 })], [item(1, { a: 2 })], 1],
    ['deleted by mine, left alone by theirs', [item(1), item(2)], [item(2)], [item(1), item(2), item(3)], [item(2), item(3)]],
    ['deleted by theirs, left alone by mine', [item(1), item(2)], [item(1), item(2), item(3)], [item(2)], [item(2), item(3)]],
    [
      'deleted by mine, changed by theirs',
      [item(1, { a: 1 }), item(2)],
      [item(2)],
      [item(1, { a: 2 }), item(2)],
      [item(1, { a: 2 }), item(2)],
      1,
    ],
    [
      'deleted by theirs, changed by mine',
      [item(1, { a: 1 }), item(2)],
      [item(1, { a: 2 }), item(2)],
      [item(2)],
      [item(1, { a: 2 }), item(2)],
      1,
    ],
    ['inserted by both under one id', [], [item(1, { a: 1 })], [item(1, { b: 2 })], [item(1, { b: 2, a: 1 })]],
    ['inserted by both, equal', ['tea'], ['tea', 'milk'], ['tea', 'milk'], ['tea', 'milk']],
    ['null is an item', [null, 1], [null, 1, 2], [1], [1, 2]],
  ])
})

describe('rule 7: the order', () => {
  testRows([
    ['theirs, if only they reordered', ['a', 'b', 'c'], ['a', 'b', 'c', 'd'], ['c', 'a', 'b'], ['c', 'd', 'a', 'b']],
    ['mine, if only we reordered', ['a', 'b', 'c'], ['c', 'a', 'b'], ['a', 'b', 'c', 'd'], ['c', 'd', 'a', 'b']],
    ['theirs, if both did', ['a', 'b', 'c'], ['c', 'b', 'a'], ['b', 'a', 'c'], ['b', 'a', 'c']],
  ])
})

describe('rule 8: where inserted items stand', () => {
  testRows([
    ['behind their predecessor', ['a', 'b'], ['a', 'x', 'b'], ['a', 'b', 'c'], ['a', 'x', 'b', 'c']],
    ['after what the other list inserted there', ['a', 'b'], ['a', 'x', 'b'], ['a', 'y', 'b'], ['a', 'y', 'x', 'b']],
    ['in front, if they have only a successor', ['a'], ['x', 'a'], ['y', 'a', 'z'], ['x', 'y', 'a', 'z']],
    ['at the end, if the lists share nothing', [], ['x'], ['tea', 'cake'], ['tea', 'cake', 'x']],
    ['at the end of an absent list', undefined, ['x'], ['tea', 'cake'], ['tea', 'cake', 'x']],
    ['behind the predecessor that is left', ['a', 'b', 'c'], ['a', 'b', 'x', 'c'], ['a', 'c'], ['a', 'x', 'c']],
    ['several, in their order', ['a'], ['a', 'x', 'y'], ['a', 'b'], ['a', 'b', 'x', 'y']],
    ['in the middle of a long list', [...'abcdefgh'], [...'abcdxefgh'], [...'abcdyefgh'], [...'abcdyxefgh']],
  ])
})

describe('rule 9', () => {
  test('The merge of 10,000 items changes no input.', () => {
    const items = Array.from({ length: 10_000 }, (_, id) => Object.freeze({ id, n: 0 }))
    const mine = Object.freeze([...items.slice(0, 5_000), Object.freeze({ id: -1 }), ...items.slice(5_000)])
    const theirs = Object.freeze([Object.freeze({ id: -2 }), ...items.slice(1)])
    const merged = merge(Object.freeze(items), mine, theirs) as Items
    expect([merged.length, merged[0], merged[5_000]]).toEqual([10_001, { id: -2 }, { id: -1 }])
  })
})

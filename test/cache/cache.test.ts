// Holds that the view is the base with the log replayed, and that listeners are notified of every change once.
import { describe, expect, test } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { createCache } from '../../src/cache/cache.ts'
import type { Mutation } from '../../src/cache/mutation.ts'
import type { ConflictPolicy, Operation } from '../../src/cache/operation.ts'
import type { JsonObject } from '../../src/protocol/json.ts'
import { add, createLoaded, rules, set, state, update } from './fixtures.ts'

const view = (cache: Cache): JsonObject =>
  Object.fromEntries(
    ['theme', 'count', 'cart', 'note', 'profile'].flatMap((key) =>
      cache.stored(key) === undefined ? [] : [[key, cache.stored(key) as JsonObject]],
    ),
  )
const plusOne = update('count', (count: number) => count + 1)

/** Every value that a listener of a key is told. */
function record(cache: Cache, key: string): unknown[] {
  const seen: unknown[] = []
  cache.listen(key, (value) => void seen.push(value))
  return seen
}

describe('the view', () => {
  test('is empty before the first base, with the sets that wait for it', () => {
    const cache = createCache(rules())
    add(cache, set('count', 2))
    add(cache, plusOne)
    expect([cache.base, view(cache), cache.log.length]).toEqual([undefined, { count: 2 }, 2])
    cache.move({ base: state({ count: 1, note: 'a' }) })
    expect(view(cache)).toEqual({ count: 3, note: 'a' })
  })

  test('is the base with the log replayed, after any mixture', () => {
    const cache = createLoaded({ count: 1, note: 'a' })
    add(cache, set('theme', 'dark'))
    add(cache, plusOne)
    add(cache, { kind: 'transaction', run: (tx) => tx.set('note', `${tx.get('note')}${tx.get('count')}`) })
    add(cache, { kind: 'touch' })
    expect(view(cache)).toEqual({ count: 2, note: 'a2', theme: 'dark' })
    cache.move({ base: state({ count: 10, note: 'b' }) })
    expect(view(cache)).toEqual({ count: 11, note: 'b11', theme: 'dark' })
    add(cache, { kind: 'clear' })
    expect(view(cache)).toEqual({})
    cache.move({ base: state({ count: 20, cart: ['x'] }) })
    expect(view(cache)).toEqual({})
  })

  test('keeps an object that stays equal, and reads it once', () => {
    const cache = createLoaded({ profile: { name: 'a' } })
    const before = cache.read('profile')
    cache.move({ base: state({ profile: { name: 'a' }, count: 1 }) })
    add(cache, set('profile', { name: 'a' }))
    expect(cache.read('profile')).toBe(before)
  })

  test('an operation that throws is not added', () => {
    const cache = createLoaded({ count: 1 })
    const boom = new RangeError('boom')
    const failing = update('count', () => {
      throw boom
    })
    expect(() => add(cache, failing)).toThrow(boom)
    expect([cache.log.length, cache.pending('count'), view(cache)]).toEqual([0, 0, { count: 1 }])
  })
})

describe('a move of the base', () => {
  test('takes the acknowledged and replays the rest in one step: nobody sees it in between', () => {
    const cache = createLoaded({ count: 1 })
    const seen = record(cache, 'count')
    const first = add(cache, plusOne)
    cache.send(1)
    add(cache, plusOne)
    cache.move({ base: state({ count: 2 }), acknowledged: new Set([first]) })
    expect([seen, view(cache), cache.log.length]).toEqual([[2, 3], { count: 3 }, 1])
  })

  test('removing the middle of three removes its effect alone', () => {
    const cache = createLoaded({ count: 1 })
    const seen = record(cache, 'count')
    add(cache, plusOne)
    const middle = add(
      cache,
      update('count', (count: number) => count + 10),
    )
    add(
      cache,
      update('count', (count: number) => count * 2),
    )
    cache.move({ base: cache.base, removed: new Set([middle]) })
    expect([seen, view(cache)]).toEqual([[2, 12, 24, 4], { count: 4 }])
  })

  test('what cannot be replayed leaves the log with what it threw; the others stay', () => {
    const cache = createLoaded({ count: 1 })
    const boom = new RangeError('boom')
    const failing = add(
      cache,
      update('count', (count: number) => {
        if (count > 5) throw boom
        return count + 1
      }),
    )
    const other = add(cache, set('theme', 'dark'))
    const { rejected } = cache.move({ base: state({ count: 10 }) })
    expect(rejected).toEqual([[failing, boom]])
    expect([cache.log, view(cache)]).toEqual([[other], { count: 10, theme: 'dark' }])
  })

  test('reports a conflict of a pending key with base, mine, theirs and what it shows now', () => {
    const cache = createLoaded({ count: 1, note: 'a' })
    add(cache, set('count', 2))
    add(cache, set('theme', 'dark'))
    const { conflicts } = cache.move({ base: state({ count: 5, note: 'changed too' }) })
    expect(conflicts).toEqual([{ key: 'count', base: 1, mine: 2, theirs: 5, value: 2 }])
  })

  test('reports none for what was acknowledged, nor for equal values, nor for a first base with nothing stored', () => {
    const cache = createCache(rules())
    add(cache, set('count', 2))
    expect(cache.move({ base: state({}) }).conflicts).toEqual([])
    const [mutation] = cache.send(1) as [Mutation]
    add(cache, set('count', 3))
    expect(cache.move({ base: state({ count: 2 }), acknowledged: new Set([mutation]) }).conflicts).toEqual([])
    expect(cache.move({ base: state({ count: 3 }) }).conflicts).toEqual([])
  })

  test('reports none for keys that the schema does not know, though a clear deletes them', () => {
    const cache = createLoaded({ count: 1, later: 1 })
    add(cache, { kind: 'clear' })
    const { conflicts } = cache.move({ base: state({ count: 2, later: 2 }) })
    expect(conflicts).toMatchObject([{ key: 'count', base: 1, mine: undefined, theirs: 2 }])
  })

  test.each<ConflictPolicy>(['merge', 'theirs', 'reject', 'mine'])(
    'A write behind a removed one keeps its value whole, under %s.',
    (policy) => {
      const cache = createLoaded({ profile: { name: 'a' } }, policy)
      const first = add(cache, set('profile', { name: 'a', city: 'x' }))
      cache.send(1)
      add(cache, set('profile', { name: 'b', city: 'x' }))
      const { rejected, conflicts } = cache.move({ base: cache.base, removed: new Set([first]) })
      expect([view(cache), rejected, conflicts]).toEqual([{ profile: { name: 'b', city: 'x' } }, [], []])
    },
  )

  test('wakes the subscribers of changed keys alone, keys before watchers', () => {
    const cache = createLoaded({ count: 1, note: 'a', cart: ['x'] })
    const story: unknown[] = []
    for (const key of ['count', 'note', 'cart']) cache.listen(key, (value) => story.push([key, value]))
    cache.watch(() => story.push('watcher'))
    cache.move({ base: state({ count: 2, note: 'a', cart: ['x'] }) })
    expect(story).toEqual([['count', 2], 'watcher'])
  })

  test('reports what the schema refuses when it changes, not when it stays', () => {
    const cache = createCache(rules())
    expect(cache.move({ base: state({ count: 'many' }) }).invalid).toMatchObject([{ key: 'count' }])
    expect(cache.move({ base: state({ count: 'many', note: 'a' }) }).invalid).toEqual([])
    expect(cache.move({ base: state({ count: 'more' }) }).invalid).toHaveLength(1)
    expect(cache.move({ base: state({ count: 1 }) }).invalid).toEqual([])
  })

  test('changes neither the old state nor the new one', () => {
    const before = state(Object.freeze({ profile: Object.freeze({ name: 'a' }) }))
    const after = state(Object.freeze({ profile: Object.freeze({ name: 'b', city: 'x' }) }))
    const cache = createCache(rules())
    cache.move({ base: Object.freeze(before) })
    add(cache, set('profile', { name: 'a', langs: ['en'] }))
    cache.move({ base: Object.freeze(after) })
    expect(view(cache)).toEqual({ profile: { name: 'b', city: 'x', langs: ['en'] } })
  })
})

describe('the log', () => {
  test('takes a set into the one before of its key, until that is sent or something looked at the key', () => {
    const cache = createLoaded({ count: 1 })
    const first = add(cache, set('count', 2))
    expect(add(cache, set('count', 3))).toBe(first)
    expect(add(cache, set('theme', 'dark'))).not.toBe(first)
    expect(add(cache, set('count', 4))).toBe(first)
    cache.send(2)
    const second = add(cache, set('count', 5))
    expect(second).not.toBe(first)
    add(cache, plusOne)
    const third = add(cache, set('count', 7))
    expect([third === second, cache.log.length, cache.pending('count')]).toEqual([false, 5, 4])
  })

  test('takes a set into the one before although an update of another key came between', () => {
    const cache = createLoaded({ count: 1 })
    const first = add(cache, set('theme', 'dark'))
    add(cache, plusOne)
    expect(add(cache, set('theme', 'light'))).toBe(first)
  })

  test.each<[string, Operation]>([
    ['a transaction', { kind: 'transaction', run: (tx) => tx.get('theme') }],
    ['a clear', { kind: 'clear' }],
  ])('%s closes every key, since it may have looked at it', (_, operation) => {
    const cache = createLoaded({ count: 1 })
    const first = add(cache, set('count', 2))
    add(cache, operation)
    expect(add(cache, set('count', 3))).not.toBe(first)
    expect(view(cache)).toEqual({ count: 3 })
  })

  test('a set that was taken into another still merges from where the first began', () => {
    const cache = createLoaded({ profile: { name: 'a', city: 'x' } })
    add(cache, set('profile', { name: 'b', city: 'x' }))
    add(cache, set('profile', { name: 'b', city: 'y' }))
    cache.move({ base: state({ profile: { name: 'theirs', city: 'x', langs: ['en'] } }) })
    expect(view(cache)).toEqual({ profile: { name: 'b', city: 'y', langs: ['en'] } })
  })

  test('a delete and a set of one key are one entry, whichever comes last', () => {
    const cache = createLoaded({ count: 1 })
    add(cache, set('count', undefined))
    add(cache, set('count', 2))
    expect([cache.log.map(({ operation }) => operation.kind), view(cache)]).toEqual([['set'], { count: 2 }])
    add(cache, set('count', undefined))
    expect([cache.log.map(({ operation }) => operation.kind), view(cache)]).toEqual([['delete'], {}])
  })

  test('counts the pending mutations of each key', () => {
    const cache = createLoaded({ count: 1 })
    add(cache, set('count', 2))
    add(cache, plusOne)
    add(cache, { kind: 'transaction', run: (tx) => [tx.set('count', 1), tx.set('note', 'a')] })
    expect([cache.pending('count'), cache.pending('note'), cache.pending('theme')]).toEqual([3, 1, 0])
    cache.move({ base: state({ count: 2 }), acknowledged: new Set(cache.send(1)) })
    expect(cache.pending('count')).toBe(2)
  })
})

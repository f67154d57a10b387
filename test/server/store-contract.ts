import type { SessionStore, StoreEntry } from 'sojourn/server'
import { beforeEach, describe, expect, test } from 'vitest'

/** What every store keeps to. `create` gives an empty store that reads the given clock. */
export function describeStore(name: string, create: (now: () => number) => SessionStore): void {
  const time = { now: 0 }
  let store: SessionStore
  const entry = (revision: string, expiresAt = 2_000): StoreEntry => ({ revision, value: `value of ${revision} é\u0000😀`, expiresAt })

  beforeEach(() => {
    time.now = 1_000
    store = create(() => time.now)
  })

  describe(`${name}: the contract of a store`, () => {
    test('what was written is read, as it was', async () => {
      expect(await store.read('a')).toBeUndefined()
      expect(await store.write({ id: 'a', expected: null, entry: entry('r1') })).toBe(true)
      expect(await store.read('a')).toEqual(entry('r1'))
      expect(await store.read('b')).toBeUndefined()
    })

    test.each<[string, string | null, boolean]>([
      ['the stored revision', 'r1', true],
      ['another revision', 'r0', false],
      ['nothing', null, false],
      ['an empty revision', '', false],
    ])('a write that expects %s is stored: %s → %s', async (_, expected, isStored) => {
      await store.write({ id: 'a', expected: null, entry: entry('r1') })
      expect(await store.write({ id: 'a', expected, entry: entry('r2') })).toBe(isStored)
      expect(await store.read('a')).toEqual(entry(isStored ? 'r2' : 'r1'))
    })

    test('a write that expects a revision where nothing is stores nothing', async () => {
      expect(await store.write({ id: 'a', expected: 'r1', entry: entry('r2') })).toBe(false)
      expect(await store.read('a')).toBeUndefined()
    })

    test('a rotation stores both entries', async () => {
      await store.write({ id: 'a', expected: null, entry: entry('r1') })
      expect(await store.write({ id: 'a', expected: 'r1', entry: entry('r2'), insert: { id: 'b', entry: entry('r3') } })).toBe(true)
      expect([await store.read('a'), await store.read('b')]).toEqual([entry('r2'), entry('r3')])
    })

    test('a rotation with another revision stores neither', async () => {
      await store.write({ id: 'a', expected: null, entry: entry('r1') })
      expect(await store.write({ id: 'a', expected: 'r0', entry: entry('r2'), insert: { id: 'b', entry: entry('r3') } })).toBe(false)
      expect([await store.read('a'), await store.read('b')]).toEqual([entry('r1'), undefined])
    })

    test('a rotation to an id that is taken stores neither', async () => {
      await store.write({ id: 'a', expected: null, entry: entry('r1') })
      await store.write({ id: 'b', expected: null, entry: entry('r2') })
      expect(await store.write({ id: 'a', expected: 'r1', entry: entry('r3'), insert: { id: 'b', entry: entry('r4') } })).toBe(false)
      expect([await store.read('a'), await store.read('b')]).toEqual([entry('r1'), entry('r2')])
    })

    test('of many writes on one revision one is stored', async () => {
      await store.write({ id: 'a', expected: null, entry: entry('r1') })
      const revisions = Array.from({ length: 20 }, (_, index) => `n${index}`)
      const results = await Promise.all(revisions.map((revision) => store.write({ id: 'a', expected: 'r1', entry: entry(revision) })))
      expect(results.filter(Boolean)).toHaveLength(1)
      expect((await store.read('a'))?.revision).toBe(revisions[results.indexOf(true)])
    })

    test('remove takes the revision that is named, once', async () => {
      await store.write({ id: 'a', expected: null, entry: entry('r1') })
      expect([await store.remove('a', 'r0'), await store.remove('b', 'r1')]).toEqual([false, false])
      expect([await store.remove('a', 'r1'), await store.remove('a', 'r1')]).toEqual([true, false])
      expect(await store.read('a')).toBeUndefined()
    })

    test('what is over counts as nothing: it is not read, not expected, not in the way', async () => {
      await store.write({ id: 'a', expected: null, entry: entry('r1') })
      await store.write({ id: 'b', expected: null, entry: entry('r2', 3_000) })
      time.now = 2_000
      expect(await store.read('a')).toBeUndefined()
      expect(await store.write({ id: 'a', expected: 'r1', entry: entry('r3', 4_000) })).toBe(false)
      expect(await store.remove('a', 'r1')).toBe(false)
      expect(
        await store.write({ id: 'b', expected: 'r2', entry: entry('r4', 4_000), insert: { id: 'a', entry: entry('r5', 4_000) } }),
      ).toBe(true)
      expect((await store.read('a'))?.revision).toBe('r5')
    })

    test('sweep deletes what is over at a time and leaves the rest', async () => {
      await store.write({ id: 'a', expected: null, entry: entry('r1', 2_000) })
      await store.write({ id: 'b', expected: null, entry: entry('r2', 2_001) })
      expect(await store.sweep(1_999)).toBe(0)
      expect(await store.sweep(2_000)).toBe(1)
      expect([await store.read('a'), await store.read('b')]).toEqual([undefined, entry('r2', 2_001)])
    })
  })
}

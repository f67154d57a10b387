// What holds for every merge, over drawn inputs. MERGE_RUNS sets how many each property draws (100,000 take some minutes).
import process from 'node:process'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { mergeUnknownFields } from '../../src/cache/unknown-fields.ts'
import { merge } from '../../src/merge/merge.ts'
import { isEqual, type Json } from '../../src/protocol/json.ts'

const numRuns = Number(process.env.MERGE_RUNS ?? 400)

/** Holds a property for drawn inputs. An input is frozen, so that a merge that changes it throws. */
function hold<T extends unknown[]>(inputs: { [K in keyof T]: fc.Arbitrary<T[K]> }, property: (...inputs: T) => boolean): void {
  const freeze = (value: unknown): void => {
    if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze)
  }
  fc.assert(
    fc.property(fc.tuple(...inputs) as unknown as fc.Arbitrary<T>, (drawn) => {
      freeze(drawn)
      return property(...drawn)
    }),
    { numRuns },
  )
}

const leaf = fc.constantFrom<Json>(0, 1, 2, 'a', 'b', null, true)
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.dictionary(fc.constantFrom('a', 'b', 'id', '__proto__'), tie('value'), { maxKeys: 3 }),
    fc.array(tie('value'), { maxLength: 4 }),
  ),
}))

interface Item {
  readonly id: number
  readonly n: number
}
const item: fc.Arbitrary<Item> = fc.record({ id: fc.nat(7), n: fc.nat(2) })
const list = fc.uniqueArray(item, { selector: ({ id }) => id, maxLength: 7 })
const texts = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 6 })

const mergeItems = (base: readonly Item[], mine: readonly Item[], theirs: readonly Item[]): readonly Item[] =>
  merge(base as unknown as Json, mine as unknown as Json, theirs as unknown as Json) as unknown as readonly Item[]
const idsOf = (items: readonly Item[]): number[] => items.map(({ id }) => id)
const has = (items: readonly Item[], id: number): boolean => idsOf(items).includes(id)
const find = (items: readonly Item[], id: number): Item | undefined => items.find((one) => one.id === id)
const sorted = (ids: readonly number[]): string => [...ids].sort().join()

describe('the merge of any three values', () => {
  test('is what one side made of it if the other left it alone, and the value that both agree on', () => {
    hold([value, value], (base, other) => {
      return (
        isEqual(merge(base, other, base), other) && isEqual(merge(base, base, other), other) && isEqual(merge(base, other, other), other)
      )
    })
  })

  test('is the same for the same values, and has no leaf that neither side has', () => {
    const leavesOf = (value: unknown): string[] =>
      typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [JSON.stringify(value)]
    hold([value, value, value], (base, mine, theirs) => {
      const known = new Set([...leavesOf(mine), ...leavesOf(theirs)])
      const merged = merge(base, mine, theirs)
      return isEqual(merged, merge(base, mine, theirs)) && leavesOf(merged).every((leaf) => known.has(leaf))
    })
  })
})

describe('the merge of lists with ids', () => {
  test('keeps each item once, and drops only what one side deleted and the other left as it was', () => {
    hold([list, list, list], (base, mine, theirs) => {
      const merged = mergeItems(base, mine, theirs)
      const isWanted = (id: number): boolean => {
        const [was, ours, others] = [base, mine, theirs].map((items) => find(items, id))
        if (!was || (ours && others)) return ours !== undefined || others !== undefined
        const left = ours ?? others
        return left !== undefined && left.n !== was.n
      }
      const wanted = [...new Set([...idsOf(mine), ...idsOf(theirs)])].filter(isWanted)
      return sorted(idsOf(merged)) === sorted(wanted)
    })
  })

  test('has the same items whoever is first', () => {
    hold([list, list, list], (base, mine, theirs) => {
      return sorted(idsOf(mergeItems(base, mine, theirs))) === sorted(idsOf(mergeItems(base, theirs, mine)))
    })
  })

  test('keeps their order of what they have, unless only mine reordered what all keep', () => {
    hold([list, list, list], (base, mine, theirs) => {
      const order = (items: readonly Item[], of: readonly Item[]): string =>
        idsOf(items)
          .filter((id) => has(of, id))
          .join()
      const common = base.filter(({ id }) => has(mine, id) && has(theirs, id))
      const isReordered = (items: readonly Item[]): boolean => order(items, common) !== order(base, common)
      const leading = isReordered(mine) && !isReordered(theirs) ? mine : theirs
      const merged = mergeItems(base, mine, theirs)
      return order(merged, leading) === order(leading, merged)
    })
  })

  test('loses no insertion of three clients', () => {
    hold([list, list, list, list], (base, one, two, three) => {
      const merged = mergeItems(base, one, mergeItems(base, two, three))
      return [one, two, three].every((items) => idsOf(items).every((id) => has(base, id) || has(merged, id)))
    })
  })
})

describe('the merge of lists without ids', () => {
  test('keeps as many equal items as both sides together inserted, if any moved or the lengths differ', () => {
    const count = (items: readonly string[], text: string): number => items.filter((one) => one === text).length
    hold([texts, texts, texts], (base, mine, theirs) => {
      if (mine.length === base.length && theirs.length === base.length) return true
      const merged = merge(base, mine, theirs) as readonly string[]
      return ['a', 'b', 'c', 'd'].every((text) => {
        const [was, ours, others, all] = [base, mine, theirs, merged].map((items) => count(items, text)) as [number, number, number, number]
        const isDeleted = ours < was || others < was
        return isDeleted ? all <= Math.max(ours, others) : all >= Math.max(ours, others) && all <= ours + others - was
      })
    })
  })
})

describe('unknown fields', () => {
  interface Stored extends Item {
    readonly note?: string
  }
  const stored: fc.Arbitrary<Stored> = fc.record(
    { id: fc.nat(7), n: fc.nat(2), note: fc.constantFrom('x', 'y') },
    { requiredKeys: ['id', 'n'] },
  )
  const notes = fc.uniqueArray(stored, { selector: ({ id }) => id, maxLength: 7 })
  const strip = (items: readonly Stored[]): Json => items.map(({ id, n }) => ({ id, n }))
  const put = (mine: readonly Item[], over: readonly Stored[]): readonly Stored[] =>
    mergeUnknownFields(strip(over), mine as unknown as Json, over as unknown as Json) as unknown as readonly Stored[]

  test('leave what the schema sees as it was written', () => {
    hold([list, notes], (mine, over) => isEqual(strip(put(mine, over)), mine as unknown as Json))
  })

  test('stay with the item of their id, and no item gets one that it never had', () => {
    hold([list, notes], (mine, over) => put(mine, over).every(({ id, note }) => note === over.find((one) => one.id === id)?.note))
  })

  test('of items without ids stay with an equal item', () => {
    const plain = fc.array(fc.record({ n: fc.nat(2), note: fc.constantFrom('x', 'y') }), { maxLength: 5 })
    const kept = fc.array(fc.record({ n: fc.nat(2) }), { maxLength: 5 })
    hold([kept, plain], (mine, over) => {
      const merged = mergeUnknownFields(
        over.map(({ n }) => ({ n })),
        mine,
        over,
      ) as readonly { readonly n: number; readonly note?: string }[]
      return merged.every(
        ({ n, note }, place) => n === mine[place]?.n && (note === undefined || over.some((one) => one.n === n && one.note === note)),
      )
    })
  })
})

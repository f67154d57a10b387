// The cases of the store contract for one command at a time, as a table. describe-store.ts runs them.
import type { SessionStore, StoreEntry } from '../store.ts'

/** What a case gets: an empty store, its clock at 1,000,000, and `expect`. */
export interface CaseParts {
  readonly store: SessionStore
  readonly time: { now: number }
  expect(value: unknown): { toEqual(expected: unknown): unknown }
}

/** A case of the contract, by its title. */
export type StoreCase = readonly [title: string, run: (parts: CaseParts) => Promise<void>]

/** Returns an id as the handler makes them: 43 characters of base64url. */
export const idOf = (letter: string): string => letter.repeat(43)

/** Returns an entry that ends at 2,000,000 unless it is given another end. */
export const entryOf = (revision: string, parts: Partial<StoreEntry> = {}): StoreEntry => ({
  revision,
  value: `{"value of":"${revision}","letters":"é \\" 😀 %s \\\\"}`,
  expiresAt: 2_000_000,
  ...parts,
})

const [a, b, ada, bob] = ['a', 'b', 'A', 'B'].map(idOf) as [string, string, string, string]

/** Lets a store settle what it does after its promise, such as a notification. */
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Every case that needs one writer. */
export const storeCases: readonly StoreCase[] = [
  [
    'reads what was written, as it was',
    async ({ store, expect }) => {
      expect(await store.read(a)).toEqual(undefined)
      expect(await store.write({ id: a, expected: null, entry: entryOf('r1') })).toEqual(true)
      expect(await store.read(a)).toEqual(entryOf('r1'))
      expect(await store.read(b)).toEqual(undefined)
    },
  ],
  [
    'keeps a value of a megabyte and an empty one',
    async ({ store, expect }) => {
      for (const [id, value] of [
        [a, '€"'.repeat(350_000)],
        [b, ''],
      ] as const) {
        await store.write({ id, expected: null, entry: entryOf('r1', { value }) })
        expect((await store.read(id))?.value === value).toEqual(true)
      }
    },
  ],
  ...(
    [
      ['the stored revision', 'r1', true],
      ['another revision', 'r0', false],
      ['nothing', null, false],
      ['an empty revision', '', false],
    ] as const
  ).map(
    ([title, expected, isStored]): StoreCase => [
      `a write that expects ${title} ${isStored ? 'is stored' : 'is refused'}`,
      async ({ store, expect }) => {
        await store.write({ id: a, expected: null, entry: entryOf('r1') })
        expect(await store.write({ id: a, expected, entry: entryOf('r2') })).toEqual(isStored)
        expect(await store.read(a)).toEqual(entryOf(isStored ? 'r2' : 'r1'))
      },
    ],
  ),
  [
    'a write that expects a revision is refused if nothing is stored',
    async ({ store, expect }) => {
      expect(await store.write({ id: a, expected: 'r1', entry: entryOf('r2') })).toEqual(false)
      expect(await store.read(a)).toEqual(undefined)
    },
  ],
  [
    'a rotation stores both entries',
    async ({ store, expect }) => {
      await store.write({ id: a, expected: null, entry: entryOf('r1') })
      const insert = { id: b, entry: entryOf('r3') }
      expect(await store.write({ id: a, expected: 'r1', entry: entryOf('r2'), insert })).toEqual(true)
      expect([await store.read(a), await store.read(b)]).toEqual([entryOf('r2'), entryOf('r3')])
    },
  ],
  [
    'a rotation with another revision stores neither entry',
    async ({ store, expect }) => {
      await store.write({ id: a, expected: null, entry: entryOf('r1') })
      const insert = { id: b, entry: entryOf('r3') }
      expect(await store.write({ id: a, expected: 'r0', entry: entryOf('r2'), insert })).toEqual(false)
      expect([await store.read(a), await store.read(b)]).toEqual([entryOf('r1'), undefined])
    },
  ],
  [
    'a rotation to an id that is taken stores neither entry',
    async ({ store, expect }) => {
      await store.write({ id: a, expected: null, entry: entryOf('r1') })
      await store.write({ id: b, expected: null, entry: entryOf('r2') })
      const insert = { id: b, entry: entryOf('r4') }
      expect(await store.write({ id: a, expected: 'r1', entry: entryOf('r3'), insert })).toEqual(false)
      expect([await store.read(a), await store.read(b)]).toEqual([entryOf('r1'), entryOf('r2')])
    },
  ],
  [
    'of many writes on one revision one is stored',
    async ({ store, expect }) => {
      await store.write({ id: a, expected: null, entry: entryOf('r1') })
      const revisions = Array.from({ length: 20 }, (_, index) => `n${index}`)
      const results = await Promise.all(revisions.map((revision) => store.write({ id: a, expected: 'r1', entry: entryOf(revision) })))
      expect(results.filter(Boolean).length).toEqual(1)
      expect((await store.read(a))?.revision).toEqual(revisions[results.indexOf(true)])
    },
  ],
  [
    'remove deletes the revision that it names, once',
    async ({ store, expect }) => {
      await store.write({ id: a, expected: null, entry: entryOf('r1') })
      expect([await store.remove(a, 'r0'), await store.remove(b, 'r1')]).toEqual([false, false])
      expect([await store.remove(a, 'r1'), await store.remove(a, 'r1')]).toEqual([true, false])
      expect(await store.read(a)).toEqual(undefined)
    },
  ],
  [
    'an expired entry counts as nothing: it is not read, not expected and not in the way',
    async ({ store, time, expect }) => {
      const late = { expiresAt: 4_000_000 }
      await store.write({ id: a, expected: null, entry: entryOf('r1') })
      await store.write({ id: b, expected: null, entry: entryOf('r2', { expiresAt: 3_000_000 }) })
      time.now = 2_000_000
      expect(await store.read(a)).toEqual(undefined)
      expect(await store.write({ id: a, expected: 'r1', entry: entryOf('r3', late) })).toEqual(false)
      expect(await store.remove(a, 'r1')).toEqual(false)
      const insert = { id: a, entry: entryOf('r5', late) }
      expect(await store.write({ id: b, expected: 'r2', entry: entryOf('r4', late), insert })).toEqual(true)
      expect((await store.read(a))?.revision).toEqual('r5')
    },
  ],
  [
    'sweep deletes what has expired, at most as many as it may, and leaves the rest',
    async ({ store, time, expect }) => {
      if (!store.sweep) return
      for (const letter of ['c', 'd', 'e']) await store.write({ id: idOf(letter), expected: null, entry: entryOf('r1') })
      await store.write({ id: a, expected: null, entry: entryOf('r2', { expiresAt: 2_000_001 }) })
      time.now = 2_000_000
      expect(await store.sweep(1_999_999, 10)).toEqual(0)
      expect([await store.sweep(time.now, 2), await store.sweep(time.now, 2), await store.sweep(time.now, 2)]).toEqual([2, 1, 0])
      expect(await store.read(a)).toEqual(entryOf('r2', { expiresAt: 2_000_001 }))
    },
  ],
  [
    'listByOwner lists the living entries of an owner, under their ids of now',
    async ({ store, time, expect }) => {
      if (!store.listByOwner) return
      const listed = async (owner: string): Promise<string[]> => ((await store.listByOwner?.(owner)) ?? []).map(({ id }) => id).sort()
      await store.write({ id: a, expected: null, entry: entryOf('r1', { owner: ada }) })
      await store.write({ id: b, expected: null, entry: entryOf('r2', { owner: ada, expiresAt: 1_500_000 }) })
      await store.write({ id: idOf('c'), expected: null, entry: entryOf('r3', { owner: bob }) })
      await store.write({ id: idOf('d'), expected: null, entry: entryOf('r4') })
      expect([await listed(ada), await listed(bob)]).toEqual([[a, b], [idOf('c')]])
      expect(await store.read(a)).toEqual(entryOf('r1', { owner: ada }))
      const insert = { id: idOf('e'), entry: entryOf('r6', { owner: ada }) }
      await store.write({ id: a, expected: 'r1', entry: entryOf('r5'), insert })
      time.now = 1_500_000
      const entries = (await store.listByOwner(ada)).filter(({ entry }) => entry.owner === ada)
      expect(entries).toEqual([insert])
      await store.remove(idOf('c'), 'r3')
      expect(await listed(bob)).toEqual([])
    },
  ],
  [
    'an entry that gets an owner later is listed',
    async ({ store, expect }) => {
      if (!store.listByOwner) return
      await store.write({ id: a, expected: null, entry: entryOf('r1') })
      await store.write({ id: a, expected: 'r1', entry: entryOf('r2', { owner: ada }) })
      expect(await store.listByOwner(ada)).toEqual([{ id: a, entry: entryOf('r2', { owner: ada }) }])
      await store.write({ id: a, expected: 'r2', entry: entryOf('r3') })
      expect((await store.listByOwner(ada)).filter(({ entry }) => entry.owner === ada)).toEqual([])
    },
  ],
  [
    'watch wakes after a write, a rotation and a removal of the id, until it is stopped',
    async ({ store, expect }) => {
      if (!store.watch) return
      const woken: string[] = []
      const stop = store.watch(a, () => woken.push('a'))
      // A feed needs a moment before it is connected.
      await pause(100)
      const untilWoken = async (count: number): Promise<void> => {
        for (let tries = 0; woken.length < count && tries < 400; tries += 1) await pause(10)
        expect(woken.length >= count).toEqual(true)
      }
      await store.write({ id: a, expected: null, entry: entryOf('r1') })
      await untilWoken(1)
      const afterFirst = woken.length
      await store.write({ id: a, expected: 'r1', entry: entryOf('r2'), insert: { id: b, entry: entryOf('r3') } })
      await untilWoken(afterFirst + 1)
      const afterSecond = woken.length
      await store.remove(a, 'r2')
      await untilWoken(afterSecond + 1)
      stop()
      await pause(100)
      const atStop = woken.length
      await store.write({ id: a, expected: null, entry: entryOf('r4') })
      await pause(100)
      expect(woken.length).toEqual(atStop)
    },
  ],
]

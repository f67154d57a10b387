import type { SessionStore, StoreEntry } from '../store.ts'

/** Options of `createMemoryStore`. */
export interface MemoryStoreOptions {
  /**
   * The wall clock, in milliseconds since the epoch.
   *
   * @default Date.now
   */
  readonly now?: (() => number) | undefined
}

/**
 * Keeps sessions in the memory of one process: for tests, development and demonstrations. A restart ends every session.
 *
 * @example
 * const handler = createSessionHandler({ store: createMemoryStore() })
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): SessionStore {
  const now = options.now ?? Date.now
  const entries = new Map<string, StoreEntry>()
  let sweepAtSize = 1_000

  const find = (id: string): StoreEntry | undefined => {
    const entry = entries.get(id)
    return entry && entry.expiresAt > now() ? entry : undefined
  }

  const sweep = (time: number): number => {
    const over = [...entries].filter(([, entry]) => entry.expiresAt <= time)
    for (const [id] of over) entries.delete(id)
    return over.length
  }

  return {
    read: async (id) => find(id),
    write: async ({ id, expected, entry, insert }) => {
      if ((find(id)?.revision ?? null) !== expected || (insert && find(insert.id))) return false
      entries.set(id, entry)
      if (insert) entries.set(insert.id, insert.entry)
      if (entries.size > sweepAtSize) {
        // Doubling keeps the cost of each write constant, and nobody has to call sweep for the memory's sake.
        sweep(now())
        sweepAtSize = Math.max(1_000, entries.size * 2)
      }
      return true
    },
    remove: async (id, revision) => find(id)?.revision === revision && entries.delete(id),
    sweep: async (time) => sweep(time),
  }
}

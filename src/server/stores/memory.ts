// Owns the store in the memory of one process. Called by the handler and by tests; nothing outlives the process.
import { checkMembers, functionRule, type OptionRule, wholeRule } from '../check-members.ts'
import type { SessionStore, StoreEntry } from '../store.ts'
import { createWatchers } from './watchers.ts'

/** Options of `createMemoryStore`. */
export interface MemoryStoreOptions {
  /**
   * How many sessions it holds at most. A visitor who would create another gets a 503; those who have one go on.
   *
   * @default 100_000
   */
  readonly maxSessions?: number | undefined
  /**
   * The wall clock, in milliseconds since the epoch.
   *
   * @default Date.now
   */
  readonly now?: (() => number) | undefined
}

const rules: { readonly [K in keyof Required<MemoryStoreOptions>]: OptionRule } = { maxSessions: wholeRule(2 ** 24), now: functionRule }

/**
 * Creates a store in the memory of one process: for tests, development and demonstrations. A restart ends every session.
 *
 * @throws SessionConfigError if an option is unknown, or of a wrong type or range.
 * @example
 * const sessions = createSessionHandler({ store: createMemoryStore(), schema })
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): Required<SessionStore> {
  checkMembers('create the memory store', options, { rules })
  const { now = Date.now, maxSessions = 100_000 } = options
  const entries = new Map<string, StoreEntry>()
  const watchers = createWatchers()

  const find = (id: string): StoreEntry | undefined => {
    const entry = entries.get(id)
    return entry && entry.expiresAt > now() ? entry : undefined
  }

  const sweep = (time: number, limit: number): number => {
    let swept = 0
    for (const [id, { expiresAt }] of entries) {
      if (swept === limit) break
      if (expiresAt > time || !entries.delete(id)) continue
      swept += 1
      watchers.wake(id)
    }
    return swept
  }

  /** A log-in needs room for two entries, so only creations are refused. */
  const makeRoom = (): void => {
    if (entries.size < maxSessions || sweep(now(), Number.POSITIVE_INFINITY) > 0) return
    throw new Error(
      `Failed to create a session: the memory store holds its ${maxSessions} sessions. Raise maxSessions, or use another store.`,
    )
  }

  return {
    read: async (id) => find(id),
    write: async ({ id, expected, entry, insert }) => {
      const stored = find(id)
      if (stored?.revision === entry.revision) return true
      if ((stored?.revision ?? null) !== expected || (insert && find(insert.id))) return false
      if (!stored) makeRoom()
      if (insert) entries.set(insert.id, insert.entry)
      entries.set(id, entry)
      watchers.wake(id)
      return true
    },
    remove: async (id, revision) => {
      if (find(id)?.revision !== revision) return false
      entries.delete(id)
      watchers.wake(id)
      return true
    },
    sweep: async (time, limit) => sweep(time, limit),
    watch: watchers.add,
    listByOwner: async (owner) => {
      const listed = [...entries].map(([id, entry]) => ({ id, entry }))
      return listed.filter(({ id, entry }) => entry.owner === owner && find(id))
    },
    close: async () => entries.clear(),
  }
}

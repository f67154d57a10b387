// Owns the index of owners of the Redis store: a sorted set for each owner, of ids by the time at which they were noted. Called by redis.ts.
import { noteScript, type Runner } from './redis-scripts.ts'

/** What the index works with. */
export interface OwnerIndexParts {
  send(args: string[], key: string): Promise<unknown>
  readonly run: Runner
  readonly prefix: string
  readonly now: () => number
}

/** Finds the ids of an owner's entries. */
export interface OwnerIndex {
  /** Notes an id, no later than its entry is written. */
  note(owner: string, id: string, expiresAt: number): Promise<void>
  /** Returns every id that was noted; some may have no entry any more. */
  members(owner: string): Promise<readonly string[]>
  /** Forgets those ids that were noted long ago. A younger one may belong to a write in flight. */
  prune(owner: string, ids: readonly string[]): Promise<void>
}

/** An id is noted again after this time, and an id without an entry is forgotten after it, in milliseconds. */
const hourMs = 3_600_000

/** The index lives this much longer than its longest entry, in milliseconds, so that most writes leave it alone. */
const spareMs = 86_400_000

/** How many ids are known to be noted. */
const maxKnown = 10_000

/** Creates the index. */
export function createOwnerIndex({ send, run, prefix, now }: OwnerIndexParts): OwnerIndex {
  const keyOf = (owner: string): string => `${prefix}owner:${owner}`
  const known = new Map<string, { readonly owner: string; readonly until: number; readonly endsBefore: number }>()

  return {
    note: async (owner, id, expiresAt) => {
      const before = known.get(id)
      if (before && before.owner === owner && before.until > now() && expiresAt <= before.endsBefore) return
      const endsBefore = expiresAt + spareMs
      await run(noteScript, keyOf(owner), [String(now()), id, String(Math.ceil((endsBefore - now()) / 1000))])
      if (known.size >= maxKnown) known.clear()
      known.set(id, { owner, until: now() + hourMs, endsBefore })
    },
    members: async (owner) => ((await send(['ZRANGE', keyOf(owner), '0', '-1'], keyOf(owner))) as unknown[]).map(String),
    prune: async (owner, ids) => {
      const key = keyOf(owner)
      const noted = await Promise.all(ids.map(async (id) => ({ id, at: Number(await send(['ZSCORE', key, id], key)) })))
      const old = noted.filter(({ at }) => at < now() - 2 * hourMs).map(({ id }) => id)
      if (old.length > 0) await send(['ZREM', key, ...old], key)
    },
  }
}

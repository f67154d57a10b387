// Models Django's `cached_db` engine: rows behind a cache. The session's endpoint reads rows, other server code reads the cache first.
import type { SessionStore, StoreEntry } from '../../src/server/index.ts'
import { createRows, erase, type Keeping } from './engine.ts'
import { withWholeSaves } from './whole-saves.ts'

/** Creates rows behind a cache. Every save writes both. The endpoint reads the row; other code reads whatever the cache holds. */
export function createCachedDb(now: () => number): Keeping {
  const rows = createRows()
  const cache = new Map<string, StoreEntry>()

  const refresh = async (id: string): Promise<void> => {
    const row = await rows.read(id)
    if (row) cache.set(id, row)
    else cache.delete(id)
  }

  const withCache = (store: SessionStore): SessionStore => ({
    ...store,
    write: async (write) => {
      const isStored = await store.write(write)
      if (isStored) await Promise.all([write.id, ...(write.insert ? [write.insert.id] : [])].map(refresh))
      return isStored
    },
    remove: async (id, revision) => {
      const isRemoved = await store.remove(id, revision)
      if (isRemoved) await refresh(id)
      return isRemoved
    },
  })

  const readThrough = async (id: string): Promise<StoreEntry | undefined> => {
    const cached = cache.get(id)
    if (cached && cached.expiresAt > now()) return cached
    await refresh(id)
    return cache.get(id)
  }

  return {
    endpoint: withCache(rows),
    ordinary: { ...withCache(withWholeSaves(rows)), read: readThrough },
    evict: async (id) => void cache.delete(id),
    deleteRow: (id) => erase(rows, id),
    loadLate: async (id) => {
      const row = await rows.read(id)
      return () => {
        if (row) cache.set(id, row)
      }
    },
  }
}

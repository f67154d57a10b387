// Builds the storage of the engines that keep sessions on the server. Called by create-backend; `signed_cookies` is in
// cookie-backend.ts.
import { fromEntry } from '../../src/server/entries.ts'
import { createMemoryStore, type SessionStore, type StoreEntry } from '../../src/server/index.ts'
import { createCachedDb } from './cached-db.ts'
import { createRows, erase, type Keeping, type MockBackendName } from './engine.ts'
import { withWholeSaves } from './whole-saves.ts'

/** The engines that keep sessions on the server. */
export type StoredEngine = Exclude<MockBackendName, 'signed_cookies'>

function createDb(): Keeping {
  const rows = createRows()
  return { endpoint: rows, ordinary: withWholeSaves(rows), deleteRow: (id) => erase(rows, id) }
}

function createCache(now: () => number): Keeping {
  const entries = createMemoryStore({ now })
  return { endpoint: entries, ordinary: withWholeSaves(entries), evict: (id) => erase(entries, id) }
}

function createFiles(): Keeping {
  const files = createRows()
  return { endpoint: files, ordinary: withoutSeconds(withWholeSaves(files)) }
}

/** Django's file engine computes a session's age from its `expiry` in seconds, which never runs down. */
function withoutSeconds(store: SessionStore): SessionStore {
  const read = async (id: string): Promise<StoreEntry | undefined> => {
    const entry = await store.read(id)
    const record = entry && fromEntry(entry).record
    const rule = record?.expiry ?? record?.life
    return entry && typeof rule === 'number' && rule > 0 ? { ...entry, expiresAt: Number.POSITIVE_INFINITY } : entry
  }
  return { ...store, read }
}

const engines: Readonly<Record<StoredEngine, (now: () => number) => Keeping>> = {
  db: createDb,
  cached_db: createCachedDb,
  cache: createCache,
  file: createFiles,
}

/** Creates the storage of an engine. */
export const createKeeping = (engine: StoredEngine, now: () => number): Keeping => engines[engine](now)

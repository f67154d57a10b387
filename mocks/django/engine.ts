// Names Django's session engines and declares where each keeps its sessions. Implemented by stored.ts and cached-db.ts.
import { createMemoryStore, type SessionStore } from '../../src/server/index.ts'

/**
 * The session engine of a Django project, by the name of its module in `django.contrib.sessions.backends`:
 *
 * - `db`: a row for each session.
 * - `cached_db`: rows behind a cache, which ordinary code reads first. The endpoint reads the row.
 * - `cache`: a cache only, such as Redis. An evicted session is gone.
 * - `file`: a file for each session. Ordinary code still reads a session whose `expiry` in seconds has passed.
 * - `signed_cookies`: the cookie holds the session itself, in at most 4,096 bytes. The server can neither compare nor revoke.
 */
export type MockBackendName = 'db' | 'cached_db' | 'cache' | 'file' | 'signed_cookies'

/** All engines. */
export const engines: readonly MockBackendName[] = ['db', 'cached_db', 'cache', 'file', 'signed_cookies']

/** Where a server keeps its sessions, and how they can be lost there. */
export interface Keeping {
  /** The store of the session's endpoint, which writes by compare-and-set. */
  readonly endpoint: SessionStore
  /** The store of the server's other code. */
  readonly ordinary: SessionStore
  /** Evicts an entry from the cache. */
  readonly evict?: (id: string) => Promise<void>
  /** Deletes a row and leaves the cache alone. */
  readonly deleteRow?: (id: string) => Promise<void>
  /** Reads a row, as a load does that missed the cache. Returns a function that fills the cache with what was read. */
  readonly loadLate?: (id: string) => Promise<() => void>
}

/** Creates a table of sessions, or a folder. An expired session stays there until a clean-up, and a save revives it. */
export const createRows = (): SessionStore => createMemoryStore({ now: () => 0 })

/** Deletes the entry stored under an id, if there is one. */
export async function erase(store: SessionStore, id: string): Promise<void> {
  const entry = await store.read(id)
  if (entry) await store.remove(id, entry.revision)
}

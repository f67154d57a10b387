// Names Django's session engines and declares where each keeps its sessions. Implemented by stored.ts and cached-db.ts.
import { createMemoryStore, type SessionStore } from '../../src/server/index.ts'

/**
 * The session engine of a Django project, by the name of its module in `django.contrib.sessions.backends`:
 *
 * - `db`: a row for each session.
 * - `cached_db`: rows behind a cache, which ordinary code reads first. The endpoint reads the row.
 * - `cache`: a cache alone, such as Redis. What it evicts is gone.
 * - `file`: a file for each session. Ordinary code goes on reading one whose `expiry` in seconds is over.
 * - `signed_cookies`: the session itself lies in the cookie, in at most 4,096 bytes. Nothing compares and nothing is revoked.
 */
export type MockBackendName = 'db' | 'cached_db' | 'cache' | 'file' | 'signed_cookies'

/** All of them. */
export const engines: readonly MockBackendName[] = ['db', 'cached_db', 'cache', 'file', 'signed_cookies']

/** How a server keeps its sessions, and what may befall them there. */
export interface Keeping {
  /** What the session's endpoint reads, and writes by compare-and-set. */
  readonly endpoint: SessionStore
  /** What the server's other code reads and writes. */
  readonly ordinary: SessionStore
  /** Takes an entry out of the cache. */
  readonly evict?: (id: string) => Promise<void>
  /** Deletes a row, and nothing from a cache. */
  readonly deleteRow?: (id: string) => Promise<void>
  /** Reads a row for a load that missed the cache; the function that it returns fills the cache with what was read. */
  readonly loadLate?: (id: string) => Promise<() => void>
}

/** A table of sessions, or a folder. What is over stays there until somebody cleans up, and a save revives it. */
export const createRows = (): SessionStore => createMemoryStore({ now: () => 0 })

/** Deletes whatever is stored under an id. */
export async function erase(store: SessionStore, id: string): Promise<void> {
  const entry = await store.read(id)
  if (entry) await store.remove(id, entry.revision)
}

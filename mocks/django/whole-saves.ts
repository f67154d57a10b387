// Makes a store save as `request.session` does: the whole session as it was read. Never merges with what others stored since.
import { SessionEndedError } from '../../src/errors/session-ended-error.ts'
import { fromEntry, toEntry } from '../../src/server/entries.ts'
import type { SessionStore, StoreEntry } from '../../src/server/index.ts'
import { erase } from './engine.ts'

const isSession = (entry: StoreEntry | undefined): entry is StoreEntry => entry !== undefined && fromEntry(entry).record !== undefined

/** Django gives a new key's cookie exactly the session's lifetime, so that the next commit sets the cookie again. */
function withDjangoCookie(entry: StoreEntry): StoreEntry {
  const { record } = fromEntry(entry)
  return record?.cookieUntil ? toEntry({ ...record, cookieUntil: record.expiresAt }) : entry
}

/**
 * Returns a store that saves as `request.session` does: the whole session as it was read, regardless of what others stored
 * since. It does not save a deleted session (Django's `SessionInterrupted`), but `cycle_key` still moves it to a new key.
 */
export function withWholeSaves(store: SessionStore): SessionStore {
  return {
    ...store,
    write: async (given) => {
      const { id, expected, insert } = given
      if (expected === null) return store.write({ ...given, entry: withDjangoCookie(given.entry) })
      const write = insert ? { ...given, insert: { ...insert, entry: withDjangoCookie(insert.entry) } } : given
      // Retries if another writer comes in between, because Django compares with nothing.
      for (;;) {
        const stored = await store.read(id)
        if (!isSession(stored) && !insert) throw new SessionEndedError('replaced', 'not-stored', {})
        if (await store.write({ ...write, expected: stored?.revision ?? null })) return true
      }
    },
    remove: async (id) => {
      if (isSession(await store.read(id))) await erase(store, id)
      return true
    },
  }
}

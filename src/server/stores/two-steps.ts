// Owns how a rotation is written without a transaction. Called by stores whose engine compares and sets one key at a time; the test
// test/server/stores/rotation-model.test.ts explores every interleaving, crash and lost response of it.
import type { StoreEntry, StoreWrite } from '../store.ts'

/** What an engine does with one key. Both are idempotent by revision, and reject if the outcome is unknown. */
export interface SingleKeys {
  write(id: string, expected: string | null, entry: StoreEntry): Promise<boolean>
  remove(id: string, revision: string): Promise<boolean>
  readonly now: () => number
}

/**
 * How long a refusal is believed, in milliseconds. A later one may be the answer to a repeated command whose tombstone has expired:
 * then the write was stored, and the new entry is the living session.
 */
const believedMs = 30_000

/**
 * Writes the session under its next key first, then the old key's tombstone. In the other order a crash between the two loses the
 * session. A crash here leaves an entry that no key leads to, until it expires.
 */
export async function writeInTwoSteps(keys: SingleKeys, { id, expected, entry, insert }: StoreWrite): Promise<boolean> {
  const startedAt = keys.now()
  if (insert && !(await keys.write(insert.id, null, insert.entry))) return false
  const isWritten = await keys.write(id, expected, entry)
  if (!isWritten && insert && keys.now() - startedAt < believedMs) {
    // The answer is known; if this fails, the new entry only stays until it expires.
    await keys.remove(insert.id, insert.entry.revision).catch(() => {})
  }
  return isWritten
}

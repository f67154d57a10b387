import { isObject, parseJson } from '../protocol/json.ts'
import { UnreadableEntryError } from './faults.ts'
import type { SessionRecord } from './record.ts'
import type { StoreEntry } from './store.ts'

/** How long the old key still answers the commit that rotated it, in milliseconds. */
export const graceMs = 60_000

/** What is left at a key that was rotated. */
export interface Tombstone {
  /** With the old key it gives the new one; null where nothing may lead there, as after a log-in. */
  readonly salt: string | null
  /** The Idempotency-Key of the commit that rotated it, the only one that is led on. */
  readonly by: string | null
  readonly until: number
}

/** What a store's entry holds. */
export type Content =
  | { readonly record: SessionRecord; readonly tombstone?: undefined }
  | { readonly tombstone: Tombstone; readonly record?: undefined }

/** The entry of a session. Its revision is the version's random part: new with each write, as a store wants it. */
export function toEntry(record: SessionRecord): StoreEntry {
  return { revision: record.mark, value: JSON.stringify({ record } satisfies Content), expiresAt: record.expiresAt }
}

/** The entry of a rotated key. */
export function toTombstoneEntry(tombstone: Tombstone, revision: string): StoreEntry {
  return { revision, value: JSON.stringify({ tombstone } satisfies Content), expiresAt: tombstone.until }
}

/** Returns what an entry of ours holds. */
export function fromEntry(entry: StoreEntry): Content {
  return JSON.parse(entry.value) as Content
}

/**
 * Returns what an entry of a store holds.
 *
 * @throws UnreadableEntryError if it is not of ours, or was torn.
 */
export function readEntry(id: string, entry: StoreEntry): Content {
  const content = parseJson(entry.value)
  if (isObject(content) && (isRecord(content.record) || (content.record === undefined && isObject(content.tombstone)))) {
    return content as unknown as Content
  }
  throw new UnreadableEntryError(id, entry.revision)
}

/** As much as keeps a damaged record from being taken for a session; members that a later version added are let through. */
function isRecord(value: unknown): boolean {
  if (!isObject(value)) return false
  const { lineage, seq, mark, data, tags, clients } = value
  const isNamed = typeof lineage === 'string' && typeof mark === 'string' && Number.isSafeInteger(seq)
  return isNamed && isObject(data) && isObject(tags) && Array.isArray(clients)
}

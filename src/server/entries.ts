// Owns the form of what a store keeps: sessions, tombstones of rotated keys, and the marks of `endAll`. Called by vault.ts and people.ts.
import { isObject, parseJson } from '../protocol/json.ts'
import { UnreadableEntryError } from './faults.ts'
import { bodyHashLength, type ClientRecord } from './past-writes.ts'
import type { SessionRecord } from './record.ts'
import type { StoreEntry } from './store.ts'

/** How long the old key still answers the commit that rotated it, in milliseconds. */
export const graceMs = 60_000

/** What is left at a key that was rotated. */
export interface Tombstone {
  /** With the old key it gives the new one; null if nothing may lead there, as after a log-in. */
  readonly salt: string | null
  /** The Idempotency-Key of the commit that rotated it, the only one that is led on. */
  readonly by: string | null
  readonly until: number
}

/** What a store's entry holds. */
export type Content =
  | { readonly record: SessionRecord; readonly tombstone?: undefined }
  | { readonly tombstone: Tombstone; readonly record?: undefined }

/** A client's record as it is stored: about 50 bytes, since a daily visitor has 64 of them. */
type StoredClient = readonly [client: string, n: number, hash: string, seq: number, cookie: 0 | 1, hour: number]

const hourMs = 3_600_000

/** Returns the entry of a session. Its revision is the version's random part: new with each write, as a store needs it. */
export function toEntry(record: SessionRecord, owner?: string): StoreEntry {
  const clients = record.clients.map(({ client, n, hash, seq, cookie, at }): StoredClient => {
    return [client, n, hash, seq, cookie ? 1 : 0, Math.ceil(at / hourMs)]
  })
  return {
    revision: record.mark,
    value: JSON.stringify({ record: { ...record, clients } }),
    expiresAt: record.expiresAt,
    ...(owner !== undefined && { owner }),
  }
}

/** Returns the entry of a rotated key. It has no owner: the session is under its next key. */
export function toTombstoneEntry(tombstone: Tombstone, revision: string): StoreEntry {
  return { revision, value: JSON.stringify({ tombstone } satisfies Content), expiresAt: tombstone.until }
}

/** Returns what an entry holds that is known to be of ours. */
export function fromEntry(entry: StoreEntry): Content {
  return toContent(JSON.parse(entry.value) as Content)
}

function toContent(content: Content): Content {
  return content.record ? { record: { ...content.record, clients: content.record.clients.map(toClient) } } : content
}

/** Older versions stored an object with the whole hash and without a time: the 14 days count from its next write. */
function toClient(stored: StoredClient | ClientRecord): ClientRecord {
  if (!Array.isArray(stored)) {
    const { at = Number.POSITIVE_INFINITY, ...known } = stored as ClientRecord
    return { ...known, hash: known.hash.slice(0, bodyHashLength), at }
  }
  const [client, n, hash, seq, cookie, hour] = stored as StoredClient
  return { client, n, hash, seq, cookie: cookie === 1, at: hour * hourMs }
}

/**
 * Returns what an entry of a store holds.
 *
 * @throws UnreadableEntryError if it is not of ours, or was torn.
 */
export function readEntry(id: string, entry: StoreEntry): Content {
  const content = parseJson(entry.value)
  if (isObject(content) && (isRecord(content.record) || (content.record === undefined && isTombstone(content.tombstone)))) {
    return toContent(content as unknown as Content)
  }
  throw new UnreadableEntryError(id, entry.revision)
}

const isText = (value: unknown): boolean => typeof value === 'string'
const isNumber = (value: unknown): boolean => typeof value === 'number'
const isAbsentOr = (holds: (value: unknown) => boolean, value: unknown): boolean => value === undefined || holds(value)
const isNullOr = (holds: (value: unknown) => boolean, value: unknown): boolean => value === null || holds(value)
const isRule = (value: unknown): boolean => isNullOr(isNumber, value) || (isObject(value) && isNumber(value.until))

/** Whether every part has its type, so that a damaged record is not taken for a session. Members of a later version are let through. */
function isRecord(value: unknown): boolean {
  if (!isObject(value)) return false
  const { lineage, seq, mark, data, tags, clients, floor, expiry, life, expiresAt, cookieUntil, createdAt, signedInAt, serverWrites } =
    value
  const isNamed = isText(lineage) && isText(mark) && Number.isSafeInteger(seq) && isNumber(floor)
  const isTimed =
    isNumber(expiresAt) && isNullOr(isNumber, cookieUntil) && isAbsentOr(isNumber, createdAt) && isAbsentOr(isNumber, signedInAt)
  const hasData = isObject(data) && isObject(tags) && Object.values(tags).every(isText)
  const hasWrites = Array.isArray(clients) && clients.every(isClient) && isAbsentOr((writes) => isList(writes, isText), serverWrites)
  return isNamed && isTimed && hasData && hasWrites && isRule(expiry) && isAbsentOr(isRule, life)
}

const isList = (value: unknown, holds: (item: unknown) => boolean): boolean => Array.isArray(value) && value.every(holds)

function isClient(value: unknown): boolean {
  const { client, n, hash, seq } = isObject(value) ? value : {}
  const [name, number, body, at, , hour] = Array.isArray(value) ? value : [client, n, hash, seq, undefined, 0]
  return isText(name) && isNumber(number) && isText(body) && isNumber(at) && isNumber(hour)
}

function isTombstone(value: unknown): boolean {
  return isObject(value) && isNullOr(isText, value.salt) && isNullOr(isText, value.by) && isNumber(value.until)
}

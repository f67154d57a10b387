// Owns the list of session keys that clients may read and write. A handler creates one and asks it about every key that
// travels. It never looks at values: src/schema checks those.
import { SessionConfigError } from '../errors/session-config-error.ts'
import type { JsonObject } from '../protocol/json.ts'
import { keyFault } from '../protocol/key.ts'

type Entries<T> = Readonly<Record<string, T>>

/** The keys of a session that clients may use. Every other key is private: no response shows its name, value or size. */
export interface ExposedKeys {
  /** Names the list in every version, so that two servers with different lists never share a version. */
  readonly name: string
  /** The keys that clients may write, if they can be listed. */
  readonly writable: readonly string[]
  /** Returns whether clients may read a key. */
  canRead(key: string): boolean
  /** Returns whether clients may write a key. */
  canWrite(key: string): boolean
  /** Returns the entries that clients may see; the same object if they may see all of them. */
  visible<T>(entries: Entries<T>): Entries<T>
  /** Returns the part of the data that no client can write. */
  trusted(data: JsonObject): JsonObject
}

/**
 * Creates the list from the names that the app gives.
 *
 * @throws SessionConfigError if a name cannot be a key of clients, or `readOnly` names a key that is not exposed.
 */
export function createExposedKeys(keys: readonly string[], readOnly: readonly string[] = []): ExposedKeys {
  const readable = new Set(keys)
  const fixed = new Set(readOnly)
  for (const key of readable) {
    const fault = keyFault(key)
    if (fault !== undefined) fail(`the key ${JSON.stringify(key)} cannot be exposed: ${fault}.`)
  }
  for (const key of fixed) {
    if (!readable.has(key))
      fail(`readOnly names ${JSON.stringify(key)}, which is not among the exposed keys. Add it to the schema, or to keys.`)
  }
  const canRead = (key: string): boolean => readable.has(key)
  const canWrite = (key: string): boolean => readable.has(key) && !fixed.has(key)
  return {
    name: hash(JSON.stringify([[...readable].sort(), [...fixed].sort()])),
    writable: [...readable].filter(canWrite),
    canRead,
    canWrite,
    visible: (entries) => filter(entries, canRead),
    trusted: (data) => filter(data, (key) => !canWrite(key)),
  }
}

/** Exposes every key that can be exposed: for test doubles alone, which have no data to protect. */
export const everyKey: ExposedKeys = {
  name: 'all',
  writable: [],
  canRead: (key) => keyFault(key) === undefined,
  canWrite: (key) => keyFault(key) === undefined,
  visible: (entries) => filter(entries, everyKey.canRead),
  trusted: (data) => data,
}

function filter<T>(entries: Entries<T>, isKept: (key: string) => boolean): Entries<T> {
  const keys = Object.keys(entries)
  return keys.every(isKept) ? entries : Object.fromEntries(Object.entries(entries).filter(([key]) => isKept(key)))
}

/** FNV-1a in 32 bits. It tells lists apart and protects nothing, so it need not be a cryptographic hash, which is asynchronous here. */
function hash(text: string): string {
  let state = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) state = Math.imul(state ^ byte, 0x01000193)
  return (state >>> 0).toString(36)
}

function fail(reason: string): never {
  throw new SessionConfigError(`Failed to create the session handler: ${reason}`)
}

// Owns sessions by their keys, over the store. Called by everything that reads or writes a session; it never sees a request.
import { SessionConfigError } from '../errors/session-config-error.ts'
import { graceMs, readEntry, type Tombstone, toEntry, toTombstoneEntry } from './entries.ts'
import { toLifetime } from './expiry.ts'
import { UnreadableEntryError } from './faults.ts'
import { deriveKey, hashOwner, isKey, sha256, toBase64Url } from './keys.ts'
import type { Settings } from './options.ts'
import type { SessionRecord, Subject } from './record.ts'
import type { StoreEntry, StoreWrite } from './store.ts'
import { createSweeper } from './sweeper.ts'
import { createTurns, type Turns } from './turns.ts'

/** Where a cookie leads: to a session and its key, or to none. */
export type Found =
  | {
      readonly subject: Extract<Subject, { readonly key: 'known' }>
      readonly key: string
      /** How long the stored entry is: its data are no longer. undefined if it was not read. */
      readonly entryLength?: number | undefined
      readonly tombstone?: undefined
    }
  | {
      readonly subject: Exclude<Subject, { readonly key: 'known' }>
      readonly key?: undefined
      readonly entryLength?: undefined
      /** What stands at a key that was rotated a moment ago. */
      readonly tombstone?: Tombstone | undefined
    }

/** The names of a session that is still to be created. */
export interface Reservation {
  readonly key: string
  readonly lineage: string
}

/** How a session moves to another key. */
export interface Rotation {
  /** The Idempotency-Key that the old key still answers for a minute; null: it answers nothing any more. */
  readonly by: string | null
}

/**
 * Sessions by their keys, over the store. A key is 256 random bits that only the cookie holds: the store has its hash.
 * Every write is a compare-and-set on the record that was read; undefined or false says that somebody else was first.
 */
export interface Vault {
  /**
   * Returns the cookie of a `Cookie` field that counts: of several of the name, the one that names a live session. Browsers send the one with
   * the longest path first, whichever lives.
   */
  cookieOf(field: string | null): Promise<string | undefined>
  /** @throws UnreadableEntryError if the entry holds no session. */
  find(cookie: string | undefined): Promise<Found>
  /** As `find`, but returns the error of an entry that cannot be read, so that its visitor can leave it by `discard`. */
  findOrFault(cookie: string | undefined): Promise<Found | UnreadableEntryError>
  /** Removes an entry that cannot be read; false if it was written meanwhile. */
  discard(entry: UnreadableEntryError): Promise<boolean>
  /** Follows a tombstone to the session's new key. */
  follow(oldKey: string, tombstone: Tombstone): Promise<Found>
  /** Stores a new session, under a reserved key or a new one. */
  create(next: SessionRecord, key?: string): Promise<string | undefined>
  /** Returns a key and a lineage for a session to come. */
  reserve(): Reservation
  replace(key: string, record: SessionRecord, next: SessionRecord): Promise<string | undefined>
  rotate(key: string, record: SessionRecord, next: SessionRecord, rotation: Rotation): Promise<string | undefined>
  remove(key: string, record: SessionRecord): Promise<boolean>
  /** Runs work on a session of which server code may write one at a time. */
  readonly inTurn: Turns
  /** Calls `wake` after each write or removal of a key's entry; resolves with the function that stops it. Absent if the store has no `watch`. */
  readonly watch: ((key: string, wake: () => void) => Promise<() => void>) | undefined
  /** Deletes what has expired; returns how many entries. */
  sweep(): Promise<number>
  /** A random name of 128 bits: a lineage, or the random part of a version. */
  name(): string
}

/** Creates the vault of a handler. */
export function createVault(settings: Settings): Vault {
  const { store, now, randomBytes } = settings
  const sweeper = createSweeper(settings)
  const random = (count: number): string => {
    const bytes = randomBytes(count)
    if (bytes instanceof Uint8Array && bytes.length === count) return toBase64Url(bytes)
    throw new SessionConfigError(`Failed to make a session key: randomBytes(${count}) returned no Uint8Array of that length. Return one.`)
  }
  const name = (): string => random(16)

  async function find(cookie: string | undefined): Promise<Found> {
    if (cookie === undefined) return { subject: { key: 'none' } }
    const id = isKey(cookie) ? await sha256(cookie) : undefined
    const entry = id === undefined ? undefined : await store.read(id)
    // Stores may be late to drop what is over, and their clock may be another.
    if (!entry || id === undefined || entry.expiresAt <= now()) return { subject: { key: 'unknown' } }
    const { record, tombstone } = readEntry(id, entry)
    // Again here, because the limits may have become shorter since the last write.
    if (record && toLifetime(record, settings).deadline <= now()) return { subject: { key: 'unknown' } }
    return record
      ? { subject: { key: 'known', record }, key: cookie, entryLength: entry.value.length }
      : { subject: { key: 'unknown' }, tombstone }
  }

  async function findOrFault(cookie: string | undefined): Promise<Found | UnreadableEntryError> {
    try {
      return await find(cookie)
    } catch (error) {
      if (error instanceof UnreadableEntryError) return error
      throw error
    }
  }

  async function cookieOf(field: string | null): Promise<string | undefined> {
    const values = settings.cookie.readAll(field)
    if (values.length < 2) return values[0]
    let rotated: string | undefined
    for (const value of values) {
      const found = await findOrFault(value)
      if (!(found instanceof UnreadableEntryError) && found.key !== undefined) return value
      // One that cannot be read, or was rotated a moment ago, says more than one that names nothing.
      if (found instanceof UnreadableEntryError || found.tombstone) rotated ??= value
    }
    return rotated ?? values.find(isKey) ?? values[0]
  }

  async function rotate(key: string, record: SessionRecord, next: SessionRecord, { by }: Rotation): Promise<string | undefined> {
    const salt = by === null ? null : random(32)
    const nextKey = salt === null ? random(32) : await deriveKey(key, salt)
    const written = await write({
      id: await sha256(key),
      expected: record.mark,
      entry: toTombstoneEntry({ salt, by, until: now() + graceMs }, name()),
      insert: { id: await sha256(nextKey), entry: await toOwnedEntry(next) },
    })
    return written ? nextKey : undefined
  }

  async function toOwnedEntry(record: SessionRecord): Promise<StoreEntry> {
    const identity = settings.identity(record.data)
    return toEntry(record, identity === null ? undefined : await hashOwner(identity))
  }

  async function write(write: StoreWrite): Promise<boolean> {
    const isWritten = await store.write(write)
    if (isWritten) sweeper.noteWrite()
    return isWritten
  }

  return {
    cookieOf,
    find,
    findOrFault,
    discard: ({ id, revision }) => store.remove(id, revision),
    follow: async (oldKey, { salt }) => find(salt === null ? undefined : await deriveKey(oldKey, salt)),
    create: async (next, key = random(32)) =>
      (await write({ id: await sha256(key), expected: null, entry: await toOwnedEntry(next) })) ? key : undefined,
    reserve: () => ({ key: random(32), lineage: name() }),
    replace: async (key, record, next) =>
      (await write({ id: await sha256(key), expected: record.mark, entry: await toOwnedEntry(next) })) ? key : undefined,
    rotate,
    remove: async (key, record) => store.remove(await sha256(key), record.mark),
    inTurn: createTurns(),
    watch: store.watch && (async (key, wake) => store.watch?.(await sha256(key), wake) ?? (() => {})),
    sweep: sweeper.sweep,
    name,
  }
}

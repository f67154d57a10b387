/** What a store keeps under one id. */
export interface StoreEntry {
  /** Changes with every write and never comes back; compared for equality. */
  readonly revision: string
  /** Opaque text: the store does not look into it. */
  readonly value: string
  /** When it may be dropped, in milliseconds since the epoch. */
  readonly expiresAt: number
}

/** One atomic write. */
export interface StoreWrite {
  /** The hash of a session key, 43 characters of base64url. */
  readonly id: string
  /** The revision that must be stored now; null where nothing may be. An entry that is over counts as nothing. */
  readonly expected: string | null
  /** What to store in its place. */
  readonly entry: StoreEntry
  /** Another entry, which must not exist yet, to store in the same atomic step: the session under its next key. */
  readonly insert?: { readonly id: string; readonly entry: StoreEntry } | undefined
}

/**
 * Where a handler keeps its sessions: four methods with compare-and-set. Redis does each by one command or one Lua
 * script, an SQL database by one statement and a transaction around the two of a rotation.
 *
 * A method that cannot do its work rejects, so that the handler answers 503: a store that is down must never look empty.
 * Reads see every write that was acknowledged before, so no replicas that lag.
 */
export interface SessionStore {
  /** The entry of an id; undefined where there is none or it is over. */
  read(id: string): Promise<StoreEntry | undefined>
  /** Stores all of a write, durably, or nothing: false where the stored revision is another than the expected. */
  write(write: StoreWrite): Promise<boolean>
  /** Deletes the entry of an id if its revision is the given one; says whether it did. */
  remove(id: string, revision: string): Promise<boolean>
  /** Deletes every entry that is over at a time, in milliseconds since the epoch; says how many. */
  sweep(now: number): Promise<number>
}

// Owns the contract between the handler and a store; docs/stores.md says how to write one. A store never looks into a value.

/** What a store keeps under one id. */
export interface StoreEntry {
  /** Changes with every write and never comes back; compared for equality. At most 64 characters of base64url. */
  readonly revision: string
  /** Opaque text, without U+0000. */
  readonly value: string
  /** When it may be dropped, in milliseconds since the epoch. */
  readonly expiresAt: number
  /** Whose session it is: a hash of the identity, 43 characters of base64url. Absent if nobody is signed in. */
  readonly owner?: string | undefined
}

/** One write. */
export interface StoreWrite {
  /** The hash of a session key, 43 characters of base64url. */
  readonly id: string
  /** The revision that must be stored now; null if nothing may be. An expired entry counts as nothing. */
  readonly expected: string | null
  /** What to store in its place. */
  readonly entry: StoreEntry
  /**
   * The session under its next key, stored no later than `entry`. Nothing may be stored at its id. Nobody can reach it before `entry`
   * is stored, so a store without transactions writes it first and removes it if `entry` is refused.
   */
  readonly insert?: { readonly id: string; readonly entry: StoreEntry } | undefined
}

/** An entry with the id that it is stored under. */
export interface ListedEntry {
  readonly id: string
  readonly entry: StoreEntry
}

/**
 * Where a handler keeps its sessions. A store needs compare-and-set of one entry, and no transactions.
 *
 * A method that cannot do its work rejects, so that the handler answers 503: a store that is down must never look empty. A write
 * whose outcome is unknown rejects; it never returns false. Reads see every acknowledged write, so they never go to a replica.
 */
export interface SessionStore {
  /** Returns the entry of an id; undefined if there is none or it has expired. */
  read(id: string): Promise<StoreEntry | undefined>
  /**
   * Compares and sets, durably. Returns false, with nothing stored, if another revision is stored than the expected one. Returns true
   * also if the entry's own revision is stored already: a client library may send a command twice.
   */
  write(write: StoreWrite): Promise<boolean>
  /** Deletes the entry of an id if its revision is the given one; returns whether it did. */
  remove(id: string, revision: string): Promise<boolean>
  /**
   * Deletes at most `limit` entries that have expired at `now`; returns how many. A handler calls again while that is `limit`. Absent
   * if the engine expires entries by itself.
   */
  sweep?(now: number, limit: number): Promise<number>
  /**
   * Calls `wake` after each write or removal of an id by any process: at least once, perhaps for nothing, and after every gap in the
   * store's feed. Returns a function that stops it.
   */
  watch?(id: string, wake: () => void): () => void
  /** Returns the entries of an owner, expired ones excepted. An entry is listed no later than it can be read. */
  listByOwner?(owner: string): Promise<readonly ListedEntry[]>
  /** Closes what the store opened. Every later call rejects. */
  close?(): Promise<void>
}

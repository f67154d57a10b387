import type { Json } from '../protocol/json.ts'

/** The values of a key in conflict, as the app reads them; undefined where nothing is or was stored. */
export interface Conflict {
  readonly key: string
  /** What the pending write started from. */
  readonly base: unknown
  /** What it would store. */
  readonly mine: unknown
  /** What somebody else stored meanwhile. */
  readonly theirs: unknown
}

/**
 * What becomes of a pending write whose key somebody else changed: `merge` runs updates again and merges sets three
 * ways, `mine` keeps the write, `theirs` drops it, `reject` rejects it with `SessionConflictError`, a function of the
 * three values gives the value to write. Transactions run again under every policy but `reject`.
 */
export type ConflictPolicy = 'merge' | 'mine' | 'theirs' | 'reject' | ((conflict: Conflict) => unknown)

/** What a transaction's function works with, before types are put on it. */
export interface Transaction {
  get(key: string): unknown
  has(key: string): boolean
  keys(): string[]
  set(key: string, value: unknown): void
  update(key: string, change: (current: unknown) => unknown): void
  delete(key: string): void
}

/** `set` and `delete`: the wire value, undefined to delete, and the stored value that the app saw when it wrote. */
export interface WriteOperation {
  readonly kind: 'set' | 'delete'
  readonly key: string
  readonly mine: Json | undefined
  readonly was: Json | undefined
  /** False until the write met a loaded base: what the app saw is not known before. */
  readonly rooted: boolean
}

/** A pure function of one key, run again on every rebase. */
export interface UpdateOperation {
  readonly kind: 'update'
  readonly key: string
  readonly change: (current: unknown) => unknown
  /** What a conflict policy made of it, until somebody else changes the key again: the function does not run then. */
  readonly decided?: { readonly value: Json | undefined }
}

/** A pure function of the session, run again on every rebase. */
export interface TransactionOperation {
  readonly kind: 'transaction'
  readonly run: (tx: Transaction) => unknown
}

/** Deletes all keys but the server's own. */
export interface ClearOperation {
  readonly kind: 'clear'
}

/** What concerns the session as a whole and touches no key. `expiry` is as on the wire. */
export interface LifeOperation {
  readonly kind: 'setExpiry' | 'cycleKey' | 'touch'
  readonly expiry?: number | null
}

/** One call of the app, as plain data and pure functions. */
export type Operation = WriteOperation | UpdateOperation | TransactionOperation | ClearOperation | LifeOperation

/** Whether an operation is a `set` or a `delete`. */
export function isWrite(operation: Operation): operation is WriteOperation {
  return operation.kind === 'set' || operation.kind === 'delete'
}

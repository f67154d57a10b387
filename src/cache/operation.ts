import type { Json } from '../protocol/json.ts'

/** The values of a key in conflict, as the app reads them; undefined where nothing is or was stored. */
export interface Conflict {
  /** The key in conflict. */
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
  /** The key's value; its default where nothing is stored. */
  get(key: string): unknown
  /** Whether something is stored. */
  has(key: string): boolean
  /** The stored keys of the schema. */
  keys(): string[]
  /** Writes a value. */
  set(key: string, value: unknown): void
  /** Writes what a function makes of the value. */
  update(key: string, change: (current: unknown) => unknown): void
  /** Deletes the key. */
  delete(key: string): void
}

/** `set` and `delete`: the wire value, undefined to delete, and the stored value that the app saw when it wrote. */
export interface WriteOperation {
  /** Which of the two calls. */
  readonly kind: 'set' | 'delete'
  /** The key to write. */
  readonly key: string
  /** What is to be stored; undefined deletes. */
  readonly mine: Json | undefined
  /** What was stored when it was written. */
  readonly was: Json | undefined
  /** False until the write met a loaded base: what the app saw is not known before. */
  readonly rooted: boolean
}

/** A pure function of one key, run again on every rebase. */
export interface UpdateOperation {
  /** Tells it from the other operations. */
  readonly kind: 'update'
  /** The key to update. */
  readonly key: string
  /** The app's function. */
  readonly change: (current: unknown) => unknown
  /** What a conflict policy made of it, until somebody else changes the key again: the function does not run then. */
  readonly decided?: { readonly value: Json | undefined }
}

/** A pure function of the session, run again on every rebase. */
export interface TransactionOperation {
  /** Tells it from the other operations. */
  readonly kind: 'transaction'
  /** The app's function. */
  readonly run: (tx: Transaction) => unknown
}

/** Deletes all keys but the server's own. */
export interface ClearOperation {
  /** Tells it from the other operations. */
  readonly kind: 'clear'
}

/** What concerns the session as a whole and touches no key. `expiry` is as on the wire. */
export interface LifeOperation {
  /** Which of the three calls. */
  readonly kind: 'setExpiry' | 'cycleKey' | 'touch'
  /** Seconds, 0 to end with the browser, null for the policy. */
  readonly expiry?: number | null
}

/** One call of the app, as plain data and pure functions. */
export type Operation = WriteOperation | UpdateOperation | TransactionOperation | ClearOperation | LifeOperation

/** Whether an operation concerns the session as a whole. */
export function isLife(operation: Operation): operation is LifeOperation {
  const { kind } = operation
  return kind === 'setExpiry' || kind === 'cycleKey' || kind === 'touch'
}

/** Whether an operation is a `set` or a `delete`. */
export function isWrite(operation: Operation): operation is WriteOperation {
  return operation.kind === 'set' || operation.kind === 'delete'
}

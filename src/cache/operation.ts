// The calls of the app as plain data and pure functions, and the policies for conflicts. The log is made of them; nothing here acts.
import type { Json } from '../protocol/json.ts'

/** The values of a key in conflict, as the app reads them; undefined if nothing is or was stored. */
export interface Conflict {
  /** The key in conflict. */
  readonly key: string
  /** The value that the pending write started from. */
  readonly base: unknown
  /** The value that it would store. */
  readonly mine: unknown
  /** The value that another client or the server's own code stored meanwhile. */
  readonly theirs: unknown
  /** True if the write was made before the session was loaded: `base` is then the value that was shown. */
  readonly early?: boolean
}

/**
 * Decides a pending write whose key another client changed. `merge` merges a `set` three ways and runs an `update`
 * again, `mine` keeps the write, `theirs` drops it, `reject` rejects it with `SessionConflictError`, and a function of
 * the three values returns the value to write. Transactions run again under every policy but `reject`.
 */
export type ConflictPolicy = 'merge' | 'mine' | 'theirs' | 'reject' | ((conflict: Conflict) => unknown)

/** The session inside a transaction's function, without the app's types. */
export interface Transaction {
  /** The key's value; its default if nothing is stored. */
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

/** A `set` or a `delete`. */
export interface WriteOperation {
  /** Which of the two calls. */
  readonly kind: 'set' | 'delete'
  /** The key to write. */
  readonly key: string
  /** What is to be stored; undefined deletes. */
  readonly value: Json | undefined
  /** What stood there when the app wrote. Without a base it is what was shown: the default, encoded, or nothing. */
  readonly baseValue: Json | undefined
  /** False until the write was replayed on a loaded base. */
  readonly hasBase: boolean
  /** Whether it was made before the load and sets what was shown: a choice, not an edit. */
  readonly isChosen?: boolean
}

/** A pure function of one key, run again on every rebase. */
export interface UpdateOperation {
  /** Distinguishes it from the other operations. */
  readonly kind: 'update'
  /** The key to update. */
  readonly key: string
  /** The app's function. */
  readonly change: (current: unknown) => unknown
  /** The value that a conflict policy decided. The function does not run until another client changes the key again. */
  readonly decided?: { readonly value: Json | undefined }
}

/** A pure function of the session, run again on every rebase. */
export interface TransactionOperation {
  /** Distinguishes it from the other operations. */
  readonly kind: 'transaction'
  /** The app's function. */
  readonly run: (tx: Transaction) => unknown
}

/** Deletes all keys that the app may write. */
export interface ClearOperation {
  /** Distinguishes it from the other operations. */
  readonly kind: 'clear'
}

/** A call about the session as a whole, which touches no key. `expiry` is in seconds, as on the wire. */
export interface LifeOperation {
  /** Which of the three calls. */
  readonly kind: 'setExpiry' | 'cycleKey' | 'touch'
  /** Seconds, 0 to end with the browser, null for the policy. */
  readonly expiry?: number | null
}

/** An update or a transaction that the journal restored. It knows itself how it is replayed. */
export interface RecordedOperation {
  /** Distinguishes it from the other operations. */
  readonly kind: 'recorded'
  /** What the app called. */
  readonly name: 'set' | 'delete' | 'update' | 'transaction'
  /** Returns what it reads and stores on some data. Throws to reject it. */
  readonly replay: (data: (key: string) => Json | undefined) => Recorded
}

/** What an operation read and wrote when it last ran. */
export interface Recorded {
  /** The stored values that it read, by key. */
  readonly reads: ReadonlyMap<string, Json | undefined>
  /** What it stores, by key; undefined deletes. */
  readonly writes: ReadonlyMap<string, Json | undefined>
  /** The stored values that a transaction or a `clear` replaced, whether it read them or not. */
  readonly replaced?: ReadonlyMap<string, Json | undefined>
  /** Whether it depends on which keys are stored. */
  readonly whole?: boolean
}

/** One call of the app. */
export type Operation = WriteOperation | UpdateOperation | TransactionOperation | ClearOperation | LifeOperation | RecordedOperation

/** Returns whether an operation concerns the session as a whole. */
export function isLife(operation: Operation): operation is LifeOperation {
  const { kind } = operation
  return kind === 'setExpiry' || kind === 'cycleKey' || kind === 'touch'
}

/** Returns whether an operation is a `set` or a `delete`. */
export function isWrite(operation: Operation): operation is WriteOperation {
  return operation.kind === 'set' || operation.kind === 'delete'
}

// The entries of the log: each call with what it read and wrote. The cache creates them and replaces what a rebase changes.
import type { Json } from '../protocol/json.ts'
import { isWrite, type Operation, type Recorded } from './operation.ts'

/** What the function of an operation read and wrote when it last ran, and its result. */
export interface ReadWriteSet extends Recorded {
  /** What a transaction returned. */
  readonly result?: unknown
}

/** An operation as it stands on some data. */
export interface Applied {
  /** The operation for the next replay: a write that was merged is then a write on what it was merged with. */
  readonly operation: Operation
  /** Absent for an operation without a function, and for one that waits for the first base. */
  readonly accessed: ReadWriteSet | undefined
}

/** One entry of the log: a call of the app, or several sets of one key that became one. */
export interface Mutation extends Applied {
  operation: Operation
  accessed: ReadWriteSet | undefined
  /** Whether it was taken into a commit. */
  sent: boolean
  /** The cache's coalescing epoch when it was added. A later set of the same key joins it until the epoch ends. */
  readonly epoch: number
  /** The number of its last call: of the set that joined it last. */
  call: number
  /** Whether the journal restored it from the device's disk: nobody holds its promise. */
  readonly restored: boolean
  /** The promise of its callers. Settles once, when it is acknowledged or rejected. */
  readonly receipt: Promise<unknown>
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Creates an entry of the log. */
export function createMutation({ operation, accessed }: Applied, epoch: number, call: number, restored = false): Mutation {
  let resolve!: Mutation['resolve']
  let reject!: Mutation['reject']
  const receipt = new Promise<unknown>((onStored, onRejected) => {
    resolve = onStored
    reject = onRejected
  })
  return { operation, accessed, sent: false, epoch, call, restored, receipt, resolve, reject }
}

/** Lets a later write join a mutation. */
export function joinMutation(mutation: Mutation, operation: Operation, call: number): void {
  mutation.operation = operation
  mutation.call = call
}

/** Marks a mutation as taken into a commit: no later write joins it. */
export function markSent(mutation: Mutation): void {
  mutation.sent = true
}

/** Gives a mutation what its replay made of it. */
export function reapply(mutation: Mutation, { operation, accessed }: Applied): void {
  mutation.operation = operation
  mutation.accessed = accessed
}

/** Returns what an operation stores, by key; undefined deletes. */
export function writesOf({ operation, accessed }: Applied): Iterable<readonly [key: string, value: Json | undefined]> {
  return isWrite(operation) ? [[operation.key, operation.value]] : (accessed?.writes ?? [])
}

/** Returns the keys that an operation writes. */
export function writtenBy(applied: Applied): string[] {
  return Array.from(writesOf(applied), ([key]) => key)
}

/** Returns the keys that the function of an operation read. */
export function readBy({ accessed }: Applied): Iterable<string> {
  return accessed?.reads.keys() ?? []
}

/** Returns what is stored last under each key that some operations write, one after the other. */
export function lastWrites(log: Iterable<Applied>): Map<string, Json | undefined> {
  const last = new Map<string, Json | undefined>()
  for (const applied of log) for (const [key, value] of writesOf(applied)) last.set(key, value)
  return last
}

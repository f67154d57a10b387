import type { Json } from '../protocol/json.ts'
import { isWrite, type Operation } from './operation.ts'

/** What the function of one operation did when it was replayed. */
export interface Trace {
  /** The stored values that it looked at. */
  readonly reads: ReadonlyMap<string, Json | undefined>
  /** What it stores; undefined deletes. */
  readonly writes: ReadonlyMap<string, Json | undefined>
  /** What a transaction's writes replaced, which it need not have looked at. */
  readonly over?: ReadonlyMap<string, Json | undefined>
  /** It depends on which keys there are. */
  readonly whole?: boolean
  /** What a transaction gave. */
  readonly result?: unknown
}

/** An operation as it stands on some data. */
export interface Played {
  /** For the next replay: a write that met other data is from then on a write on those. */
  readonly operation: Operation
  /** What its function did; absent where it has none, or waits for the first base. */
  readonly trace: Trace | undefined
}

/** One entry of the log: a call of the app, or several sets of one key that became one. */
export interface Mutation extends Played {
  operation: Operation
  trace: Trace | undefined
  /** Whether it was taken into a commit. */
  sent: boolean
  /** When it was added, in eras of the cache: a further set of its key is taken into it until the next one begins. */
  readonly era: number
  /** What its callers were given: settles once, when it is acknowledged or rejected. */
  readonly receipt: Promise<unknown>
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Creates an entry of the log. */
export function createMutation({ operation, trace }: Played, era: number): Mutation {
  let resolve!: Mutation['resolve']
  let reject!: Mutation['reject']
  const receipt = new Promise<unknown>((onStored, onRejected) => {
    resolve = onStored
    reject = onRejected
  })
  return { operation, trace, sent: false, era, receipt, resolve, reject }
}

/** What an operation stores, by key; undefined deletes. */
export function writesOf({ operation, trace }: Played): Iterable<readonly [key: string, value: Json | undefined]> {
  return isWrite(operation) ? [[operation.key, operation.mine]] : (trace?.writes ?? [])
}

/** The keys that an operation stores. */
export function writtenBy(played: Played): string[] {
  return Array.from(writesOf(played), ([key]) => key)
}

/** The keys whose values an operation's function looked at. */
export function readBy({ trace }: Played): Iterable<string> {
  return trace?.reads.keys() ?? []
}

/** What is stored last under each key that operations write, one after the other. */
export function lastWrites(log: Iterable<Played>): Map<string, Json | undefined> {
  const last = new Map<string, Json | undefined>()
  for (const played of log) for (const [key, value] of writesOf(played)) last.set(key, value)
  return last
}

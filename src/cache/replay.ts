import { SessionConflictError } from '../errors/session-conflict-error.ts'
import { SessionInvalidValueError } from '../errors/session-invalid-value-error.ts'
import { SessionUsageError } from '../errors/session-usage-error.ts'
import { isEqual, type Json } from '../protocol/json.ts'
import type { SessionCodec } from '../schema/codec.ts'
import { merge } from './merge.ts'
import type { ConflictPolicy, Operation, Transaction, UpdateOperation, WriteOperation } from './operation.ts'
import { runTwice } from './run-twice.ts'

/** What replaying needs to know beside the data. */
export interface Rules {
  readonly codec: SessionCodec
  readonly policy: (key: string) => ConflictPolicy
}

/** Stored values by key, without the server's own. */
export type Data = ReadonlyMap<string, Json>

/** What one operation did when it was replayed. */
export interface Trace {
  /** The operation, for the next replay: a write that met other data is from then on a write on those. */
  readonly operation: Operation
  /** The stored values that the operation's function looked at. */
  readonly reads: ReadonlyMap<string, Json | undefined>
  /** What is stored after it; undefined deletes. */
  readonly writes: ReadonlyMap<string, Json | undefined>
  /** What a transaction's writes replaced, which it need not have looked at. */
  readonly over?: ReadonlyMap<string, Json | undefined>
  /** It depends on which keys there are. */
  readonly whole?: boolean
  /** What a transaction gave. */
  readonly result?: unknown
}

const nothing: Data = new Map()

/** A stored value as the app reads it; undefined, not the default, where nothing is stored. */
export function decodeStored(codec: SessionCodec, key: string, raw: Json | undefined): unknown {
  return raw === undefined ? undefined : codec.key(key).decode(raw).value
}

/**
 * Puts an encoded value over a stored one. Only the difference between what the schema saw of the stored value and the
 * new one is applied, so fields that the schema does not know (a newer deploy wrote them) survive.
 */
function overlay(codec: SessionCodec, key: string, stored: Json | undefined, encoded: Json | undefined): Json | undefined {
  if (typeof stored !== 'object' || encoded === undefined) return encoded
  const { value, issues } = codec.key(key).decode(stored)
  if (issues) return encoded
  try {
    return merge(codec.key(key).encode(value), encoded, stored)
  } catch {
    return encoded // a codec that decodes what it cannot encode: nothing is known of what the schema saw
  }
}

function resolve(
  { codec, policy }: Rules,
  key: string,
  base: Json | undefined,
  mine: Json | undefined,
  theirs: Json | undefined,
): Json | undefined {
  const rule = policy(key)
  if (rule === 'mine') return mine
  if (rule === 'theirs') return theirs
  if (rule === 'merge') return merge(base, mine, theirs)
  const [b, m, t] = [base, mine, theirs].map((raw) => decodeStored(codec, key, raw))
  const conflict = { key, base: b, mine: m, theirs: t }
  if (rule === 'reject') throw new SessionConflictError(key, conflict)
  return overlay(codec, key, theirs, codec.key(key).encode(rule(conflict)))
}

function replayWrite(data: Data, operation: WriteOperation, rules: Rules): Trace {
  const { key, was, rooted } = operation
  const theirs = data.get(key)
  let { mine } = operation
  if (!rooted) mine = overlay(rules.codec, key, theirs, mine)
  // Where somebody else stored the very same there is nothing to decide.
  else if (!isEqual(theirs, was) && !isEqual(theirs, mine)) mine = resolve(rules, key, was, mine, theirs)
  return { operation: { kind: operation.kind, key, mine, was: theirs, rooted: true }, reads: nothing, writes: new Map().set(key, mine) }
}

/** By shape: a promise may be of another realm or library. */
const isPromise = (value: unknown): boolean => typeof (value as { then?: unknown } | null | undefined)?.then === 'function'

/** The error of an async function. What becomes of its promise is nobody's concern any more. */
function refuseAsync(where: string, promise: unknown): SessionUsageError {
  Promise.resolve(promise).catch(() => {})
  return new SessionUsageError(`The function of a session ${where} is async. Await first, then pass a plain function.`)
}

function change(stored: Json | undefined, key: string, run: (current: unknown) => unknown, { codec }: Rules): Json | undefined {
  const { value, issues } = codec.key(key).decode(stored)
  if (issues) throw new SessionInvalidValueError(key)
  const next = run(value)
  if (isPromise(next)) throw refuseAsync(`update of "${key}"`, next)
  return overlay(codec, key, stored, codec.key(key).encode(next))
}

function replayUpdate(data: Data, operation: UpdateOperation, rules: Rules, last?: Trace): Trace {
  const { key, decided } = operation
  const theirs = data.get(key)
  const rule = rules.policy(key)
  const isMet = last !== undefined && !isEqual(theirs, last.reads.get(key))
  const isDecided = isMet ? rule !== 'merge' && rule !== 'mine' : decided !== undefined
  let value = decided?.value
  if (isDecided && isMet) value = resolve(rules, key, last.reads.get(key), last.writes.get(key), theirs)
  if (!isDecided) value = change(theirs, key, operation.change, rules)
  const { decided: _, ...undecided } = operation
  return {
    operation: isDecided ? { ...undecided, decided: { value } } : undecided,
    reads: new Map([[key, theirs]]),
    writes: new Map([[key, value]]),
  }
}

function replayTransaction(data: Data, operation: Operation & { kind: 'transaction' }, rules: Rules, last?: Trace): Trace {
  for (const [key, was] of [...(last?.reads ?? []), ...(last?.over ?? [])]) {
    if (rules.policy(key) === 'reject' && !isEqual(data.get(key), was)) resolve(rules, key, was, last?.writes.get(key), data.get(key))
  }
  const { codec } = rules
  const reads = new Map<string, Json | undefined>()
  const writes = new Map<string, Json | undefined>()
  const over = new Map<string, Json | undefined>()
  let whole = false
  let isOver = false
  const check = (): void => {
    if (isOver) throw new SessionUsageError('The transaction is over: use tx inside its function alone, and not after an await.')
  }
  const current = (key: string): Json | undefined => (writes.has(key) ? writes.get(key) : data.get(key))
  const read = (key: string): Json | undefined => {
    check()
    if (!writes.has(key)) reads.set(key, data.get(key))
    return current(key)
  }
  const write = (key: string, value: Json | undefined): void => {
    check()
    over.set(key, data.get(key))
    writes.set(key, value)
  }
  const tx: Transaction = {
    get: (key) => codec.key(key).decode(read(key)).value,
    has: (key) => codec.key(key) && read(key) !== undefined,
    keys() {
      check()
      whole = true
      return codec.keys.filter((key) => current(key) !== undefined)
    },
    set: (key, value) => write(key, overlay(codec, key, current(key), codec.key(key).encode(value))),
    update: (key, run) => write(key, change(read(key), key, run, rules)),
    delete: (key) => void (codec.key(key) && write(key, undefined)),
  }
  try {
    const result = operation.run(tx)
    if (isPromise(result)) throw refuseAsync('transaction', result)
    return { operation, reads, writes, over, whole, result }
  } finally {
    isOver = true
  }
}

/**
 * Replays one operation on the data before it. Changes nothing: what it does is in the trace.
 *
 * @param last its trace on the former data, which tells what it started from
 * @throws whatever rejects the operation alone: a conflict under `reject`, a value refused, an error of the app's function
 */
export function replay(data: Data, operation: Operation, rules: Rules, last?: Trace): Trace {
  switch (operation.kind) {
    case 'set':
    case 'delete':
      return replayWrite(data, operation, rules)
    case 'update':
      return runTwice(replayUpdate)(data, operation, rules, last)
    case 'transaction':
      return runTwice(replayTransaction)(data, operation, rules, last)
    case 'clear':
      return { operation, reads: nothing, writes: new Map([...data.keys()].map((key) => [key, undefined])), whole: true }
    default:
      return { operation, reads: nothing, writes: nothing }
  }
}

/** Stores one value in a draft; undefined deletes. */
export function put(draft: Map<string, Json>, key: string, value: Json | undefined): void {
  if (value === undefined) draft.delete(key)
  else draft.set(key, value)
}

import { SessionConflictError } from '../errors/session-conflict-error.ts'
import { SessionInvalidValueError } from '../errors/session-invalid-value-error.ts'
import { SessionUsageError } from '../errors/session-usage-error.ts'
import { isEqual, type Json } from '../protocol/json.ts'
import type { SessionCodec } from '../schema/codec.ts'
import { merge } from './merge.ts'
import type { Played, Trace } from './mutation.ts'
import type { ConflictPolicy, Operation, Transaction, UpdateOperation, WriteOperation } from './operation.ts'
import { runTwice } from './run-twice.ts'

/** What replaying needs to know beside the data. */
export interface Rules {
  readonly codec: SessionCodec
  readonly policy: (key: string) => ConflictPolicy
}

/** Gives what is stored under a key. */
export type Data = (key: string) => Json | undefined

/** An operation that has a function, once that ran. */
type Ran = Played & { readonly trace: Trace }

const nothing: ReadonlyMap<string, Json> = new Map()

/** A stored value as the app reads it; undefined, not the default, where nothing is stored. */
export function decodeStored(codec: SessionCodec, key: string, raw: Json | undefined): unknown {
  return raw === undefined ? undefined : codec.decode(key, raw).value
}

const isRefused = (codec: SessionCodec, key: string, raw: Json | undefined): boolean => codec.decode(key, raw).issues !== undefined

/**
 * Puts an encoded value over a stored one. Only the difference between what the schema saw of the stored value and the
 * new one is applied, so fields that the schema does not know (a newer deploy wrote them) survive.
 */
export function overlay(codec: SessionCodec, key: string, stored: Json | undefined, encoded: Json | undefined): Json | undefined {
  if (typeof stored !== 'object' || encoded === undefined || codec.isMade(stored)) return encoded
  const { value, issues } = codec.decode(key, stored)
  if (issues) return encoded
  try {
    const merged = merge(codec.encode(key, value), encoded, stored, true)
    // What the schema did not know in the one shape need not fit another.
    return merged !== encoded && isRefused(codec, key, merged) ? encoded : merged
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
  if (rule === 'merge') {
    const merged = merge(base, mine, theirs)
    // Two changes that are right, each by itself, need not be so together. What a newer deploy has made of it is left so.
    return isRefused(codec, key, merged) && !isRefused(codec, key, theirs) ? overlay(codec, key, theirs, mine) : merged
  }
  const [b, m, t] = [base, mine, theirs].map((raw) => decodeStored(codec, key, raw))
  const conflict = { key, base: b, mine: m, theirs: t }
  if (rule === 'reject') throw new SessionConflictError(key, conflict)
  return overlay(codec, key, theirs, codec.encode(key, rule(conflict)))
}

function replayWrite(data: Data, operation: WriteOperation, rules: Rules): Played {
  const { kind, key, was, rooted } = operation
  const theirs = data(key)
  let { mine } = operation
  if (!rooted) mine = overlay(rules.codec, key, theirs, mine)
  // Where somebody else stored the very same there is nothing to decide.
  else if (!isEqual(theirs, was) && !isEqual(theirs, mine)) mine = resolve(rules, key, was, mine, theirs)
  return { operation: { kind, key, mine, was: theirs, rooted: true }, trace: undefined }
}

/** By shape: a promise may be of another realm or library. */
const isPromise = (value: unknown): boolean => typeof (value as { then?: unknown } | null | undefined)?.then === 'function'

/** The error of an async function. What becomes of its promise is nobody's concern any more. */
function refuseAsync(where: string, promise: unknown): SessionUsageError {
  Promise.resolve(promise).catch(() => {})
  return new SessionUsageError(`The function of a session ${where} is async. Await first, then pass a plain function.`)
}

function change(stored: Json | undefined, key: string, run: (current: unknown) => unknown, { codec }: Rules): Json | undefined {
  const { value, issues } = codec.decode(key, stored)
  if (issues) throw new SessionInvalidValueError(key)
  const next = run(value)
  if (isPromise(next)) throw refuseAsync(`update of "${key}"`, next)
  return overlay(codec, key, stored, codec.encode(key, next))
}

function replayUpdate(data: Data, operation: UpdateOperation, rules: Rules, last?: Trace): Ran {
  const { key, decided } = operation
  const theirs = data(key)
  const rule = rules.policy(key)
  const isMet = last !== undefined && !isEqual(theirs, last.reads.get(key))
  const isDecided = isMet ? rule !== 'merge' && rule !== 'mine' : decided !== undefined
  let value = decided?.value
  if (isDecided && isMet) value = resolve(rules, key, last.reads.get(key), last.writes.get(key), theirs)
  if (!isDecided) value = change(theirs, key, operation.change, rules)
  const { decided: _, ...undecided } = operation
  return {
    operation: isDecided ? { ...undecided, decided: { value } } : undecided,
    trace: { reads: new Map([[key, theirs]]), writes: new Map([[key, value]]) },
  }
}

function replayTransaction(data: Data, operation: Operation & { kind: 'transaction' }, rules: Rules, last?: Trace): Ran {
  for (const [key, was] of [...(last?.reads ?? []), ...(last?.over ?? [])]) {
    if (rules.policy(key) === 'reject' && !isEqual(data(key), was)) resolve(rules, key, was, last?.writes.get(key), data(key))
  }
  const { codec } = rules
  const reads = new Map<string, Json | undefined>()
  const writes = new Map<string, Json | undefined>()
  const over = new Map<string, Json | undefined>()
  const unreadable = new Set<string>()
  let whole = false
  let isOver = false
  const check = (key?: string): void => {
    if (isOver) throw new SessionUsageError('The transaction is over: use tx inside its function alone, and not after an await.')
    if (key !== undefined) codec.check(key)
  }
  const current = (key: string): Json | undefined => (writes.has(key) ? writes.get(key) : data(key))
  const read = (key: string): Json | undefined => {
    check(key)
    if (!writes.has(key)) reads.set(key, data(key))
    return current(key)
  }
  const write = (key: string, value: Json | undefined): void => {
    check(key)
    over.set(key, data(key))
    writes.set(key, value)
  }
  const tx: Transaction = {
    get(key) {
      const { value, issues } = codec.decode(key, read(key))
      if (issues) unreadable.add(key)
      return value
    },
    has: (key) => read(key) !== undefined,
    keys() {
      check()
      whole = true
      return codec.keys.filter((key) => current(key) !== undefined)
    },
    set(key, value) {
      // What is written was made of the default that `get` gave.
      if (unreadable.has(key)) throw new SessionInvalidValueError(key)
      write(key, overlay(codec, key, current(key), codec.encode(key, value)))
    },
    update: (key, run) => write(key, change(read(key), key, run, rules)),
    delete: (key) => write(key, undefined),
  }
  try {
    const result = operation.run(tx)
    if (isPromise(result)) throw refuseAsync('transaction', result)
    return { operation, trace: { reads, writes, over, whole, result } }
  } finally {
    isOver = true
  }
}

/** Deletes the keys of the schema: nobody sees others in the view, and the server deletes them too. */
function replayClear(data: Data, operation: Operation, { codec }: Rules): Ran {
  const stored = codec.keys.filter((key) => data(key) !== undefined)
  return { operation, trace: { reads: nothing, writes: new Map(stored.map((key) => [key, undefined])), whole: true } }
}

/**
 * Replays one operation on the data before it. Changes nothing: what it does is in what it gives.
 *
 * @param last what its function did on the former data, which tells what it started from
 * @throws whatever rejects the operation alone: a conflict under `reject`, a value refused, an error of the app's function
 */
export function replay(data: Data, operation: Operation, rules: Rules, last?: Trace): Played {
  switch (operation.kind) {
    case 'set':
    case 'delete':
      return replayWrite(data, operation, rules)
    case 'update':
      return runTwice(replayUpdate)(data, operation, rules, last)
    case 'transaction':
      return runTwice(replayTransaction)(data, operation, rules, last)
    case 'clear':
      return replayClear(data, operation, rules)
    default:
      return { operation, trace: undefined }
  }
}

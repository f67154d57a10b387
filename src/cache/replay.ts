// Replays one operation on some data: what it reads and what it stores there. Pure; rebase.ts replays the whole log with it.
import { SessionInvalidValueError } from '../errors/session-invalid-value-error.ts'
import { SessionUsageError } from '../errors/session-usage-error.ts'
import { isEqual, type Json } from '../protocol/json.ts'
import type { Applied, ReadWriteSet } from './mutation.ts'
import type { Operation, Transaction, TransactionOperation, UpdateOperation, WriteOperation } from './operation.ts'
import { resolveConflict } from './resolve-conflict.ts'
import { runTwice } from './run-twice.ts'
import { type Data, putOver, type Rules, toSeen } from './stored-value.ts'

/** An operation that has a function, once that ran. */
type Ran = Applied & { readonly accessed: ReadWriteSet }

const nothing: ReadonlyMap<string, Json> = new Map()

/**
 * Returns whether a write made before the load conflicts: another client stored something that was not shown, and it is
 * not what the write stores. `stands` is what our own earlier calls made of it.
 */
export function isEarlyConflict({ codec, stored }: Rules, { key, value, baseValue }: WriteOperation, stands: Json | undefined): boolean {
  const see = (raw: Json | undefined): Json | undefined => toSeen(codec, key, raw) ?? raw
  const found = see(stored?.(key))
  if (found === undefined || isEqual(found, codec.fallback(key))) return false
  return !isEqual(see(stands), baseValue) && !isEqual(see(stands), value)
}

function replayWrite(data: Data, operation: WriteOperation, rules: Rules): Applied {
  const { key, baseValue, hasBase } = operation
  const theirs = data(key)
  let { value } = operation
  const isChosen = hasBase ? operation.isChosen === true : isEqual(value, baseValue)
  const isConflict = hasBase ? !isEqual(theirs, baseValue) && !isEqual(theirs, value) : isEarlyConflict(rules, operation, theirs)
  if (isConflict) value = resolveConflict(rules, { key, base: baseValue, mine: value, theirs, isEarly: !hasBase, isChosen })
  else if (!hasBase) value = putOver(rules, key, theirs, value)
  // If nothing was stored there was nothing to choose about: from here on it is an ordinary write.
  return {
    operation: { ...operation, value, baseValue: theirs, hasBase: true, isChosen: isChosen && theirs !== undefined },
    accessed: undefined,
  }
}

/** By shape: a promise may be of another realm or library. */
const isPromise = (value: unknown): boolean => typeof (value as { then?: unknown } | null | undefined)?.then === 'function'

/** Returns the error for an async function. Nobody waits for its promise any more. */
function refuseAsync(where: string, promise: unknown): SessionUsageError {
  Promise.resolve(promise).catch(() => {})
  return new SessionUsageError(`The function of a session ${where} is async. Await first, then pass a plain function.`)
}

function change(stored: Json | undefined, key: string, run: (current: unknown) => unknown, rules: Rules): Json | undefined {
  const { value, issues, skipped } = rules.codec.decode(key, stored)
  if (issues && !skipped) throw new SessionInvalidValueError(key)
  const next = run(value)
  if (isPromise(next)) throw refuseAsync(`update of "${key}"`, next)
  return putOver(rules, key, stored, rules.codec.encode(key, next))
}

function replayUpdate(data: Data, operation: UpdateOperation, rules: Rules, last?: ReadWriteSet): Ran {
  const { key, decided } = operation
  const theirs = data(key)
  const rule = rules.policy(key)
  const isConflict = last !== undefined && !isEqual(theirs, last.reads.get(key))
  const isDecided = isConflict ? rule !== 'merge' && rule !== 'mine' : decided !== undefined
  let value = decided?.value
  if (isDecided && isConflict) value = resolveConflict(rules, { key, base: last.reads.get(key), mine: last.writes.get(key), theirs })
  if (!isDecided) value = change(theirs, key, operation.change, rules)
  const { decided: _, ...undecided } = operation
  return {
    operation: isDecided ? { ...undecided, decided: { value } } : undecided,
    accessed: { reads: new Map([[key, theirs]]), writes: new Map([[key, value]]) },
  }
}

/** Rejects a transaction under `reject` if a key that it read or replaced was changed. */
function checkConflicts(data: Data, rules: Rules, last: ReadWriteSet | undefined): void {
  for (const [key, base] of [...(last?.reads ?? []), ...(last?.replaced ?? [])]) {
    if (rules.policy(key) !== 'reject' || isEqual(data(key), base)) continue
    resolveConflict(rules, { key, base, mine: last?.writes.get(key), theirs: data(key) })
  }
}

function replayTransaction(data: Data, operation: TransactionOperation, rules: Rules, last?: ReadWriteSet): Ran {
  checkConflicts(data, rules, last)
  const { codec } = rules
  const reads = new Map<string, Json | undefined>()
  const writes = new Map<string, Json | undefined>()
  const replaced = new Map<string, Json | undefined>()
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
    check()
    codec.checkWrite(key)
    replaced.set(key, data(key))
    writes.set(key, value)
  }
  const tx: Transaction = {
    get(key) {
      const { value, issues, skipped } = codec.decode(key, read(key))
      if (issues && !skipped) unreadable.add(key)
      return value
    },
    has: (key) => read(key) !== undefined,
    keys() {
      check()
      whole = true
      return codec.keys.filter((key) => current(key) !== undefined)
    },
    set(key, value) {
      // The app computed the value from the default that `get` returned.
      if (unreadable.has(key)) throw new SessionInvalidValueError(key)
      write(key, putOver(rules, key, current(key), codec.encode(key, value)))
    },
    update: (key, run) => write(key, change(read(key), key, run, rules)),
    delete: (key) => write(key, undefined),
  }
  try {
    const result = operation.run(tx)
    if (isPromise(result)) throw refuseAsync('transaction', result)
    return { operation, accessed: { reads, writes, replaced, whole, result } }
  } finally {
    isOver = true
  }
}

/** Deletes the keys of the schema that the app may write, as the server does. The view has no others. */
function replayClear(data: Data, operation: Operation, { codec, onLost }: Rules, last?: ReadWriteSet): Ran {
  for (const [key, base] of last?.replaced ?? []) if (data(key) !== undefined && !isEqual(data(key), base)) onLost?.(key)
  const stored = codec.keys.filter((key) => codec.canWrite(key) && data(key) !== undefined)
  const replaced = new Map(stored.map((key) => [key, data(key)]))
  return { operation, accessed: { reads: nothing, writes: new Map(stored.map((key) => [key, undefined])), replaced, whole: true } }
}

/**
 * Replays one operation on the data before it. Changes nothing; the result holds what the operation does there.
 *
 * @param last what its function read and wrote on the data that the operation started from
 * @throws what rejects this operation alone: a conflict under `reject`, a refused value, an error of the app's function
 */
export function replay(data: Data, operation: Operation, rules: Rules, last?: ReadWriteSet): Applied {
  switch (operation.kind) {
    case 'set':
    case 'delete':
      return replayWrite(data, operation, rules)
    case 'update':
      return runTwice(replayUpdate)(data, operation, rules, last)
    case 'transaction':
      return runTwice(replayTransaction)(data, operation, rules, last)
    case 'recorded':
      return { operation, accessed: operation.replay(data) }
    case 'clear':
      return replayClear(data, operation, rules, last)
    default:
      return { operation, accessed: undefined }
  }
}

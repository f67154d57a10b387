// The first step of a rebase after a rejection: replays a mutation as if no other client had changed anything. Pure.
import { isEqual } from '../protocol/json.ts'
import type { Applied, ReadWriteSet } from './mutation.ts'
import { isWrite, type Operation, type WriteOperation } from './operation.ts'
import { replay } from './replay.ts'
import { type Data, putOver, type Rules, toSeen } from './stored-value.ts'

/**
 * Returns a write as it stands without the rejected ones before it: its value whole, over the unknown fields of what stands
 * there. What a rejected write had stored is no change by another client, so nothing is merged.
 */
export function keepWhole(data: Data, operation: WriteOperation, rules: Rules): WriteOperation {
  const { key, value, hasBase } = operation
  const stands = data(key)
  const baseValue = hasBase ? stands : (stands ?? rules.codec.fallback(key))
  if (isEqual(baseValue, operation.baseValue)) return operation
  const whole = hasBase ? putOver(rules, key, stands, toSeen(rules.codec, key, value) ?? value) : value
  return { ...operation, value: whole, baseValue }
}

/** Returns whether a function may give something else on this data than when it ran last. */
export function isStale({ reads, replaced, whole }: ReadWriteSet, data: Data): boolean {
  return whole === true || [...reads, ...(replaced ?? [])].some(([key, value]) => !isEqual(data(key), value))
}

/** Returns an operation without what a conflict policy decided about it. */
function toUndecided(operation: Operation): Operation {
  if (operation.kind !== 'update') return operation
  const { decided: _, ...undecided } = operation
  return undecided
}

/** Replays a mutation on our own data. A function that throws there is no rejection: the next step runs it again. */
export function replayAlone(data: Data, applied: Applied, rules: Rules): Applied {
  const { operation, accessed } = applied
  if (isWrite(operation)) return { operation: keepWhole(data, operation, rules), accessed: undefined }
  if (!accessed || !isStale(accessed, data)) return applied
  try {
    return replay(data, toUndecided(operation), rules)
  } catch {
    return { operation: toUndecided(operation), accessed: undefined }
  }
}

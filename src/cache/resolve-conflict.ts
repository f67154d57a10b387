// Decides a pending write whose key another client changed, by the conflict policy of the key. Pure: the replay calls it.
import { SessionConflictError } from '../errors/session-conflict-error.ts'
import { merge } from '../merge/merge.ts'
import { isEqual, type Json } from '../protocol/json.ts'
import type { SessionCodec } from '../schema/codec.ts'
import type { Conflict } from './operation.ts'
import { decodeStored, putOver, type Rules, toSeen } from './stored-value.ts'

/** The stored values that a conflict is about. */
export interface Sides {
  readonly key: string
  /** What the write started from. */
  readonly base: Json | undefined
  /** What it would store. */
  readonly mine: Json | undefined
  /** What is stored now. */
  readonly theirs: Json | undefined
  /** Whether the write was made before the session was loaded. */
  readonly isEarly?: boolean
  /** Whether it was made before the load and sets what was shown. */
  readonly isChosen?: boolean
}

/** Returns the base for a merge: if nothing was stored and a value is written, the default, which is what the app was shown. */
export function toShownBase(codec: SessionCodec, { key, base, mine }: Sides): Json | undefined {
  return base === undefined && mine !== undefined ? codec.fallback(key) : base
}

/**
 * Returns whether a write that changes nothing is a choice, which stands, and no edit: a `delete`, a `set` of a leaf, and
 * before the load any `set`. A form that is saved without a change is no choice; it must not undo another tab's edit.
 */
export function isChoice({ base, mine, isChosen }: Sides): boolean {
  return isChosen === true || (isEqual(mine, base) && (typeof mine !== 'object' || mine === null))
}

/** Merges three ways what the schema sees of the values, and puts the result over what is stored now. */
function mergeSides(rules: Rules, sides: Sides): Json | undefined {
  const { codec, identify, onLost } = rules
  const { key, mine, theirs } = sides
  const base = toShownBase(codec, sides)
  const choice = toSeen(codec, key, mine) ?? mine
  const lose = (): void => onLost?.(key)
  if (isChoice({ ...sides, base: toSeen(codec, key, base) ?? base, mine: choice })) {
    lose()
    return putOver(rules, key, theirs, choice)
  }
  const options = { identify: identify(key), onLost: lose }
  const seen = toSeen(codec, key, theirs)
  // A newer deploy stored what our schema refuses: all that can be merged is what is stored.
  if (seen === undefined && theirs !== undefined) return merge(base, mine, theirs, options)
  const merged = merge(toSeen(codec, key, base) ?? base, choice, seen, options)
  const fitting = toSeen(codec, key, merged)
  if (fitting !== undefined || merged === undefined) return putOver(rules, key, theirs, fitting)
  // Two changes that are right, each by itself, need not fit the schema together.
  lose()
  return putOver(rules, key, theirs, choice)
}

/**
 * Returns what a write stores now that another client changed its key.
 *
 * @throws SessionConflictError under the policy `reject`; what a policy's function throws
 */
export function resolveConflict(rules: Rules, sides: Sides): Json | undefined {
  const { codec, policy, onLost } = rules
  const { key, mine, theirs, isEarly } = sides
  const rule = policy(key)
  if (rule === 'merge') return mergeSides(rules, sides)
  if (rule === 'mine' && !isEarly) return mine
  onLost?.(key)
  if (rule === 'mine') return putOver(rules, key, theirs, mine)
  if (rule === 'theirs') return theirs
  const read = (raw: Json | undefined): unknown => decodeStored(codec, key, raw)
  const conflict: Conflict = { key, base: read(sides.base), mine: read(mine), theirs: read(theirs), ...(isEarly && { early: true }) }
  if (rule === 'reject') throw new SessionConflictError(key, conflict)
  return putOver(rules, key, theirs, codec.encode(key, rule(conflict)))
}

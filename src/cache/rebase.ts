// Moves the base under the log: replays what is left of it on the new state and reports what was rejected or lost. The cache calls it.
import { SessionConflictError } from '../errors/session-conflict-error.ts'
import { type Json, own } from '../protocol/json.ts'
import type { State } from '../protocol/state.ts'
import { type Applied, lastWrites, type Mutation, reapply, writesOf } from './mutation.ts'
import type { Conflict } from './operation.ts'
import { replay } from './replay.ts'
import { replayAlone } from './replay-alone.ts'
import { type Data, decodeStored, type Rules } from './stored-value.ts'

/** How the base moves. */
export interface Move {
  readonly base: State | undefined
  /** Mutations that the new base contains, in the order of the log. */
  readonly acknowledged?: ReadonlySet<Mutation>
  /** Mutations that leave the log without being stored. */
  readonly removed?: ReadonlySet<Mutation>
  /** Mutations that come before all others, from the journal. They are computed on this base. */
  readonly restored?: readonly Mutation[] | undefined
}

/** Returns whether a base belongs to another session. `end()` wipes to a version that no server has, '', with or without a lineage. */
export function isNewSession(from: State | undefined, to: State | undefined): boolean {
  return from !== undefined && (to?.version === '' || (from.lineage !== null && from.lineage !== to?.lineage))
}

/** What a move of the base leads to. */
export interface Rebased {
  readonly log: Mutation[]
  readonly view: Data
  /** Mutations that could not be replayed, with what they threw. */
  readonly rejected: readonly (readonly [Mutation, unknown])[]
  /** One for each key of which a change is lost, by another client or by us. */
  readonly conflicts: readonly Conflict[]
}

/** A state with the writes of mutations over it. */
function createDraft(state: State | undefined, before: Iterable<Applied> = []) {
  const writes = lastWrites(before)
  const stored: Data = (key) => state && own(state.data, key)
  return {
    data: ((key) => (writes.has(key) ? writes.get(key) : stored(key))) satisfies Data,
    write(applied: Applied) {
      for (const [key, value] of writesOf(applied)) writes.set(key, value)
    },
  }
}

/**
 * Replays what is left of a log on a new base, in two steps for each mutation. The first one is on `ours`: the old base
 * with our own acknowledged writes and without what was rejected. Nothing is merged there, and it differs from the former
 * view only if something was rejected. The second one is on `theirs`, the new base, and starts from the first step, so
 * that conflict policies decide about changes by other clients alone. A mutation that throws in the second step is
 * rejected and in neither state.
 */
export function rebase(base: State | undefined, log: readonly Mutation[], move: Move, rules: Rules): Rebased {
  const { base: next, acknowledged, removed, restored = [] } = move
  const rest = [...restored, ...log.filter((mutation) => !acknowledged?.has(mutation) && !removed?.has(mutation))]
  const known = rest.length > 0 ? [...(acknowledged ?? [])] : []
  const [before, ours, theirs] = [createDraft(base, known), createDraft(base, known), createDraft(next)]
  const lost = new Map<string, Conflict | undefined>()
  const stored: Data = (key) => next && own(next.data, key)
  const rebasing: Rules = { ...rules, stored, onLost: (key) => lost.set(key, undefined) }
  const kept: Mutation[] = []
  const rejected: [Mutation, unknown][] = []
  let hasRejected = log.some((mutation) => removed?.has(mutation))
  for (const mutation of rest) {
    const first = hasRejected ? replayAlone(ours.data, mutation, rules) : mutation
    try {
      const second = next ? replay(theirs.data, first.operation, rebasing, first.accessed) : first
      ours.write(first)
      theirs.write(second)
      reapply(mutation, second)
      kept.push(mutation)
    } catch (error) {
      hasRejected = true
      rejected.push([mutation, error])
      if (error instanceof SessionConflictError) lost.set(error.key, toConflict(error))
    }
  }
  const read = (key: string, raw: Json | undefined): unknown => decodeStored(rules.codec, key, raw)
  const conflictOf = (key: string): Conflict => {
    const shown = base ? before.data(key) : rules.codec.fallback(key)
    const values = { key, base: read(key, shown), mine: read(key, ours.data(key)), theirs: read(key, stored(key)) }
    return base ? values : { ...values, early: true }
  }
  return { log: kept, view: theirs.data, rejected, conflicts: Array.from(lost, ([key, conflict]) => conflict ?? conflictOf(key)) }
}

/** Returns the values of a rejected write, which are in no state. */
function toConflict({ key, base, mine, theirs, early }: SessionConflictError): Conflict {
  return { key, base, mine, theirs, ...(early && { early }) }
}

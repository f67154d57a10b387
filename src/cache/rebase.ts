import { isEqual, type Json, own } from '../protocol/json.ts'
import type { State } from '../protocol/state.ts'
import { lastWrites, type Mutation, readBy, writesOf, writtenBy } from './mutation.ts'
import { type Data, type Rules, replay } from './replay.ts'

/** How the base moves. */
export interface Move {
  readonly base: State | undefined
  /** Mutations that the new base contains, in the order of the log. */
  readonly acknowledged?: ReadonlySet<Mutation>
  /** Mutations that leave the log without being stored. */
  readonly removed?: ReadonlySet<Mutation>
}

/** A base with a log and the view that follows from them. */
export interface Standing {
  readonly base: State | undefined
  readonly log: readonly Mutation[]
  readonly view: Data
}

/** What a move of the base leads to. */
export interface Rebased {
  readonly log: Mutation[]
  readonly view: Data
  /** Mutations that could not be replayed, with what they threw. */
  readonly rejected: readonly (readonly [Mutation, unknown])[]
  /** Keys of pending mutations that somebody else changed: what was expected, what was shown and what is stored. */
  readonly met: readonly { readonly key: string; readonly values: readonly (Json | undefined)[] }[]
}

/** What a state has stored, with some writes over it. */
function layer(state: State | undefined, writes: ReadonlyMap<string, Json | undefined>): Data {
  return (key) => (writes.has(key) ? writes.get(key) : state && own(state.data, key))
}

/** Replays what is left of the log on a new base. The mutations get their new traces; what they throw rejects them alone. */
export function rebase({ base, log, view }: Standing, { base: next, acknowledged, removed }: Move, rules: Rules): Rebased {
  const rest = log.filter((mutation) => !acknowledged?.has(mutation) && !removed?.has(mutation))
  const touched = new Set(base && rest.flatMap((mutation) => [...readBy(mutation), ...writtenBy(mutation)]))
  // Where nothing is left to replay, nobody asks what was expected.
  const expected = layer(base, lastWrites(rest.length > 0 ? (acknowledged ?? []) : []))
  const theirs = layer(next, new Map())
  const draft = new Map<string, Json | undefined>()
  const after = layer(next, draft)
  const isMoved = (key: string): boolean => !isEqual(expected(key), theirs(key))
  // Policies decide about changes by somebody else. A write of ours that left the log is none: what stood on it is merged.
  const policy: Rules['policy'] = (key) => (isMoved(key) || rules.policy(key) === 'mine' ? rules.policy(key) : 'merge')
  const rebasing: Rules = { ...rules, policy }
  const kept: Mutation[] = []
  const rejected: [Mutation, unknown][] = []
  for (const mutation of rest) {
    try {
      const { operation, trace } = next ? replay(after, mutation.operation, rebasing, mutation.trace) : mutation
      Object.assign(mutation, { operation, trace })
      for (const [key, value] of writesOf(mutation)) draft.set(key, value)
      kept.push(mutation)
    } catch (error) {
      rejected.push([mutation, error])
    }
  }
  const met = [...touched].flatMap((key) => {
    const values = [expected(key), view(key), theirs(key)]
    // They stored what is shown, and it stays: nobody has lost anything.
    const isAgreed = isEqual(values[2], values[1]) && isEqual(values[2], after(key))
    return !isMoved(key) || isAgreed ? [] : [{ key, values }]
  })
  return { log: kept, view: after, rejected, met }
}

import { isEqual, type Json, own } from '../protocol/json.ts'
import type { State } from '../protocol/state.ts'
import { fold } from './effect.ts'
import type { Operation } from './operation.ts'
import { type Data, put, type Rules, replay, type Trace } from './replay.ts'

/** One entry of the log: a call of the app, or several sets of one key that became one. */
export interface Mutation {
  operation: Operation
  /** What it did on the data before it; undefined where it waits for the first base. */
  trace: Trace | undefined
  /** Whether it was taken into a commit. */
  sent: boolean
  /** What its callers were given: settles once, when it is acknowledged or rejected. */
  readonly receipt: Promise<unknown>
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/** How the base moves. */
export interface Move {
  readonly base: State | undefined
  /** Mutations that the new base contains, in the order of the log. */
  readonly acknowledged?: ReadonlySet<Mutation>
  /** Mutations that leave the log without being stored. */
  readonly removed?: ReadonlySet<Mutation>
}

/** A base with a log and the view that follows from them. */
export interface Replayed {
  readonly base: State | undefined
  readonly log: readonly Mutation[]
  readonly view: Data
}

/** What a move of the base leads to. */
export interface Rebased {
  readonly log: Mutation[]
  readonly view: Map<string, Json>
  /** Mutations that could not be replayed, with what they threw. */
  readonly rejected: readonly (readonly [Mutation, unknown])[]
  /** Keys of pending mutations that somebody else changed: what was expected, what was shown and what is stored. */
  readonly met: readonly { readonly key: string; readonly values: readonly (Json | undefined)[] }[]
}

/**
 * Replays what is left of the log on a new base. The mutations get their new traces; what they throw rejects them alone.
 * Values that stay equal stay the same object, so that nobody reads them anew.
 */
export function rebase({ base, log, view }: Replayed, { base: next, acknowledged, removed }: Move, rules: Rules): Rebased {
  const rest = log.filter((mutation) => !acknowledged?.has(mutation) && !removed?.has(mutation))
  // Where nothing is left to replay, nobody asks what was expected.
  const stored = [...(acknowledged ?? [])].map(({ trace }) => trace)
  const expected = rest.length > 0 ? fold(base, stored) : new Map<string, Json>()
  const touched = new Set(base && rest.flatMap(({ trace }) => (trace ? [...trace.reads.keys(), ...trace.writes.keys()] : [])))
  const after = fold(next, [])
  const isMoved = (key: string): boolean => !isEqual(expected.get(key), next && own(next.data, key))
  // Policies decide about changes by somebody else. A write of ours that left the log is none: what stood on it is merged.
  const policy: Rules['policy'] = (key) => (isMoved(key) || rules.policy(key) === 'mine' ? rules.policy(key) : 'merge')
  const kept: Mutation[] = []
  const rejected: [Mutation, unknown][] = []
  for (const mutation of rest) {
    try {
      const trace = next ? replay(after, mutation.operation, { ...rules, policy }, mutation.trace) : mutation.trace
      for (const [key, value] of trace?.writes ?? []) put(after, key, value)
      mutation.trace = trace
      if (trace) mutation.operation = trace.operation
      kept.push(mutation)
    } catch (error) {
      rejected.push([mutation, error])
    }
  }
  for (const [key, value] of view) if (isEqual(value, after.get(key))) after.set(key, value)
  const met = [...touched].flatMap((key) => {
    const values = [expected.get(key), view.get(key), next && own(next.data, key)]
    // They stored what is shown, and it stays: nobody has lost anything.
    const isAgreed = isEqual(values[2], values[1]) && isEqual(values[2], after.get(key))
    return !isMoved(key) || isAgreed ? [] : [{ key, values }]
  })
  return { log: kept, view: after, rejected, met }
}

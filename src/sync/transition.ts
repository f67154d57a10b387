// Owns the shape of what a decision leads to. The settle files, `prepare.ts` and `commands.ts` return it; `engine.ts` carries it out.
import type { Mutation } from '../cache/mutation.ts'
import type { SessionEndReason } from '../errors/session-ended-error.ts'
import type { State } from '../protocol/state.ts'
import type { Deferred } from './deferred.ts'
import type { SyncState } from './state.ts'

/** Callers whose promises settle: they reject if there is an error. */
export interface Answered {
  readonly waiters: readonly Deferred[]
  readonly error?: unknown
}

/** What a decision leads to: the next state, and who is told what. It calls nobody by itself. */
export interface Transition {
  readonly state: SyncState
  /** The new base. */
  readonly base?: State
  /** Whether the other tabs are told how the base got there. */
  readonly isNews?: boolean
  /** How many mutations of the log were taken into a commit. */
  readonly sent?: number
  /** Mutations that the new base contains; they leave the log in the same step. */
  readonly acknowledged?: readonly Mutation[]
  /** Mutations that leave the log unstored, each with its error. */
  readonly rejected?: ReadonlyMap<Mutation, unknown>
  /** Mutations of the journal, which come before all others. */
  readonly restored?: readonly Mutation[]
  readonly answered?: readonly Answered[]
  /** The session that ended, for this reason. */
  readonly ended?: SessionEndReason
  /** Whether other code has undone acknowledged writes. */
  readonly isUndone?: boolean
}

/** What a decision looks at beside the state. */
export interface DecisionContext {
  readonly state: SyncState
  readonly base: State | undefined
  readonly log: readonly Mutation[]
  /** How many calls were made. */
  readonly calls: number
  readonly now: number
}

// Decides what the pipeline does next, and under which locks. `loop.ts` asks it before each step, and again once a lock is granted. Pure.
import type { Mutation } from '../cache/mutation.ts'
import type { State } from '../protocol/state.ts'
import { isAwaited } from './confirmation.ts'
import { needsFenceOn } from './outbox.ts'
import { waitUntil } from './pacing.ts'
import { isSuspended, type SyncState } from './state.ts'

/** What planning looks at. */
export interface Situation {
  readonly state: SyncState
  readonly base: State | undefined
  readonly log: readonly Mutation[]
  /** How many calls were made. */
  readonly calls: number
  readonly now: number
  /** Whether the lock of an exchange is awaited because another tab has it: a section runs there. */
  readonly isSectionAwaited: boolean
}

/** What the pipeline does next. */
export type Step =
  | { readonly kind: 'idle' }
  /** `isBackoff`: for a failure or a `Retry-After`, not for a turn of other writers. */
  | { readonly kind: 'wait'; readonly until: number; readonly isBackoff: boolean }
  /** Take in what other tabs broadcast. */
  | { readonly kind: 'receive' }
  /** Take a prefix of the log into a commit. `isLeaving`: the page may be gone after this task. */
  | { readonly kind: 'prepare'; readonly isLeaving: boolean }
  /** `isConfirming`: in place of a write, to learn whether the server holds what a log without net effect leaves as it is, or has a session. */
  | { readonly kind: 'read'; readonly isConditional: boolean; readonly isConfirming?: boolean }
  | { readonly kind: 'commit'; readonly isLeaving: boolean }
  | { readonly kind: 'end' }

/** A step that goes over the network. */
export type ExchangeStep = Extract<Step, { readonly kind: 'read' | 'commit' | 'end' }>

/** The locks that a step needs. `keep` holds on to `creation` through reads and waits, from a commit's first attempt to its outcome. */
export interface NeededLocks {
  readonly section: boolean
  readonly creation: 'take' | 'keep' | 'release'
}

const idle: Step = { kind: 'idle' }
const fullRead: Step = { kind: 'read', isConditional: false }

/** Decides what the pipeline does next. */
export function plan(s: Situation): Step {
  const { state, now } = s
  if (state.isDisposed) return idle
  if (state.isLeaving) return planLeaving(s)
  if (state.isAway || state.section.phase === 'entering') return idle
  if (mayReceive(s)) return { kind: 'receive' }
  const step = nextExchange(s)
  if (step.kind === 'idle' || isPostSectionRead(s)) return step
  const until = stepUntil(s, step)
  // Timers may fire a little early.
  if (until - now < 1) return step
  return { kind: 'wait', until, isBackoff: waitUntil(state.pacing, false) - now >= 1 }
}

/** Whether messages of other tabs are taken in: never while a commit is in flight, whose base must not move. */
export function mayReceive({ state, base }: Situation): boolean {
  return state.inbox.length > 0 && base !== undefined && !state.outbox.inFlight
}

/** Whether the next step is the read after our own section: it waits for nothing. */
export function isPostSectionRead({ state: { section, reads, ending } }: Situation): boolean {
  return section.readsAtOnce && reads.pending === 'full' && !ending
}

function stepUntil({ state: { pacing, doubt, ending, confirmation, reads } }: Situation, step: Step): number {
  const { kind } = step
  const until = waitUntil(pacing, kind !== 'read')
  if (kind === 'read' && step.isConfirming && reads.pending === 'no') return Math.max(until, confirmation.readAt)
  if (kind === 'read') return Math.max(until, doubt?.readAt ?? 0)
  return kind === 'end' ? Math.max(until, ending?.notBefore ?? 0) : until
}

/** The exchange to do next, waits aside. */
function nextExchange(s: Situation): Step {
  const { state, base, log } = s
  const { outbox, reads, ending, doubt, section } = state
  if (doubt) return fullRead
  const mayWrite = !isSuspended(state) && section.phase !== 'running'
  if (ending && mayWrite) return ending.needsRead ? fullRead : { kind: 'end' }
  const hasWrites = mayWrite && hasCommit(s)
  const isReadFirst = !base || !mayWrite || reads.pending === 'full' || (!outbox.inFlight && log.length === 0)
  // A client that is used loads, also if what it wrote was discarded meanwhile.
  const isWanted = reads.pending !== 'no' || (!base && mayWrite)
  if (isReadFirst && isWanted) {
    return { kind: 'read', isConditional: reads.pending !== 'full' && !outbox.inFlight && state.status.status === 'ready' }
  }
  if (!hasWrites) return idle
  if (isConfirmationAwaited(s) || isCreationAwaited(s))
    return { kind: 'read', isConditional: state.status.status === 'ready', isConfirming: true }
  return { kind: outbox.inFlight ? 'commit' : 'prepare', isLeaving: false }
}

/** Whether the log has no net effect and waits for a read that confirms it. */
function isConfirmationAwaited({ state: { outbox, confirmation }, log, calls }: Situation): boolean {
  return !outbox.inFlight && log.length > 0 && isAwaited(confirmation, log, calls)
}

/** Whether the first commit of a page that was left is awaited, which may create the session of this visitor. */
export function isCreationAwaited({ state: { outbox, pacing }, base, now }: Situation): boolean {
  return base?.lineage === null && !outbox.inFlight && pacing.createNotBefore > now
}

/** Whether a commit is to be sent, or sent again. */
function hasCommit({ state: { outbox }, base, log }: Situation): boolean {
  return outbox.inFlight !== undefined || log.length > 0 || (base !== undefined && needsFenceOn(outbox, base))
}

/** In the task in which a page may be left no lock can be awaited: what may leave without one does, the rest stays. */
function planLeaving(s: Situation): Step {
  const { inFlight } = s.state.outbox
  if (inFlight?.next === 'at-once') return { kind: 'commit', isLeaving: true }
  // Taken a moment ago, in this very task.
  if (inFlight && inFlight.attempts === 0) return { kind: 'commit', isLeaving: true }
  return mayLeaveUnlocked(s) && !isConfirmationAwaited(s) ? { kind: 'prepare', isLeaving: true } : idle
}

/**
 * Whether what is unsent may leave with the page, without lock or pause: its response can set no cookie, so it cannot undo a
 * log-in. With an old key it finds 410 and stores nothing.
 */
export function mayLeaveUnlocked({ state, base, log, now, isSectionAwaited }: Situation): boolean {
  const { outbox, pacing, section, ending, doubt } = state
  if (!base || needsCreationLock(base) || log.length === 0) return false
  if (section.phase !== 'none' || isSectionAwaited || pacing.retryAfterUntil > now) return false
  if (outbox.inFlight || isSuspended(state) || ending || doubt) return false
  return !log.some(({ operation }) => operation.kind === 'cycleKey' || operation.kind === 'setExpiry')
}

/** Whether commits on this base go in one tab at a time: two tabs would create two sessions, or overwrite each other. */
export function needsCreationLock(base: State | undefined): boolean {
  return base !== undefined && (base.lineage === null || base.atomic === false)
}

/** Decides which locks a step needs. In its own section a client holds `section` already. */
export function locksFor(s: Situation, step: Step): NeededLocks {
  const { state, base } = s
  const isUnlocked = 'isLeaving' in step && step.isLeaving
  const isCommit = step.kind === 'commit' || step.kind === 'prepare'
  const isExchange = isCommit || step.kind === 'read' || step.kind === 'end'
  const section = isExchange && !isUnlocked && state.section.phase === 'none'
  const mayCreate = needsCreationLock(base) && !state.ending && !isSuspended(state) && state.section.phase !== 'running'
  if (step.kind === 'idle' || !mayCreate || !hasCommit(s) || isConfirmationAwaited(s)) return { section, creation: 'release' }
  return { section, creation: isCommit && !isUnlocked ? 'take' : 'keep' }
}

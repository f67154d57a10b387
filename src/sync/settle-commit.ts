// Decides what the outcome of a commit leads to. `settle.ts` calls it. Pure.
import type { Mutation } from '../cache/mutation.ts'
import type { SessionError } from '../errors/session-error.ts'
import { SessionRejectedError } from '../errors/session-rejected-error.ts'
import { SessionUnknownFateError } from '../errors/session-unknown-fate-error.ts'
import type { State } from '../protocol/state.ts'
import { acknowledge, applySameSession, fail, keysOf, rejections, type SettleContext, suspendForAuth } from './apply-state.ts'
import { type Failure, misplaced, type Outcome, type Refusal, type Rejection } from './classify-response.ts'
import { changeInFlight, type InFlight, rejectCommit, renumber, retireCommit } from './outbox.ts'
import { mismatchPatience, type Pacing, retryInNewTask, type Turn, yieldAfterConflict, yieldAfterMismatch } from './pacing.ts'
import { wantRead } from './read-queue.ts'
import { maxFailures } from './settle-read.ts'
import { type SyncState, withStatus } from './state.ts'
import type { Transition } from './transition.ts'

/** Decides what the outcome of a commit leads to. Until its outcome is known, the same bytes go again. */
export function settleCommit(c: SettleContext, outcome: Outcome): Transition {
  const { inFlight } = c.state.outbox
  if (!inFlight) return { state: c.state }
  switch (outcome.kind) {
    case 'state':
      return acknowledge(c, inFlight, outcome.answer)
    case 'conflict':
      return settleConflict(c, inFlight, outcome.state)
    case 'other-session':
      return settleOtherSession(c, inFlight)
    case 'unknown-key':
      return doubtCommit({ ...c.state, outbox: retireCommit(c.state.outbox), pacing: mismatchPacing(c, inFlight) }, c.now)
    case 'key-reused':
      return settleKeyReused(c, inFlight)
    case 'needs-auth':
      return suspendForAuth(c)
    case 'rejected':
      return settleRejection(c, inFlight, outcome)
    case 'csrf':
      // Refused again without a name: a firewall may speak, which counts as a failure.
      if (!outcome.refusal && inFlight.isRefused) return settleFailure(c, inFlight, misplaced(403, 'forbidden'))
      return settleRefusal(c, inFlight, outcome.refusal)
    case 'failed':
      if (outcome.refusal) return settleRefusal(c, inFlight, outcome.refusal, outcome.error)
      return settleFailure(c, inFlight, outcome)
    case 'cut':
      return { state: { ...c.state, outbox: changeInFlight(c.state.outbox, { mayBeStored: true, next: nextAfterCut(c.state) }) } }
    default:
      return settleFailure(c, inFlight, misplaced(204))
  }
}

/** A commit that the page's leaving cut off goes again in the same task, this time outliving the page. */
function nextAfterCut({ isLeaving }: SyncState): InFlight['next'] {
  return isLeaving ? 'at-once' : 'usual'
}

const turnOf = (c: SettleContext, { n, sentAt }: InFlight): Turn => ({ n, sentAt, now: c.now, random: c.random })

const mismatchPacing = (c: SettleContext, inFlight: InFlight): Pacing => yieldAfterMismatch(c.state.pacing, turnOf(c, inFlight))

/** Another client was first: the log is replayed on what the server has now and goes under the next number. */
function settleConflict(c: SettleContext, inFlight: InFlight, state: State): Transition {
  const transition = applySameSession(c, state)
  const pacing = yieldAfterConflict(transition.state.pacing, turnOf(c, inFlight))
  return { ...transition, state: { ...transition.state, pacing } }
}

/** A read decides what a response of another session means. A commit's response counts as the first of two. */
function doubtCommit(state: SyncState, now: number): Transition {
  return { state: { ...state, doubt: { isByCommit: true, isSeenByRead: false, readAt: now }, reads: wantRead(state.reads, 'full') } }
}

/**
 * The cookie names another session than the commit. If reads contradict that again and again, something between responds to
 * one of them, such as a service worker's cache: the client says so and backs off like after any failure.
 */
function settleOtherSession(c: SettleContext, inFlight: InFlight): Transition {
  const doubted = doubtCommit({ ...c.state, pacing: mismatchPacing(c, inFlight) }, c.now)
  if (c.state.pacing.mismatches < mismatchPatience) return doubted
  return fail({ ...c, state: doubted.state }, misplaced(410, 'cached'))
}

/** Another client used our number. From here on this is another client, and what may have been stored is not sent again. */
function settleKeyReused(c: SettleContext, inFlight: InFlight): Transition {
  const outbox = renumber(c.state.outbox, c.createClientId())
  const unknown = inFlight.mayBeStored ? inFlight.mutations : []
  return {
    state: { ...c.state, outbox, pacing: mismatchPacing(c, inFlight) },
    rejected: rejections(c.log, unknown, () => new SessionUnknownFateError()),
  }
}

/**
 * The server takes no commit from this page: for its token, its origin, or because the method is not served. A read comes first, for a
 * new token and to learn that the session is served at all. Refused again, the mutations reject with the hint, without bisection.
 */
function settleRefusal(c: SettleContext, inFlight: InFlight, refusal: Refusal | undefined, error: SessionError | null = null): Transition {
  if (!refusal || !inFlight.isRefused) {
    const outbox = changeInFlight(c.state.outbox, { isRefused: true })
    return { state: withStatus({ ...c.state, outbox, reads: wantRead(c.state.reads, 'full') }, { error }) }
  }
  const reason = toRejection(refusal)
  const rejected = rejections(c.log, inFlight.mutations, () =>
    inFlight.mayBeStored ? new SessionUnknownFateError({ cause: reason }) : reason,
  )
  // A duplicate has the same token, origin and method, so the server refuses it again.
  const outbox = rejectCommit(c.state.outbox, true, inFlight.mayBeStored)
  return { state: withStatus({ ...c.state, outbox }, { error: reason }), rejected }
}

/** Returns the error of a commit or an end that the server refuses whatever it contains. */
export function toRejection({ status, problem, detail }: Refusal): SessionRejectedError {
  return new SessionRejectedError(status, problem, [], { detail })
}

/**
 * Returns the poison mutations, as far as they are known: the only one of the commit, or the only one of a key that the server
 * names. Of several on one key some may be innocent.
 */
export function findPoison(
  mutations: readonly Mutation[],
  { problem, errors }: Pick<Rejection, 'problem' | 'errors'>,
): readonly Mutation[] {
  if (mutations.length === 1) return mutations
  // A commit carries only the last one, so the one that exceeds the limit is known.
  if (problem === 'expiry-too-long') return mutations.filter(({ operation }) => operation.kind === 'setExpiry').slice(-1)
  const named = errors.map(({ key = '' }) => mutations.filter((mutation) => keysOf(mutation).includes(key)))
  return [...new Set(named.flatMap((group) => (group.length === 1 ? group : [])))]
}

/**
 * Whether a refusal says nothing of an earlier attempt. A server refuses keys before it looks whether the commit is stored, and another
 * release that exposes them may have stored it.
 */
export function isOutcomeUnknown({ mayBeStored }: InFlight, { problem }: Pick<Rejection, 'problem'>): boolean {
  return mayBeStored && (problem === 'private-key' || problem === 'read-only-key')
}

/** Rejects the poison mutations; bisects the commit if none is known. */
function settleRejection(c: SettleContext, inFlight: InFlight, rejection: Rejection): Transition {
  const { mutations } = inFlight
  const { status, problem, errors, limit } = rejection
  if (isOutcomeUnknown(inFlight, rejection)) {
    const cause = new SessionRejectedError(status, problem, errors, { limit })
    const rejected = rejections(c.log, mutations, () => new SessionUnknownFateError({ cause }))
    return { state: { ...c.state, outbox: rejectCommit(c.state.outbox, true, true) }, rejected }
  }
  const poison = findPoison(mutations, rejection)
  const rejected = rejections(c.log, poison, (mutation) => {
    const keys = keysOf(mutation)
    const ours = errors.filter(({ key }) => key === undefined || keys.includes(key))
    // A mutation that bisection found gets the server's words, though they name a key that it did not write.
    return new SessionRejectedError(status, problem, ours.length > 0 ? ours : errors, { limit })
  })
  return { state: { ...c.state, outbox: rejectCommit(c.state.outbox, poison.length > 0, true) }, rejected }
}

/** Responses that say that nothing was stored; 0 if none could be requested. A 503 does not: the store may have failed after it had stored. */
const unstoredStatuses: readonly unknown[] = [0, 403, 429]

/** Whether the attempt that failed may have been stored. */
export function mayHaveStored({ status }: Failure): boolean {
  return !unstoredStatuses.includes(status)
}

/** Tries again: at once without keepalive after a first failure without a response, else after a backoff. */
function settleFailure(c: SettleContext, inFlight: InFlight, failure: Failure): Transition {
  const mayBeStored = inFlight.mayBeStored || mayHaveStored(failure)
  const isFirstLost = failure.status === undefined && inFlight.attempts === 1
  const failures = inFlight.failures + (failure.status !== undefined && !failure.isTemporary ? 1 : 0)
  // A refusal for the keepalive quota looks like a network error.
  const outbox = changeInFlight(c.state.outbox, {
    mayBeStored,
    failures,
    error: failure.error,
    next: isFirstLost ? 'without-keepalive' : 'usual',
  })
  if (isFirstLost) return { state: { ...c.state, outbox, pacing: retryInNewTask(c.state.pacing, c.now) } }
  // A read comes before the last attempt, and after it.
  const reads = failures >= maxFailures - 1 ? wantRead(c.state.reads, 'full') : c.state.reads
  return fail({ ...c, state: { ...c.state, outbox, reads } }, failure)
}

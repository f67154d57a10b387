// Decides what the outcome of a read leads to. `settle.ts` calls it. Pure.
import { SessionUnknownFateError } from '../errors/session-unknown-fate-error.ts'
import type { State } from '../protocol/state.ts'
import {
  acknowledge,
  applyReplacedSession,
  applySameSession,
  fail,
  isOtherSession,
  rejections,
  resumeAfterRead,
  type SettleContext,
  suspendForAuth,
} from './apply-state.ts'
import { misplaced, type Outcome } from './classify-response.ts'
import { excuseCookie } from './cookie.ts'
import { changeInFlight, forceCreation, giveCommitUp, type InFlight } from './outbox.ts'
import { recover } from './pacing.ts'
import { answerRead, wantRead } from './read-queue.ts'
import { type Ending, isStillThere, repeatDelete } from './session-end.ts'
import { withStatus } from './state.ts'
import type { Transition } from './transition.ts'

/** How long a key that the server does not know is given to become known, in milliseconds: a log-in may be in flight. */
const unknownKeyMs = 3000
/**
 * How often a commit may be answered by 4xx or 5xx while reads succeed before it is bisected. A read comes before the last
 * of these attempts and after it, and a read that fails starts a new count: a gateway responds so while the server is down.
 */
export const maxFailures = 5

/** Decides what the outcome of a read leads to. */
export function settleRead(c: SettleContext, outcome: Outcome): Transition {
  switch (outcome.kind) {
    case 'cut':
      return { state: c.state }
    case 'unchanged':
      return settleUnchanged(c)
    case 'needs-auth':
      return suspendForAuth(c)
    case 'state':
      if (outcome.answer.data) return settleState(c, { ...outcome.answer, data: outcome.answer.data })
  }
  // The server is down as a whole, so its responses say nothing of the commit.
  const state = { ...c.state, outbox: changeInFlight(c.state.outbox, { failures: 0 }) }
  return fail({ ...c, state }, outcome.kind === 'failed' ? outcome : misplaced(200))
}

function settleUnchanged(c: SettleContext): Transition {
  const { queue, answered } = answerRead(c.state.reads)
  // A 304 names the session that we know.
  const cookie = excuseCookie(c.state.cookie)
  const state = { ...c.state, cookie, reads: queue, pacing: recover(c.state.pacing), doubt: undefined }
  return { state: withStatus(state, { error: null }), answered: [{ waiters: answered }] }
}

/**
 * Whether a state needs a second read before it is believed. It may have been requested with the cookie of before a log-in,
 * or an end may have met a key that was rotated away a moment ago.
 */
export function isStrange(c: SettleContext, state: State): boolean {
  const { doubt, ending } = c.state
  if (!state.unknownKey) return !doubt && isOtherSession(c, state)
  return doubt !== undefined || endNeedsSecondRead(ending?.lineage) || isOtherSession(c, state)
}

/** Whether an end that met an unknown key reads twice: it may be needed once more, under the new key. */
export function endNeedsSecondRead(lineage: string | null | undefined): boolean {
  return typeof lineage === 'string'
}

/** Whether a state is believed without a second read. */
export function isBelieved(c: SettleContext, state: State): boolean {
  return c.state.doubt?.isSeenByRead === true || !isStrange(c, state)
}

function settleState(c: SettleContext, state: State): Transition {
  const { doubt, ending, outbox, reads } = c.state
  const { inFlight } = outbox
  if (isBelieved(c, state)) return believe(c, state)
  // The old key of a rotation whose response was lost answers that commit alone, so the commit goes before the session is given up.
  const isRotationInDoubt = state.unknownKey && !doubt && !ending && inFlight?.mayBeStored && inFlight.failures < maxFailures
  if (isRotationInDoubt) return resumeAfterRead(c, state)
  const readAt = c.now + (state.unknownKey ? unknownKeyMs : 0)
  const next = { isByCommit: doubt !== undefined, isSeenByRead: true, readAt }
  return { state: { ...c.state, doubt: next, reads: wantRead(reads, 'full') } }
}

/** Whether the next commit creates a session although the cookie names one: once confirmed, until a read finds a session. */
export function keepsForcing(isForced: boolean, isConfirmed: boolean, state: State): boolean {
  return state.unknownKey === true && (isConfirmed || isForced)
}

function believe(c: SettleContext, state: State): Transition {
  const { outbox, doubt } = c.state
  const forceCreate = keepsForcing(outbox.forceCreate, doubt?.isByCommit === true, state)
  return takeRead({ ...c, state: { ...c.state, outbox: forceCreation(outbox, forceCreate), doubt: undefined } }, state)
}

function takeRead(c: SettleContext, state: State): Transition {
  const { ending, outbox } = c.state
  const { inFlight } = outbox
  if (ending) return settleEndRead(c, state)
  if (isOtherSession(c, state)) return applyReplacedSession(c, state)
  if (!inFlight || state.lineage !== c.base?.lineage) return applySameSession(c, state)
  if (state.last >= inFlight.n) return acknowledge(c, inFlight, state, true)
  if (inFlight.failures >= maxFailures) return giveUp(c, inFlight, state)
  // The commit goes again with the same bytes on the same base, and its response brings the state.
  return resumeAfterRead(c, state)
}

/** Decides whether the session that is being ended is gone. What was written since belongs to a new visitor. */
function settleEndRead(c: SettleContext, state: State): Transition {
  const { ending } = c.state
  if (!ending) return { state: c.state }
  if (endNeedsAnotherDelete(ending, state)) {
    const again = repeatDelete(ending, state.lineage as string, c.now, c.random, c.settings.retry)
    return resumeAfterRead({ ...c, state: { ...c.state, ending: again } }, state)
  }
  const after = { ...c, state: { ...c.state, ending: undefined } }
  const transition = isOtherSession(after, state) ? applyReplacedSession(after, state) : applySameSession(after, state)
  return { ...transition, answered: [...(transition.answered ?? []), { waiters: [ending.done] }] }
}

/** Whether the read after a DELETE shows that the session still lives, so that the DELETE goes again. */
export function endNeedsAnotherDelete(ending: Ending, state: State): boolean {
  return isStillThere(ending, state)
}

/** Gives up a commit that the server cannot take: bisection finds the poison one, and a single one has an unknown outcome. */
function giveUp(c: SettleContext, { mutations, error }: InFlight, state: State): Transition {
  const transition = applySameSession(c, state, (superseded) => giveCommitUp(superseded, c.state.outbox))
  if (mutations.length !== 1) return transition
  const stored = new Set(transition.acknowledged)
  const lost = mutations.filter((mutation) => !stored.has(mutation))
  const rejected = new Map([
    ...(transition.rejected ?? []),
    ...rejections(c.log, lost, () => new SessionUnknownFateError({ cause: error })),
  ])
  return { ...transition, rejected }
}

// Owns what a state that the server sent does to ours: it becomes the base of the same session, replaces an ended one, or says nothing new.
// The settle files call it. Pure: it returns transitions.
import { lastWrites, type Mutation, writesOf, writtenBy } from '../cache/mutation.ts'
import { decodeStored } from '../cache/stored-value.ts'
import { SessionAuthError } from '../errors/session-auth-error.ts'
import { SessionEndedError, type SessionEndReason } from '../errors/session-ended-error.ts'
import { SessionUnknownFateError } from '../errors/session-unknown-fate-error.ts'
import type { Answer, State } from '../protocol/state.ts'
import type { SessionCodec } from '../schema/codec.ts'
import type { Failure } from './classify-response.ts'
import { completeState } from './complete-state.ts'
import { isCookieRefused, noteSession, refuseCookie } from './cookie.ts'
import { acknowledgeCommit, endOutbox, type InFlight, type Outbox, possiblyStored, rejectCommit, supersede } from './outbox.ts'
import { backOff, type Pacing, recover, yieldAfterCommit } from './pacing.ts'
import type { SyncSettings } from './ports.ts'
import { answerRead, dropRead, failReads } from './read-queue.ts'
import { suspendEnding } from './session-end.ts'
import { withStatus } from './state.ts'
import type { DecisionContext, Transition } from './transition.ts'

/** What settling looks at. */
export interface SettleContext extends DecisionContext {
  /** A number from 0 up to 1, drawn for this decision. */
  readonly random: number
  readonly settings: SyncSettings
  /** Returns a client id that no other client has. */
  readonly createClientId: () => string
}

/** Returns the keys that a mutation writes. An update that waits for the first base has a key, though it has written nothing. */
export function keysOf(mutation: Mutation): readonly string[] {
  const { operation } = mutation
  return 'key' in operation ? [operation.key] : writtenBy(mutation)
}

/** Returns those of the mutations that are still in the log. */
function stillPending(log: readonly Mutation[], mutations: readonly Mutation[]): Mutation[] {
  const pending = new Set(log)
  return mutations.filter((mutation) => pending.has(mutation))
}

/** Returns errors for those of the mutations that are still in the log. */
export function rejections(
  log: readonly Mutation[],
  mutations: readonly Mutation[],
  toError: (mutation: Mutation) => unknown,
): ReadonlyMap<Mutation, unknown> {
  return new Map(stillPending(log, mutations).map((mutation) => [mutation, toError(mutation)]))
}

/** Whether a state is of another session, or of another visitor, than the one that we know. */
export function isOtherSession({ base, log, state: { section } }: DecisionContext, state: State): boolean {
  if (!base) return false
  if (base.lineage === null) return isOtherVisitor(base, state) && !section.expectsIdentityChange && log.length > 0
  return state.lineage !== base.lineage || (isOtherVisitor(base, state) && typeof base.identity === 'string')
}

/** Whether somebody else is signed in. What was written before a sign-in never goes to the visitor who signed in. */
export function isOtherVisitor(base: State, state: State): boolean {
  return typeof state.identity === 'string' && state.identity !== (base.identity ?? null)
}

/** Makes a state of a response the base. The callers of a read are answered, and what failed is over. */
function applyState(
  c: SettleContext,
  base: State,
  parts: { readonly outbox: Outbox; readonly pacing?: Pacing; readonly isCreation?: boolean },
  told: Partial<Transition>,
): Transition {
  const { queue, answered } = answerRead(c.state.reads)
  const left = c.log.length - (told.acknowledged?.length ?? 0) - (told.rejected?.size ?? 0)
  const state = {
    ...c.state,
    outbox: parts.outbox,
    pacing: recover(parts.pacing ?? c.state.pacing),
    reads: queue,
    doubt: undefined,
    cookie: base.lineage === null ? c.state.cookie : noteSession(c.state.cookie, base, parts.isCreation === true),
    csrfToken: base.csrf ?? c.state.csrfToken,
  }
  return {
    // Report `idle` before notifying, so that callers of `settled()` see a consistent state.
    state: withStatus(state, { status: 'ready', error: null, ...(left === 0 && { activity: 'idle' }) }),
    base,
    isNews: true,
    ...told,
    answered: [...(told.answered ?? []), { waiters: answered }],
  }
}

/**
 * Applies a state of our own session that is no acknowledgement of the commit in flight. `last` tells which commits are
 * stored: a later one than we know of is a superseded commit that was stored after all, an earlier one means that other code
 * has undone acknowledged writes.
 */
export function applySameSession(c: SettleContext, state: State, change: (superseded: Outbox) => Outbox = (outbox) => outbox): Transition {
  const { outbox, stored, unknown, isUndone } = supersede(c.state.outbox, state, state.lineage !== c.base?.lineage)
  const rejected = rejections(c.log, unknown, () => new SessionUnknownFateError())
  return applyState(c, state, { outbox: change(outbox) }, { acknowledged: stillPending(c.log, stored), rejected, isUndone })
}

/** Acknowledges the commit in flight: its mutations leave the log in the step in which the base that contains them arrives. */
export function acknowledge(c: SettleContext, inFlight: InFlight, answer: Answer, isRead = false): Transition {
  const { mutations, n, sentAt } = inFlight
  const turn = { n, sentAt, now: c.now, random: c.random }
  const outbox = acknowledgeCommit(c.state.outbox, answer.last)
  const pacing = yieldAfterCommit(c.state.pacing, turn, c.settings.isHidden())
  return applyState(
    c,
    answer.data ? { ...answer, data: answer.data } : complete(c.base, mutations, answer),
    { outbox, pacing, isCreation: c.base?.lineage === null && !isRead },
    { acknowledged: mutations },
  )
}

/** Completes a minimal response: the state before was our base, and nothing else was changed. */
function complete(base: State | undefined, mutations: readonly Mutation[], answer: Answer): State {
  const isCleared = mutations.some(({ operation }) => operation.kind === 'clear')
  return completeState(isCleared ? { data: {}, tags: base?.tags && {} } : base, lastWrites(mutations), answer)
}

/** Returns why a session ended: by our clock, for want of a cookie, by a server that does not have it, or by another log-in. */
function endReason({ settings, base, state: { cookie } }: SettleContext, state: State): SessionEndReason {
  if (settings.isExpired()) return 'expired'
  if (isCookieRefused(cookie, base?.lineage, state)) return 'cookie-refused'
  return state.lineage === null ? 'flushed' : 'replaced'
}

/** Applies a state that replaces our session. */
export function applyReplacedSession(c: SettleContext, state: State): Transition {
  const reason = endReason(c, state)
  const transition = applyState(c, state, { outbox: endOutbox(c.state.outbox, state.last) }, endedParts(c, reason))
  if (reason !== 'cookie-refused') return transition
  const error = new SessionEndedError(reason, 'not-stored', {})
  return { ...transition, state: withStatus({ ...transition.state, cookie: refuseCookie() }, { error }) }
}

/** Ends a session: its pending mutations are never sent to another. */
export function endedParts(
  c: Pick<SettleContext, 'log' | 'state' | 'settings'>,
  reason: SessionEndReason,
): Pick<Transition, 'rejected' | 'ended'> {
  const { outbox, exchange } = c.state
  const unknown = possiblyStored(outbox, exchange?.kind === 'commit')
  const rejected = rejections(c.log, pendingOfEnded(c.log), (mutation) => {
    return new SessionEndedError(reason, unknown.has(mutation) ? 'unknown' : 'not-stored', valuesOf(c.settings.codec, mutation))
  })
  return { rejected, ended: reason }
}

/** Returns the mutations that end with their session: all of its log. */
export function pendingOfEnded(log: readonly Mutation[]): readonly Mutation[] {
  return log
}

/** Returns what a mutation would have stored, as the app reads it. */
export function valuesOf(codec: SessionCodec, mutation: Mutation): Record<string, unknown> {
  const written = new Map(writesOf(mutation))
  return Object.fromEntries(keysOf(mutation).map((key) => [key, decodeStored(codec, key, written.get(key))]))
}

/** The server responds again and the state says nothing new: what waited goes on, with the newest token. */
export function resumeAfterRead(c: SettleContext, { csrf }: State): Transition {
  const { pacing, reads, csrfToken } = c.state
  const waiting = { ...c.state, reads: dropRead(reads), doubt: undefined, csrfToken: csrf ?? csrfToken }
  const state = withStatus(waiting, { status: 'ready', error: null })
  // The commit's response would answer the callers too, but it waits for as long as the server asked.
  if (pacing.retryAfterUntil <= c.now) return { state }
  const { queue, answered } = answerRead(reads)
  return { state: { ...state, reads: queue }, answered: [{ waiters: answered }] }
}

/** Publishes a failure and backs off. */
export function fail(c: SettleContext, failure: Failure): Transition {
  const isOffline = failure.status === undefined || c.settings.isOffline()
  const pacing = waitAfterFailure(c, isOffline ? { ...failure, status: undefined } : failure)
  const activity = isOffline ? 'offline' : 'retrying'
  return { state: withStatus({ ...c.state, pacing }, { activity, error: failure.error }) }
}

/** Rejects every caller: no request can be made, so no wait would end. */
export function failForGood(c: SettleContext, failure: Failure): Transition {
  const { reads, outbox, ending } = c.state
  const { error } = failure
  const { queue, answered } = failReads(reads)
  const unknown = possiblyStored(outbox, false)
  const state = { ...c.state, reads: queue, outbox: rejectCommit(outbox, true, unknown.size > 0), ending: ending && suspendEnding(ending) }
  return {
    ...fail({ ...c, state }, failure),
    rejected: rejections(c.log, c.log, (mutation) => (unknown.has(mutation) ? new SessionUnknownFateError({ cause: error }) : error)),
    answered: [{ waiters: ending ? [...answered, ending.done] : answered, error }],
  }
}

/** Returns the pause after a failure. Without it a client that fails would send without end. */
export function waitAfterFailure({ state, now, random, settings }: SettleContext, failure: Failure): Pacing {
  return backOff(state.pacing, failure, now, random, settings.retry)
}

/** 401: the log stays and is shown. Nothing but reads is sent until one succeeds. */
export function suspendForAuth(c: SettleContext): Transition {
  const error = new SessionAuthError()
  const { queue, answered } = failReads(c.state.reads)
  const state = withStatus({ ...c.state, reads: queue, doubt: undefined }, { status: 'needs-auth', error })
  return { state, answered: [{ waiters: answered, error }] }
}

// Owns what the app and the page ask of the pipeline: reads, `end()`, `resume()`, `discard()`, hiding, leaving, disposing. The client calls
// it. Each command is one transition; the loop does the rest.
import type { Mutation } from '../cache/mutation.ts'
import { SessionDiscardedError } from '../errors/session-discarded-error.ts'
import { SessionDisposedError } from '../errors/session-disposed-error.ts'
import type { State } from '../protocol/state.ts'
import { endedParts, rejections } from './apply-state.ts'
import { excuseCookie, forgiveCookie } from './cookie.ts'
import { contextOf, type Sync } from './engine.ts'
import { endOutbox } from './outbox.ts'
import { allowCreation, holdCreation, isAnnounced, skipBackoff, skipRetryAfter } from './pacing.ts'
import { endRead, failReads, requestRead as queueRead, wantRead } from './read-queue.ts'
import { mayOutlivePage } from './request.ts'
import { createEnding, deleteAtOnce, wipedState } from './session-end.ts'
import { stay, withStatus } from './state.ts'
import type { StateMessage } from './tab-message.ts'

/** Requests a read. Resolves when a response came, also that of a commit; not that of a read in flight. Rejects at a 401. */
export function requestRead(sync: Sync, wanted: 'conditional' | 'full'): Promise<void> {
  const { queue, answered } = queueRead(sync.state.reads, wanted)
  sync.apply({ state: { ...sync.state, reads: queue } })
  return answered
}

/**
 * Reads before this tab creates a session: another tab had the lock first, and may have created one. If that tab did not say that the
 * outcome is known it is gone, and its request may still be in flight.
 */
export function readAfterWait(sync: Sync): void {
  const { state, ports } = sync
  if (!isAnnounced(state.pacing, ports.clock.now())) awaitLeftCommit(sync)
  sync.apply({ state: { ...sync.state, reads: wantRead(sync.state.reads, 'full') } })
}

/** Lets the visitor's own wish go before a `Retry-After`. After a 429 only `resume()` does. */
export function tryAtOnce(sync: Sync, isResume: boolean): void {
  const { state, ports } = sync
  const pacing = skipRetryAfter(state.pacing, ports.clock.now(), isResume)
  const ending = state.ending?.notBefore === Number.POSITIVE_INFINITY ? deleteAtOnce(state.ending) : state.ending
  if (pacing !== state.pacing || ending !== state.ending) sync.apply({ state: { ...state, pacing, ending } })
}

/** Ends the backoff under way, never a `Retry-After`. Returns whether there was one. */
export function endBackoff(sync: Sync): boolean {
  const { state, ports } = sync
  const { pacing, ending } = state
  if (Math.max(pacing.retryAt, ending?.notBefore ?? 0) <= ports.clock.now()) return false
  sync.apply({ state: { ...state, pacing: skipBackoff(pacing), ending: ending && deleteAtOnce(ending) } })
  return true
}

/** Reads because the app says so: also if the browser has kept no cookie so far. */
export function revalidate(sync: Sync): Promise<void> {
  forgive(sync)
  tryAtOnce(sync, false)
  return requestRead(sync, 'conditional')
}

function forgive(sync: Sync): void {
  const cookie = forgiveCookie(sync.state.cookie)
  if (cookie !== sync.state.cookie) sync.apply({ state: { ...sync.state, cookie } })
}

/** Another tab has changed the session, or begins a section: what becomes of the session then says nothing of the cookie. */
export function noteOtherTab(sync: Sync): void {
  const cookie = excuseCookie(sync.state.cookie)
  if (cookie !== sync.state.cookie) sync.apply({ state: { ...sync.state, cookie } })
}

/** Continues after a log-in that followed a 401. */
export function resume(sync: Sync): void {
  forgive(sync)
  endBackoff(sync)
  tryAtOnce(sync, true)
  void requestRead(sync, 'full')
}

/**
 * Ends the session here, at once: the view is empty and pending writes are rejected. Resolves once the server confirms that it
 * is gone.
 */
export function endSession(sync: Sync): Promise<void> {
  const { state, cache } = sync
  const former = state.ending
  // Nothing was written since: it is the same end.
  if (former && cache.log.length === 0) {
    tryAtOnce(sync, false)
    return former.done.promise
  }
  const ending = createEnding(former?.lineage ?? cache.base?.lineage ?? null, former)
  const parts = endedParts({ ...contextOf(sync), settings: sync.settings }, 'flushed')
  // The exchange is taken away: its outcome says nothing any more. Not only its request is cut, since a listener may ask for the same end.
  const cookie = excuseCookie(state.cookie)
  const next = {
    ...state,
    ending,
    cookie,
    doubt: undefined,
    exchange: undefined,
    outbox: endOutbox(state.outbox, 0),
    reads: endRead(state.reads),
  }
  sync.cut()
  sync.apply({ ...parts, state: next, base: wipedState, isNews: true })
  return ending.done.promise
}

/** Takes a mutation back. Returns false if it was sent. */
export function discard(sync: Sync, mutation: Mutation): boolean {
  const { state, cache } = sync
  if (mutation.sent || !cache.log.includes(mutation)) return false
  sync.apply({ state, rejected: rejections(cache.log, [mutation], () => new SessionDiscardedError()) })
  return true
}

/** Makes a state the base that a server rendered into the page. */
export function hydrateState(sync: Sync, base: State): void {
  sync.apply({ state: withStatus(sync.state, { status: 'ready' }), base })
}

/** Takes in a state that another tab broadcast, between exchanges. */
export function receiveMessage(sync: Sync, message: StateMessage): void {
  sync.apply({ state: { ...sync.state, inbox: [...sync.state.inbox, message] } })
}

/**
 * The page is hidden and may be left: what may leave without a lock does so in this task. The task lasts until a timer fires,
 * because listeners of the app that write run after the client's own.
 */
export function leavePage(sync: Sync): void {
  const { state } = sync
  const { exchange, outbox } = state
  // Its first request ends with the page. Exactly-once makes the repetition harmless.
  const mayRepeat = exchange?.kind === 'commit' && !exchange.isKeptAlive && outbox.inFlight && mayOutlivePage(outbox.inFlight)
  if (exchange && !mayRepeat) return
  sync.apply({ state: { ...state, isLeaving: true } })
  sync.ports.clock.setTimeout(() => sync.state.isLeaving && sync.apply({ state: stay(sync.state) }), 0)
  if (exchange) sync.cut()
}

/** The page goes into the back/forward cache, or is gone: other tabs get the locks, and learn of a first commit in flight. */
export function freezePage(sync: Sync, isKept: boolean): void {
  sync.locks.releaseSection()
  sync.locks.releaseCreation()
  if (isKept) sync.apply({ state: { ...sync.state, isAway: true } })
}

/** Whether a first commit of this tab may create a session yet, although the tab releases its lock. */
export function leavesFirstCommit({ state, cache }: Pick<Sync, 'state' | 'cache'>): boolean {
  const { inFlight } = state.outbox
  return cache.base?.lineage === null && inFlight !== undefined && inFlight.attempts > 0
}

/** Waits for the first commit of a page that was left, before this tab creates a session: its response sets the cookie of both. */
export function awaitLeftCommit(sync: Sync): void {
  const { state, ports } = sync
  sync.apply({ state: { ...state, pacing: holdCreation(state.pacing, ports.clock.now(), ports.exchange.timeoutMs) } })
}

/** The outcome of another tab's first commit is known: if a read finds no session, this tab may create one. */
export function allowOwnCreation(sync: Sync): void {
  const { state, ports } = sync
  sync.apply({ state: { ...state, pacing: allowCreation(state.pacing, ports.clock.now()) } })
}

/** The page came back from the back/forward cache. An exchange that was in flight may never end (WebKit), so it is cut. */
export function thawPage(sync: Sync): void {
  sync.cut()
  const { state } = sync
  // Another tab may have ended the session, and this one did not hear of it.
  sync.apply({ state: { ...state, isAway: false, cookie: excuseCookie(state.cookie) } })
  void requestRead(sync, 'full')
}

/** Ends everything; what is pending is rejected. */
export function disposeSync(sync: Sync): void {
  const { state, cache } = sync
  if (state.isDisposed) return
  const error = new SessionDisposedError()
  const { queue, answered } = failReads(state.reads)
  const waiters = state.ending ? [state.ending.done, ...answered] : answered
  sync.cut()
  sync.apply({
    state: { ...state, isDisposed: true, ending: undefined, exchange: undefined, reads: queue },
    rejected: rejections(cache.log, cache.log, () => error),
    answered: [{ waiters, error }],
  })
}

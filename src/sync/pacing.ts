// Owns when the client may send next: turns between writers of one key, backoff after failures, and `Retry-After`. `plan.ts` reads it, the
// settle files and `commands.ts` call it. Every function returns a new pacing; none sets a timer.
import type { Failure } from './classify-response.ts'
import { backoffMs, cappedRetryAfterMs, type RetryOptions } from './retry-after.ts'

/** When the client may send next. All times are on the client's clock. */
export interface Pacing {
  /** Commits refused in a row. */
  readonly conflicts: number
  /** Commits in a row whose response belongs to another session, key or client. */
  readonly mismatches: number
  /** How often our commits were refused lately before they were stored, on average: about how many others write the same keys. */
  readonly contention: number
  /** Earliest time to send a write, to yield to other writers. Reads do not wait for it. */
  readonly notBefore: number
  /** Earliest time to create a session: a page that was left may have created one, and its request is still in flight. */
  readonly createNotBefore: number
  /** When another tab said that the outcome of its first commit is known. */
  readonly announcedAt: number
  /** Failures in a row. */
  readonly failures: number
  /** Earliest time for the next try after a failure. Coming back online and the like skip it. */
  readonly retryAt: number
  /** Until when the server asked for no request. */
  readonly retryAfterUntil: number
  /** When the server asked for that, and whether by 429, which only the app's `resume()` goes past. */
  readonly retryAfterSince: number
  readonly isRateLimited: boolean
  /** How often a `Retry-After` was skipped since the last success: the second time in a row waits a second. */
  readonly skips: number
  /** Whether the last failure brought no response. */
  readonly isOffline: boolean
}

/** The share of the latest commit in the average of refusals. One eighth follows a change of rivals within some ten commits. */
const contentionShare = 1 / 8
/** Below this average the client writes alone. */
const contentionThreshold = 0.02
/** With known contention a client yields after each commit for this many round trips. Bench: test/sync/rivals.test.ts. */
const yieldRoundTrips = 0.7
/** Without it, once in so many commits: a starved writer never causes a conflict, so nobody knows of it. */
const yieldEvery = 12
/** After so many conflicts in a row the pauses grow. Each one is a rival's success, so of eight rivals one may well have forty. */
const conflictPatience = 120
/** After so many responses in a row that belong to another session or number the pauses grow. */
export const mismatchPatience = 3
/** For how long an announcement counts, in milliseconds: it comes with the lock, a little earlier or later. */
const announcementMs = 1000
/** The longest pause for other writers, in milliseconds. */
const maxYieldMs = 1000

/** Creates the pacing of a client that has sent nothing. */
export function createPacing(): Pacing {
  return {
    conflicts: 0,
    mismatches: 0,
    contention: 0,
    notBefore: 0,
    createNotBefore: 0,
    announcedAt: Number.NEGATIVE_INFINITY,
    failures: 0,
    retryAt: 0,
    retryAfterUntil: 0,
    retryAfterSince: 0,
    isRateLimited: false,
    skips: 0,
    isOffline: false,
  }
}

/** A commit that was answered, and when. */
export interface Turn {
  readonly n: number
  readonly sentAt: number
  readonly now: number
  readonly random: number
}

function giveWay(pacing: Pacing, { now, sentAt }: Turn, roundTrips: number): Pacing {
  return { ...pacing, notBefore: now + Math.min(maxYieldMs, roundTrips * (now - sentAt)) }
}

/**
 * Yields to other writers after a commit of ours is stored. A client that writes back to back starves the others, which need
 * one round trip to catch up. With known contention it yields often and briefly; otherwise rarely, for slightly more than a
 * round trip. A hidden page never yields: its timers last a second, which is enough.
 */
export function yieldAfterCommit(pacing: Pacing, turn: Turn, isHidden: boolean): Pacing {
  const contention = pacing.contention + (pacing.conflicts - pacing.contention) * contentionShare
  const rarely = turn.n % yieldEvery ? 0 : 1 + turn.random / 2
  const roundTrips = contention > contentionThreshold ? yieldRoundTrips : rarely
  return giveWay({ ...pacing, contention, conflicts: 0, mismatches: 0 }, turn, isHidden ? 0 : roundTrips)
}

/**
 * Yields after a conflict. After a first one, each of several rivals waits a random time. After a second, it retries at once:
 * the winner is yielding. After many in a row the pauses grow.
 */
export function yieldAfterConflict(pacing: Pacing, turn: Turn): Pacing {
  const roundTrips = pacing.conflicts > 0 ? 0 : 8 * pacing.contention
  const growing = growingRoundTrips(pacing.conflicts - conflictPatience, roundTrips)
  return giveWay({ ...pacing, conflicts: pacing.conflicts + 1, mismatches: 0 }, turn, turn.random * growing)
}

/** Counts a response that belongs to another session, key or client. After a few in a row the pauses grow. */
export function yieldAfterMismatch(pacing: Pacing, turn: Turn): Pacing {
  const growing = growingRoundTrips(pacing.mismatches - mismatchPatience, 0)
  return giveWay({ ...pacing, mismatches: pacing.mismatches + 1 }, turn, turn.random * growing)
}

const growingRoundTrips = (excess: number, usual: number): number => (excess < 0 ? usual : 2 ** excess)

/** Waits after a failure: with jitter, or as long as the server asked, within its cap. */
export function backOff(pacing: Pacing, failure: Failure, now: number, random: number, retry: RetryOptions): Pacing {
  const failures = pacing.failures + 1
  const delayMs = backoffMs(failures, random, retry)
  const next = { ...pacing, failures, isOffline: failure.status === undefined }
  if (failure.retryAfterMs === 0) return { ...next, retryAt: now + delayMs }
  const retryAfterUntil = now + Math.max(delayMs, cappedRetryAfterMs(failure.retryAfterMs, retry))
  return { ...next, retryAfterUntil, retryAfterSince: now, isRateLimited: failure.status === 429 }
}

/** Tries again in a task of its own. A page that is left never runs it: there the first attempt goes on. */
export function retryInNewTask(pacing: Pacing, now: number): Pacing {
  return { ...pacing, retryAt: now + 1 }
}

/** Creates no session for as long as the first commit of another page may be in flight. Until then reads tell whether there is one. */
export function holdCreation(pacing: Pacing, now: number, timeoutMs: number): Pacing {
  return { ...pacing, createNotBefore: now + timeoutMs }
}

/** Whether another tab has just said that the outcome of its first commit is known. */
export function isAnnounced({ announcedAt }: Pacing, now: number): boolean {
  return now - announcedAt < announcementMs
}

/** Takes in that the outcome of another tab's first commit is known. */
export function allowCreation(pacing: Pacing, now: number): Pacing {
  return { ...pacing, createNotBefore: 0, announcedAt: now }
}

/** Starts a new count of failures after a success. */
export function recover(pacing: Pacing): Pacing {
  return { ...pacing, failures: 0, skips: 0, isOffline: false }
}

/** Skips the backoff, never a `Retry-After`. */
export function skipBackoff(pacing: Pacing): Pacing {
  return { ...pacing, retryAt: 0 }
}

/**
 * Lets the visitor's own wish go before a `Retry-After`: once at once, and if the server asks again after growing pauses, so
 * that a listener that calls `revalidate()` sends no storm. After a 429 only `resume()` does.
 */
export function skipRetryAfter(pacing: Pacing, now: number, isResume: boolean): Pacing {
  const { retryAfterUntil, retryAfterSince, isRateLimited, skips } = pacing
  if (retryAfterUntil <= now || (isRateLimited && !isResume)) return pacing
  const until = retryAfterSince + (skips === 0 ? 0 : 1000 * 2 ** (skips - 1))
  if (until >= retryAfterUntil) return pacing
  return { ...pacing, retryAt: 0, retryAfterUntil: until, retryAfterSince: Number.NEGATIVE_INFINITY, skips: skips + 1 }
}

/** Returns until when a request waits: every one for failures, a write for other writers too. No path to the network goes around it. */
export function waitUntil({ retryAt, retryAfterUntil, notBefore }: Pacing, isWrite: boolean): number {
  return Math.max(retryAt, retryAfterUntil, isWrite ? notBefore : 0)
}

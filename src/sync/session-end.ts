// Owns `end()`: the view is wiped at once, a DELETE follows, and only a read confirms it. `commands.ts` starts it; `plan.ts` and
// `settle-end.ts` carry it on. Every function returns a new ending.
import type { State } from '../protocol/state.ts'
import { createDeferred, type Deferred } from './deferred.ts'
import { backoffMs, type RetryOptions } from './retry-after.ts'

/** A session that is being ended. */
export interface Ending {
  /** The lineage to end; null if none is known. */
  readonly lineage: string | null
  /** DELETEs begun. */
  readonly attempts: number
  /** Earliest time for the next DELETE, on the clock. */
  readonly notBefore: number
  /** Whether a DELETE was answered, so that a read has to confirm it. */
  readonly needsRead: boolean
  /** Whether the server has refused the last DELETE for where it comes from. */
  readonly isForbidden: boolean
  /** Settles for the callers. */
  readonly done: Deferred
}

/** What the view is based on from `end()` until a read shows what the server has. No server has its version, so no message of another tab fits. */
export const wipedState: State = { lineage: null, version: '', data: {}, tags: {}, last: 0, expiry: { age: 0, atBrowserClose: false } }

/** Starts to end a lineage. A former end goes on as this one. */
export function createEnding(lineage: string | null, former: Ending | undefined): Ending {
  const done = createDeferred()
  if (former) done.promise.then(former.done.resolve, former.done.reject)
  return { lineage, attempts: 0, notBefore: 0, needsRead: lineage === null, isForbidden: false, done }
}

/** A DELETE leaves. */
export function beginDelete(ending: Ending): Ending {
  return { ...ending, attempts: ending.attempts + 1 }
}

/** A DELETE was answered: a read has to confirm it, because the request may have met a key that was rotated away. */
export function confirmByRead(ending: Ending, isForbidden: boolean): Ending {
  return { ...ending, needsRead: true, isForbidden }
}

/** The server refuses the DELETE. It goes again when the visitor returns, at `online`, `resume()`, `revalidate()` or another `end()`. */
export function suspendEnding(ending: Ending): Ending {
  return { ...ending, isForbidden: false, notBefore: Number.POSITIVE_INFINITY, done: createDeferred() }
}

/** The read shows the lineage still there, or the one that our first commit created: the DELETE goes again, after a pause. */
export function repeatDelete(ending: Ending, lineage: string, now: number, random: number, retry: RetryOptions): Ending {
  const notBefore = ending.attempts > 0 ? now + backoffMs(ending.attempts, random, retry) : 0
  return { ...ending, lineage, needsRead: false, notBefore }
}

/** Skips the pause before the next DELETE. */
export function deleteAtOnce(ending: Ending): Ending {
  return { ...ending, notBefore: 0 }
}

/** Whether a state that a read brought still is the session to end. */
export function isStillThere({ lineage }: Ending, state: State): boolean {
  if (lineage !== null) return state.lineage === lineage
  // A first commit of ours was in flight and has created it: this is the session that is being ended.
  return state.lineage !== null && state.last > 0
}

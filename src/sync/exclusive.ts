import { SessionDisposedError } from '../errors/session-disposed-error.ts'
import { SessionUsageError } from '../errors/session-usage-error.ts'
import { hold, holdOthers, release, within } from './hold.ts'
import { requestRead, wake } from './pipeline.ts'
import type { Sync } from './sync.ts'

/**
 * Runs a request of the app while nothing of ours is under way in any tab, then reads anew. A log-in rotates the session's key, and
 * an answer that left with the old key could undo it. What is written meanwhile is shown and goes afterwards.
 *
 * @throws SessionUsageError where the function takes longer than the limit, as one does that awaits a write of its own
 */
export async function exclusive<R>(sync: Sync, run: () => Promise<R> | R, timeoutMs: number): Promise<R> {
  sync.holders++
  try {
    // One hold for all that overlap: nested there is nothing under way any more, beside another that waits for it there may be.
    sync.holding ??= hold(sync, timeoutMs)
    // What takes longer is given up, so that its late answer cannot undo what comes now.
    await within(sync, timeoutMs, sync.holding, () => sync.abort?.())
    if (sync.isDisposed) throw new SessionDisposedError()
    sync.isTrusted = true
    // Each step has the whole limit, and so does what the others were told.
    holdOthers(sync, timeoutMs)
    const running = Promise.resolve(run())
    return await within(sync, timeoutMs, running, () => {
      if (sync.isDisposed) return running
      throw new SessionUsageError(`exclusive took longer than ${timeoutMs} ms. Do not await a session write inside: it is sent afterwards.`)
    })
  } finally {
    sync.holders--
    if (sync.holders === 0) await letGo(sync, timeoutMs)
  }
}

/** Goes on, here and in the other tabs, after a read. */
async function letGo(sync: Sync, timeoutMs: number): Promise<void> {
  sync.isHeld = false
  sync.holding = undefined
  if (!sync.isDisposed) {
    holdOthers(sync, timeoutMs)
    await within(sync, timeoutMs, readAfter(sync), () => {})
  }
  // Another one may have begun during the read.
  if (sync.holders > 0) return
  release(sync)
  wake(sync)
}

/** Reads what the app's request left. Until that read a log-in that appears is the app's own, however late it comes. */
async function readAfter(sync: Sync): Promise<void> {
  await requestRead(sync, 'full').catch(() => {})
  sync.isTrusted = false
}

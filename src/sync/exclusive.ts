import { SessionUsageError } from '../errors/session-usage-error.ts'
import { hold, release } from './hold.ts'
import { requestRead, wake } from './pipeline.ts'
import type { Sync } from './sync.ts'

/** Settles as the promise does, or as `onTimeout` does when the time is over. */
function within<T>({ clock }: Sync, timeoutMs: number, promise: Promise<T>, onTimeout: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => {
      try {
        resolve(onTimeout())
      } catch (error) {
        reject(error)
      }
    }, timeoutMs)
    promise.then(resolve, reject).finally(() => clock.clearTimeout(timer))
  })
}

/**
 * Runs a request of the app while nothing of ours is under way in any tab, then reads anew. A log-in rotates the session's key, and
 * an answer that left with the old key could undo it. What is written meanwhile is shown and goes afterwards.
 *
 * @throws SessionUsageError where the function takes longer than the limit, as one does that awaits a write of its own
 */
export async function exclusive<R>(sync: Sync, run: () => Promise<R> | R, timeoutMs: number): Promise<R> {
  if (sync.isHeld) return run()
  try {
    await within(sync, timeoutMs, hold(sync, timeoutMs), () => undefined)
    sync.isTrusted = true
    return await within(sync, timeoutMs, Promise.resolve(run()), () => {
      throw new SessionUsageError(`exclusive took longer than ${timeoutMs} ms. Do not await a session write inside: it is sent afterwards.`)
    })
  } finally {
    sync.isHeld = false
    if (!sync.isDisposed) await within(sync, timeoutMs, requestRead(sync, 'full').catch(() => {}), () => undefined)
    sync.isTrusted = false
    release(sync)
    wake(sync)
  }
}

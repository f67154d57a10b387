import { SessionUsageError } from '../errors/session-usage-error.ts'
import { requestRead, wake } from './pipeline.ts'
import type { Sync } from './sync.ts'

/** Resolves when nothing is under way. */
function quiet(sync: Sync): Promise<void> {
  return sync.isRunning ? new Promise((resolve) => void sync.quieted.add(resolve)) : Promise.resolve()
}

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
 * Runs a request of the app while nothing of ours is under way, then reads anew. A log-in rotates the session's key, and
 * an answer that left with the old key could undo it. What is written meanwhile is shown and goes afterwards.
 *
 * @throws SessionUsageError where the function takes longer than the limit, as one does that awaits a write of its own
 */
export async function exclusive<R>(sync: Sync, run: () => Promise<R> | R, timeoutMs: number): Promise<R> {
  if (sync.isHeld) return run()
  sync.isHeld = true
  sync.nudge?.()
  try {
    await within(sync, timeoutMs, quiet(sync), () => undefined)
    sync.isTrusted = true
    return await within(sync, timeoutMs, Promise.resolve(run()), () => {
      throw new SessionUsageError(`exclusive took longer than ${timeoutMs} ms. Do not await a session write inside: it is sent afterwards.`)
    })
  } finally {
    sync.isHeld = false
    if (!sync.isDisposed) await within(sync, timeoutMs, requestRead(sync, 'full').catch(() => {}), () => undefined)
    sync.isTrusted = false
    wake(sync)
  }
}

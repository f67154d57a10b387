// Bounds a wait for the browser's storage, which may never respond. Every file of the journal that awaits the disk calls it.
import type { Clock } from '../platform/clock.ts'

/** Resolves as the promise does, or rejects with a `TimeoutError` when the time is over. */
export function within<T>(clock: Clock, timeoutMs: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => reject(new DOMException('The storage does not respond.', 'TimeoutError')), timeoutMs)
    promise.then(resolve, reject).finally(() => clock.clearTimeout(timer))
  })
}

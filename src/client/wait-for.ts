// Owns the option `signal`: it ends the caller's wait, never the work.
import type { WaitOptions } from './types.ts'

/** Rejects when the signal ends the wait; the work continues. Avoids an unhandled rejection if the caller ignores the promise. */
export function waitFor<T>(promise: Promise<T>, { signal }: WaitOptions = {}): Promise<T> {
  const waiting = signal
    ? new Promise<T>((resolve, reject) => {
        const stop = (): void => reject(signal.reason)
        if (signal.aborted) stop()
        signal.addEventListener('abort', stop, { once: true })
        promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
      })
    : promise
  waiting.catch(() => {})
  return waiting
}

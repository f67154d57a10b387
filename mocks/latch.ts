// Owns the latch at which held requests wait until the test releases them. Created by fault-script for each fault.
import type { Activity } from './activity.ts'
import { toNetworkError } from './exchange.ts'

/** Holds requests until the test releases them. */
export interface Latch {
  /** How many requests the fault has been applied to. */
  used: number
  /** Resolves at the first `reach`. */
  readonly reached: Promise<void>
  reach(): void
  /** Waits until the latch is open, then does the work. */
  hold<T>(work: () => Promise<T>): Promise<T>
  /** Does the same for work without a caller, and ignores how it ends. */
  holdDetached(work: () => Promise<unknown>): void
  /** Opens the latch permanently. Resolves when all held work is done. */
  release(): Promise<void>
  /** Rejects held and later work with a network error. */
  lose(): void
}

interface Switch {
  readonly promise: Promise<void>
  resolve(): void
  reject(reason: unknown): void
}

function createSwitch(): Switch {
  let resolve: Switch['resolve'] = () => {}
  let reject: Switch['reject'] = () => {}
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  // Avoids an unhandled rejection if nothing waits.
  promise.catch(() => {})
  return { promise, resolve, reject }
}

/** Creates a closed latch. */
export function createLatch(activity: Activity): Latch {
  const opening = createSwitch()
  const reaching = createSwitch()
  const held = new Set<Promise<unknown>>()

  const hold = <T>(work: () => Promise<T>): Promise<T> => {
    reaching.resolve()
    const passing = activity.wait(opening.promise).then(work)
    held.add(passing)
    const drop = (): void => void held.delete(passing)
    passing.then(drop, drop)
    return passing
  }

  return {
    used: 0,
    reached: reaching.promise,
    reach: reaching.resolve,
    hold,
    holdDetached: (work) => {
      const end = activity.begin()
      hold(work).then(end, end)
    },
    release: async () => {
      opening.resolve()
      await Promise.allSettled([...held])
    },
    lose: () => opening.reject(toNetworkError()),
  }
}

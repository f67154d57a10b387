// Owns the latch at which held requests wait until the test releases them. Called by fault-script only.
import type { Activity } from './activity.ts'
import { toNetworkError } from './exchange.ts'

/** Where requests wait until the test lets them go. */
export interface Gate {
  /** How many requests the fault of the gate has befallen. */
  used: number
  /** Resolves at the first `reach`. */
  readonly reached: Promise<void>
  reach(): void
  /** Waits at the gate, then does the work; at an open gate at once. */
  hold<T>(work: () => Promise<T>): Promise<T>
  /** As `hold`, for what nobody waits for: how it comes out, and that it is turned back, is nobody's matter. */
  holdAlone(work: () => Promise<unknown>): void
  /** Opens the gate for good; resolves when the work of all who waited is done. */
  release(): Promise<void>
  /** Turns back who waits and who comes, with a network error. */
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
  // Nobody may be waiting when it rejects.
  promise.catch(() => {})
  return { promise, resolve, reject }
}

/** Makes a closed gate. */
export function createGate(activity: Activity): Gate {
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
    holdAlone: (work) => {
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

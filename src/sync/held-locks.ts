// Owns the locks that this tab holds or awaits for its exchanges. `loop.ts` reconciles them with what the next step needs. Every wait has a
// bound, after which the step goes without the lock: exactly-once does not rest on locks.
import type { Clock } from '../platform/clock.ts'
import type { AcquireLock } from '../platform/locks.ts'
import type { NeededLocks } from './plan.ts'

/** One lock, held or awaited over several steps. */
interface Lease {
  readonly isHeld: boolean
  /** Whether another tab has it. */
  readonly isAwaited: boolean
  /** Requests it, if it is neither held nor requested yet. Returns whether it is held. */
  take(): boolean
  release(): void
}

/** How a lock is requested. */
export interface LeaseOptions {
  /** Absent if there is no such lock: the lease is then held at once. */
  readonly acquire: AcquireLock | undefined
  readonly clock: Clock
  /** How long to wait, in milliseconds. */
  readonly boundMs: number
  /** Asked after each bound. Resolves with whether to wait once more. */
  readonly goesOn: (signal: AbortSignal) => Promise<boolean>
  /** Called when the wait is over. `hasWaited`: another tab had it first, so the session may be another one now. */
  readonly onHeld: (hasWaited: boolean) => void
  /** Called when a lease that was held is released. */
  readonly onRelease?: () => void
}

/** One request for a lock, from `take` to `release`. */
interface Request {
  readonly controller: AbortController
  isAwaited: boolean
  isHeld: boolean
  free: () => void
  timer: unknown
}

/** Whether a holder that says that it lives is waited for once more. A frozen tab says nothing. */
export function waitsForHolder(isAlive: boolean): boolean {
  return isAlive
}

/** Creates a lease that holds nothing. */
export function createLease({ acquire, clock, boundMs, goesOn, onHeld, onRelease }: LeaseOptions): Lease {
  let current: Request | undefined

  function hold(request: Request, hasWaited: boolean, free: () => void = () => {}): void {
    if (request !== current || request.isHeld) return free()
    clock.clearTimeout(request.timer)
    Object.assign(request, { isHeld: true, isAwaited: false, free })
    onHeld(hasWaited)
  }

  function bound(request: Request): void {
    request.timer = clock.setTimeout(async () => {
      const isAlive = await goesOn(request.controller.signal)
      if (request !== current || request.isHeld) return
      if (waitsForHolder(isAlive)) return bound(request)
      request.controller.abort()
      hold(request, true)
    }, boundMs)
  }

  function request(lock: AcquireLock): void {
    const request: Request = { controller: new AbortController(), isAwaited: false, isHeld: false, free: () => {}, timer: undefined }
    current = request
    bound(request)
    const onWait = (): void => {
      request.isAwaited = true
    }
    const asked = (async () => lock(request.controller.signal, onWait))()
    // A browser refuses it in a sandbox and in a page that is not fully active.
    asked.then(({ hasWaited, release }) => hold(request, hasWaited, release)).catch(() => hold(request, false))
  }

  return {
    get isHeld() {
      return !acquire || current?.isHeld === true
    },
    get isAwaited() {
      return current?.isAwaited === true
    },
    take() {
      if (!acquire) return true
      if (!current) request(acquire)
      return current?.isHeld === true
    },
    release() {
      const last = current
      current = undefined
      if (!last) return
      clock.clearTimeout(last.timer)
      last.controller.abort()
      last.free()
      if (last.isHeld) onRelease?.()
    },
  }
}

/** The locks of this tab's exchanges. */
export interface HeldLocks {
  /** Whether a section of another tab is awaited, or may run. */
  readonly isSectionAwaited: boolean
  /** Whether this tab may create a session now. */
  readonly isCreating: boolean
  /** Requests what is needed and releases the rest. Returns whether all of it is held. */
  hold(needed: NeededLocks): boolean
  /** Another tab begins a section: it may run until this tab is granted the lock again. */
  noteSection(): void
  /** An exchange is over: a section of another tab may begin. */
  releaseSection(): void
  /** The outcome of a commit is known: another tab may create, or write. */
  releaseCreation(): void
}

/** Creates the locks of a tab, holding none. `creation` is always taken before `section`. */
export function createHeldLocks(options: { readonly section: LeaseOptions; readonly creation: LeaseOptions }): HeldLocks {
  let mayRunElsewhere = false
  const section = createLease({
    ...options.section,
    onHeld(hasWaited) {
      mayRunElsewhere = false
      options.section.onHeld(hasWaited)
    },
  })
  const creation = createLease(options.creation)
  return {
    get isSectionAwaited() {
      return section.isAwaited || mayRunElsewhere
    },
    get isCreating() {
      return creation.isHeld
    },
    hold(needed) {
      if (needed.creation === 'release') creation.release()
      const isCreationHeld = needed.creation !== 'take' || creation.take()
      // In this order, so that no two tabs wait for each other.
      if (!needed.section || !isCreationHeld) section.release()
      return isCreationHeld && (!needed.section || section.take())
    },
    noteSection() {
      mayRunElsewhere = true
    },
    releaseSection: section.release,
    releaseCreation: creation.release,
  }
}

// Owns when the session ends by a monotonic clock, and the warning before it. `core.ts` creates it. It never ends a session; it
// requests a read.
import { type Clock, maxTimerMs } from '../platform/clock.ts'
import type { Expiry } from '../protocol/state.ts'

/** Follows when the session ends, on a monotonic clock. It never compares the server's absolute times with the page's. */
export interface ExpiryClock {
  /** Sets the expiry of the latest state; undefined if there is no session. */
  set(expiry: Expiry | undefined): void
  /** Returns the remaining time; null if there is no session. */
  current(): { readonly remainingMs: number; readonly atBrowserClose: boolean } | null
  /** Returns whether the session has expired by the page's clock. */
  isOver(): boolean
  /** Starts the notifications. There is no timer before, so that a page rendered on a server holds none. */
  start(): void
  stop(): void
}

/** What the expiry clock notifies. */
export interface ExpiryEvents {
  /** How long before the end `onExpiring` is called, in milliseconds. */
  readonly expiringMs: number
  onExpiring(): void
  /** Called when the session has expired by the page's clock. The server decides, so this requests a read. */
  onOver(): void
}

/** The server counts whole seconds, so a session may outlive the deadline by up to one. Reads are no closer together than this. */
const againMs = 1000

/** Creates an expiry clock that follows nothing yet. */
export function createExpiryClock(clock: Clock, { expiringMs, onExpiring, onOver }: ExpiryEvents): ExpiryClock {
  let deadline: number | undefined
  let atBrowserClose = false
  let isWarned = false
  let isStarted = false
  let timer: unknown

  const leftMs = (): number => (deadline === undefined ? Number.POSITIVE_INFINITY : deadline - clock.now())

  function arm(minMs = 0): void {
    clock.clearTimeout(timer)
    if (deadline === undefined || !isStarted) return
    const untilMs = isWarned ? leftMs() : leftMs() - expiringMs
    timer = clock.setTimeout(fire, Math.min(maxTimerMs, Math.max(minMs, untilMs)))
  }

  function fire(): void {
    if (leftMs() <= 0) return onOver()
    const isNear = !isWarned && leftMs() <= expiringMs
    isWarned ||= isNear
    // First, because a listener may stop the clock.
    arm()
    if (isNear) onExpiring()
  }

  return {
    set(expiry) {
      deadline = expiry && clock.now() + expiry.age * 1000
      atBrowserClose = expiry?.atBrowserClose ?? false
      isWarned &&= leftMs() <= expiringMs
      arm(againMs)
    },
    current: () => (deadline === undefined ? null : { remainingMs: Math.max(0, leftMs()), atBrowserClose }),
    isOver: () => leftMs() <= 0,
    start() {
      isStarted = true
      arm()
    },
    stop() {
      isStarted = false
      clock.clearTimeout(timer)
    },
  }
}

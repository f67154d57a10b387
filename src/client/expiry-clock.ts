// Owns when the session ends by a monotonic clock, and the warning before it. `core.ts` creates it; it never ends a session, it asks for a read.
import { type Clock, maxTimerMs } from '../platform/clock.ts'
import type { Expiry } from '../protocol/state.ts'

/** Follows when the session ends, on a monotonic clock: the server's absolute times are never compared with ours. */
export interface ExpiryClock {
  /** Takes what a state says; undefined where there is no session. */
  set(expiry: Expiry | undefined): void
  /** What is left; null where there is no session. */
  current(): { readonly remainingMs: number; readonly atBrowserClose: boolean } | null
  /** Whether the session is over by our clock. */
  isOver(): boolean
  /** Begins to tell; before that nothing keeps a timer, as of a page that a server renders. */
  start(): void
  stop(): void
}

/** What the expiry clock tells. */
export interface ExpiryEvents {
  /** How long before the end `onExpiring` is told, in milliseconds. */
  readonly expiringMs: number
  onExpiring(): void
  /** Our clock says that it is over: ask the server before believing it. */
  onOver(): void
}

/** The server tells whole seconds, so it may be alive a little after our deadline; asked again no sooner than this. */
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
    // First, since who is told may stop the clock.
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

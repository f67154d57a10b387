/** Time, as the client needs it. */
export interface Clock {
  /** Milliseconds on a clock that never goes back; only differences count. */
  now(): number
  /** Calls once after a delay in milliseconds; returns what `clearTimeout` takes. */
  setTimeout(run: () => void, delayMs: number): unknown
  /** Takes back a timer; one that has fired, or undefined, is none. */
  clearTimeout(handle: unknown): void
}

/** The longest delay that timers take, 2^31 - 1 ms; a longer one would fire at once. */
export const maxTimerMs: number = 2 ** 31 - 1

/** The host's clock, looked up at each call, so that tests may replace the global timers. */
export const hostClock: Clock = {
  now: () => performance.now(),
  setTimeout: (run, delayMs) => setTimeout(run, Math.min(delayMs, maxTimerMs)),
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
}

// Owns the port to time. The client reads every clock and sets every timer through it, so that tests replace it.

/** Time, as the client needs it. */
export interface Clock {
  /** Returns milliseconds on a clock that never goes back. Only differences count. */
  now(): number
  /** Calls once after a delay in milliseconds. Returns what `clearTimeout` takes. */
  setTimeout(run: () => void, delayMs: number): unknown
  /** Cancels a timer. Ignores `undefined` and a timer that has fired. */
  clearTimeout(handle: unknown): void
}

/** The longest delay that timers take, 2^31 - 1 ms; a longer one would fire at once. */
export const maxTimerMs: number = 2 ** 31 - 1

/** The host's clock. It looks the globals up at each call, so that tests may replace them. */
export const hostClock: Clock = {
  now: () => performance.now(),
  setTimeout: (run, delayMs) => setTimeout(run, Math.min(delayMs, maxTimerMs)),
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
}

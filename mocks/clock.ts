// Owns the offset of a mock server's clock. Moves the server's time and the cookies' expiry, never the page's timers.

/** The wall clock of a mock server, which a test can advance. */
export interface MockClock {
  /** Milliseconds since the epoch. */
  now(): number
  advance(ms: number): void
  /** Undoes every `advance`. */
  reset(): void
}

/** Creates a clock on top of another. `Date.now` is looked up at each call, so that fake timers that fake Date move this clock too. */
export function createClock(base: () => number = () => Date.now()): MockClock {
  let offset = 0
  return {
    now: () => base() + offset,
    advance: (ms) => {
      offset += ms
    },
    reset: () => {
      offset = 0
    },
  }
}

// Owns the offset of a mock server's clock. Moves the server's time and the cookies' expiry, never the page's timers.

/** The wall clock of a mock server, which a test can move on. */
export interface MockClock {
  /** Milliseconds since the epoch. */
  now(): number
  advance(ms: number): void
  /** Takes back every `advance`. */
  reset(): void
}

/** Makes a clock on top of another; on `Date.now` of each moment, so that fake timers which fake Date move it too. */
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

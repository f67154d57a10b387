// Owns the one wait of the loop: until a time, or until something changes. It never keeps a timer once the wait is over.
import type { Clock } from '../platform/clock.ts'

/** The wait of a loop. */
export interface Alarm {
  /** Resolves at a time on the clock, or at the next `ring`. */
  wait(until: number): Promise<void>
  /** Ends the wait, if there is one. */
  ring(): void
}

/** Creates the wait of a loop. */
export function createAlarm(clock: Clock): Alarm {
  let end: () => void = () => {}
  return {
    wait: (until) =>
      new Promise((resolve) => {
        const timer = Number.isFinite(until) ? clock.setTimeout(() => end(), until - clock.now()) : undefined
        end = () => {
          end = () => {}
          clock.clearTimeout(timer)
          resolve()
        }
      }),
    ring: () => end(),
  }
}

/** How many microtasks an app's reaction to a promise takes: through an async function, `Promise.all` and a `then`. */
const reactionHops = 6

/** Resolves after the app's reactions to what was settled, so that the writes that they make join the next commit. */
export async function afterReactions(): Promise<void> {
  for (let hop = 0; hop < reactionHops; hop++) await undefined
}

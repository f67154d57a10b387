// Owns the mark of a pure function of the app that is running. `core.ts` creates it; every call that writes or begins a read checks it.
import { SessionUsageError } from '../errors/session-usage-error.ts'

/** Distinguishes what runs inside a pure function from the rest of the app. */
export interface PurityCheck {
  /** Marks a function of the app that runs in the middle of a replay: the log must not change under it. */
  pure<A extends readonly unknown[], R>(run: (...args: A) => R): (...args: A) => R
  /** Refuses a call inside a pure function. @throws SessionUsageError */
  check(): void
}

/** Creates the check of a client. */
export function createPurityCheck(): PurityCheck {
  let depth = 0
  return {
    pure:
      (run) =>
      (...args) => {
        depth++
        try {
          return run(...args)
        } finally {
          depth--
        }
      },
    check() {
      if (depth === 0) return
      throw new SessionUsageError(
        'Failed to use the session inside the function of an update, a transaction or a conflict policy: it is pure and runs again on every rebase. Work with what it is given, or listen to the event.',
      )
    },
  }
}

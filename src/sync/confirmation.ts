// Owns what our own responses confirm. A write without net effect is acknowledged only once a response to a later request shows that the
// server holds what it leaves as it is. `plan.ts` and `prepare.ts` read it, `settle.ts` and `begin-exchange.ts` move it. Pure.
import type { Mutation } from '../cache/mutation.ts'

/** What our own responses confirm. Calls are numbered by the cache. */
export interface Confirmation {
  /** The last call that a response covers: the base is no older than it. */
  readonly confirmed: number
  /** The log without net effect that waits for a read, and the calls until then. Any other call ends the wait. */
  readonly awaited: { readonly log: readonly Mutation[]; readonly calls: number } | undefined
  /** How many reads went for that in a row, when the last one left, and the earliest time for the next. */
  readonly readsInRow: number
  readonly lastReadAt: number
  readonly readAt: number
}

/** The longest pause between such reads, in milliseconds, and the pause after the first. */
const maxPauseMs = 1000
const minPauseMs = 20

/** Creates the confirmation of a client to which nothing was responded. */
export function createConfirmation(): Confirmation {
  return { confirmed: 0, awaited: undefined, readsInRow: 0, lastReadAt: Number.NEGATIVE_INFINITY, readAt: 0 }
}

/** Returns the pause after so many reads in a row: 20, 60, 140 ms and so on, at most a second. A subscriber that sets causes no storm. */
export function confirmationPauseMs(readsInRow: number): number {
  return Math.min(maxPauseMs, minPauseMs * (2 ** readsInRow - 1))
}

/** Returns whether a response covers all calls of some mutations. A call that joined another one counts, too. */
export function areConfirmed(mutations: readonly Mutation[], { confirmed }: Confirmation): boolean {
  return mutations.every(({ call }) => call <= confirmed)
}

/** Waits for a read that confirms a log without net effect. */
export function awaitConfirmation(confirmation: Confirmation, log: readonly Mutation[], calls: number): Confirmation {
  return { ...confirmation, awaited: { log, calls } }
}

/** Returns whether a log waits for a read. A new call, and a log that was rebased, are looked at again first. */
export function isAwaited({ awaited }: Confirmation, log: readonly Mutation[], calls: number): boolean {
  return awaited !== undefined && awaited.log === log && awaited.calls === calls
}

/** Counts a read that leaves for a confirmation. */
export function beginConfirmingRead(confirmation: Confirmation, now: number): Confirmation {
  const isInRow = now - confirmation.lastReadAt <= 2 * maxPauseMs
  const readsInRow = isInRow ? confirmation.readsInRow + 1 : 1
  return { ...confirmation, readsInRow, lastReadAt: now, readAt: now + confirmationPauseMs(readsInRow) }
}

/** Starts a new row after a commit. */
export function endRow(confirmation: Confirmation): Confirmation {
  return { ...confirmation, readsInRow: 0, readAt: 0 }
}

/** Takes in a response whose state became the base, or which says that the base is current. It covers the calls before its request left. */
export function confirmCalls(confirmation: Confirmation, calls: number): Confirmation {
  return { ...confirmation, confirmed: Math.max(confirmation.confirmed, calls), awaited: undefined }
}

// Owns the public type of a mutation in the log. `life.ts` creates them for `session.pending`. Types only.

/** A mutation that is not acknowledged yet. */
export interface PendingMutation {
  /** The call that made it; `end` for a session whose end is not confirmed yet. */
  readonly kind: 'set' | 'update' | 'delete' | 'clear' | 'transaction' | 'setExpiry' | 'cycleKey' | 'touch' | 'end'
  /** The keys that it writes. */
  readonly keys: readonly string[]
  /** Whether it was taken into a commit. */
  readonly sent: boolean
  /** Whether the journal has it on this device's disk, so that it survives the page. */
  readonly durable: boolean
  /** Whether the journal brought it from an earlier page. */
  readonly restored: boolean
  /** Removes it from the view and rejects its promise with `SessionDiscardedError`. Returns false if it was sent already. */
  discard(): boolean
}

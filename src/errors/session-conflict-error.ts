// Rejects a write under the conflict policy `reject`. The replay throws it; the app reads the three values from it.
import { SessionError } from './session-error.ts'

/** Rejects a write under the conflict policy `reject` if another client changed the same key first. */
export class SessionConflictError extends SessionError {
  override readonly name = 'SessionConflictError'
  readonly code = 'conflict'
  /** The key in conflict. */
  declare readonly key: string
  /** The value that the write started from; undefined if nothing was stored. */
  declare readonly base: unknown
  /** The value that was written; undefined for a delete. */
  declare readonly mine: unknown
  /** The value that is stored now; undefined if nothing is stored. */
  declare readonly theirs: unknown
  /** Whether the write was made before the session was loaded: `base` is then the value that was shown. */
  declare readonly early: boolean

  constructor(key: string, values: { base: unknown; mine: unknown; theirs: unknown; early?: boolean }) {
    super(`Failed to write session key "${key}": another client changed it first. Compare base, mine and theirs, and write again.`, {
      key,
      early: false,
      ...values,
    })
  }
}

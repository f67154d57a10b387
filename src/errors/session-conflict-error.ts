import { SessionError } from './session-error.ts'

/** Rejects a write under the conflict policy `reject` when somebody else changed the same key first. */
export class SessionConflictError extends SessionError {
  override readonly name = 'SessionConflictError'
  readonly code = 'conflict'
  /** The key in conflict. */
  declare readonly key: string
  /** The value that the write started from; undefined where nothing was stored. */
  declare readonly base: unknown
  /** The value that was written; undefined for a delete. */
  declare readonly mine: unknown
  /** The value that is stored now; undefined where nothing is stored. */
  declare readonly theirs: unknown

  constructor(key: string, values: { base: unknown; mine: unknown; theirs: unknown }) {
    super(`Failed to write session key "${key}": it was changed by somebody else. Look at base, mine and theirs and write again.`, {
      key,
      ...values,
    })
  }
}

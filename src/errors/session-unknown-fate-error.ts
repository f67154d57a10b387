// The error of a write whose outcome can no longer be learned.
import { SessionError } from './session-error.ts'

/** Rejects a write that may or may not have been stored and can no longer be found out. Look at the session, then decide. */
export class SessionUnknownFateError extends SessionError {
  override readonly name = 'SessionUnknownFateError'
  readonly code = 'unknown-fate'

  constructor(options?: ErrorOptions) {
    super('Failed to learn whether a session write was stored. Read the session, then decide whether to write again.', {}, options)
  }
}

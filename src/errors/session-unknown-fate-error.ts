// The error of a write whose outcome can no longer be learned.
import { SessionError } from './session-error.ts'

/** Rejects a write whose outcome can no longer be determined: it may have been stored or not. Read the session, then decide whether to repeat it. */
export class SessionUnknownFateError extends SessionError {
  override readonly name = 'SessionUnknownFateError'
  readonly code = 'unknown-fate'

  constructor(options?: ErrorOptions) {
    super('Failed to learn whether a session write was stored. Read the session, then decide whether to write again.', {}, options)
  }
}

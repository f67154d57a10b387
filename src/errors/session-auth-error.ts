// The error of a read that needs a log-in first.
import { SessionError } from './session-error.ts'

/** Rejects a read that the server answers with 401. Writes wait instead: sign in, then call `resume()`. */
export class SessionAuthError extends SessionError {
  override readonly name = 'SessionAuthError'
  readonly code = 'needs-auth'

  constructor() {
    super('Failed to read the session: the server wants a log-in first. Sign in, then call resume().')
  }
}

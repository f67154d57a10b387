// The error of a read that needs a log-in first.
import { SessionError } from './session-error.ts'

/** Rejects a read if the server responds with 401. Writes stay pending instead. Sign the visitor in, then call `resume()`. */
export class SessionAuthError extends SessionError {
  override readonly name = 'SessionAuthError'
  readonly code = 'needs-auth'

  constructor() {
    super('Failed to read the session: the server wants a log-in first. Sign in, then call resume().')
  }
}

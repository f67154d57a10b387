// The error of a client that was disposed.
import { SessionError } from './session-error.ts'

/** Thrown by a client after `dispose()`, and rejects what was pending then. */
export class SessionDisposedError extends SessionError {
  override readonly name = 'SessionDisposedError'
  readonly code = 'disposed'

  constructor() {
    super('The session client was disposed. Create a new one with createSessionClient.')
  }
}

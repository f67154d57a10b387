// The error of a client that was disposed.
import { SessionError } from './session-error.ts'

/** Thrown by every call of a client after `dispose()`, which also rejects pending writes with it. Create a new client. */
export class SessionDisposedError extends SessionError {
  override readonly name = 'SessionDisposedError'
  readonly code = 'disposed'

  constructor() {
    super('The session client was disposed. Create a new one with createSessionClient.')
  }
}

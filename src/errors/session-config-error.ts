// The error of options that cannot work.
import { SessionError } from './session-error.ts'

/** Thrown when a client or a handler is created with options that cannot work. The message names the option or the key. */
export class SessionConfigError extends SessionError {
  override readonly name = 'SessionConfigError'
  readonly code = 'config'
}

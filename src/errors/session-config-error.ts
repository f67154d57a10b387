// The error of options that cannot work.
import { SessionError } from './session-error.ts'

/** Thrown by the constructors of client, handler and mock server if an option cannot work. The message names the option or the key. */
export class SessionConfigError extends SessionError {
  override readonly name = 'SessionConfigError'
  readonly code = 'config'
}

// The error of a call that cannot work where it is made.
import { SessionError } from './session-error.ts'

/** Thrown when a call cannot work where it is made, such as waiting inside `exclusive` for a write that `exclusive` holds. */
export class SessionUsageError extends SessionError {
  override readonly name = 'SessionUsageError'
  readonly code = 'usage'
}

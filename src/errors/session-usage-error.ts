// The error of a call at a place where it cannot work.
import { SessionError } from './session-error.ts'

/** Thrown by a call that cannot work at its place, such as awaiting a write inside `exclusive`, which pauses that write. */
export class SessionUsageError extends SessionError {
  override readonly name = 'SessionUsageError'
  readonly code = 'usage'
}

// The error of a write that the app discarded.
import { SessionError } from './session-error.ts'

/** Rejects a pending write that the app cancelled with `discard()`. Nothing was sent; there is nothing to do. */
export class SessionDiscardedError extends SessionError {
  override readonly name = 'SessionDiscardedError'
  readonly code = 'discarded'

  constructor() {
    super('The session write was discarded before it was sent. There is nothing to do.')
  }
}

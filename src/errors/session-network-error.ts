// The error of an exchange without a usable response.
import { SessionError } from './session-error.ts'

/** Says that an exchange brought no usable answer; it is tried again. Seen as `error` of the state and as the cause of other errors. */
export class SessionNetworkError extends SessionError {
  override readonly name = 'SessionNetworkError'
  readonly code = 'network'
  /** The HTTP status, if there was an answer. */
  readonly status: number | undefined

  constructor(status?: number, options?: ErrorOptions) {
    super(`Failed to reach the session${status === undefined ? '' : ` (status ${status})`}. It is tried again.`, {}, options)
    this.status = status
  }
}

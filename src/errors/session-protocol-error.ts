// The error of a response that is not of the protocol.
import { SessionError } from './session-error.ts'

/** Says that an answer is not of the protocol, such as the page of a captive portal. The cache stays and the exchange is tried again. */
export class SessionProtocolError extends SessionError {
  override readonly name = 'SessionProtocolError'
  readonly code = 'protocol'
  /** The HTTP status of the answer. */
  readonly status: number

  constructor(status: number, reason: string) {
    super(`Failed to understand the session's answer (status ${status}): ${reason}. See docs/protocol.md for what a server answers.`)
    this.status = status
  }
}

// The error of a request without a usable response. The table of responses creates it; the client shows it while it retries.
import { SessionError } from './session-error.ts'

/** What is known of the failure. */
export interface NetworkErrorOptions extends ErrorOptions {
  /** What the server said about itself. */
  readonly detail?: string | undefined
  /** Whether the request goes to another origin, where CORS may be what stops it: a browser hides that from script. */
  readonly isCrossOrigin?: boolean | undefined
}

/** Reports a request without a usable response, which the client retries. It is the `error` of the snapshot and the cause of other errors. */
export class SessionNetworkError extends SessionError {
  override readonly name = 'SessionNetworkError'
  readonly code = 'network'
  /** The HTTP status, if there was a response. */
  readonly status: number | undefined

  constructor(status?: number, { cause, detail, isCrossOrigin }: NetworkErrorOptions = {}) {
    const { message } = Object(cause)
    const what = status === undefined ? message : `status ${status}${detail ? `: ${detail}` : ''}`
    super(
      `Failed to reach the session${what ? ` (${what})` : ''}. It is tried again.${
        isCrossOrigin
          ? ' If it never works, let its origin allow this page by CORS, with the header fields Session-Client, Session-Request and Idempotency-Key.'
          : ''
      }`,
      {},
      cause === undefined ? undefined : { cause },
    )
    this.status = status
  }
}

// The error of a response that does not follow the protocol, with what to change. The table of responses creates it; the client shows it
// while it retries.
import { SessionError } from './session-error.ts'

/** Why a response is not of the protocol. */
export type SessionProtocolReason = 'cached' | 'redirect' | 'page' | 'not-found' | 'method' | 'forbidden' | 'malformed'

/** What to do about each. */
export const protocolAdvice: Readonly<Record<SessionProtocolReason, string>> = {
  cached: 'It came from a cache. Exclude the URL of the session from service workers, proxies and CDNs.',
  redirect: 'It redirects. Set url exactly, with or without the last slash, and respond 401 instead of redirecting to a log-in page.',
  page: 'It is an HTML page. Check url. A captive portal or the fallback of a development server may have sent it.',
  'not-found': 'Nothing is served there. Check url, with or without the last slash.',
  method: 'The method is refused. Serve GET, PATCH and DELETE at url. If a proxy blocks PATCH, set methodOverride.',
  forbidden: 'A firewall or a middleware in front of the session refused it.',
  malformed: 'It is no response of the protocol. See docs/protocol.md.',
}

/** Reports a response that does not follow the protocol, such as a captive portal's page. The view stays and the client retries. */
export class SessionProtocolError extends SessionError {
  override readonly name = 'SessionProtocolError'
  readonly code = 'protocol'
  /** The HTTP status of the response; 0 for a redirect in a browser, which hides it. */
  readonly status: number
  /** Why the response is not of the protocol. */
  readonly reason: SessionProtocolReason

  constructor(status: number, reason: SessionProtocolReason) {
    super(`Failed to use the response from the session's URL (status ${status}). ${protocolAdvice[reason]}`)
    this.status = status
    this.reason = reason
  }
}

// The error of a write whose session ended before the write was acknowledged.
import { SessionError } from './session-error.ts'

/**
 * Why a session ended: by `end()`, by its expiry, because another log-in replaced it, or because the browser did not keep its
 * cookie (`cookie-refused`), so that nobody can find it again.
 */
export type SessionEndReason = 'flushed' | 'expired' | 'replaced' | 'cookie-refused'

/** Rejects the pending writes of a session that ended. They are never sent to another session; offer `values` to the visitor again. */
export class SessionEndedError extends SessionError {
  override readonly name = 'SessionEndedError'
  readonly code = 'ended'
  /** Why the session ended. */
  readonly reason: SessionEndReason
  /** `unknown` if the write was sent and no response confirmed whether it was stored. */
  readonly fate: 'not-stored' | 'unknown'
  /** What the write would have stored, by key, so that an app can offer it again; undefined for a deleted key. */
  declare readonly values: Readonly<Record<string, unknown>>

  constructor(reason: SessionEndReason, fate: 'not-stored' | 'unknown', values: Readonly<Record<string, unknown>>) {
    super(
      `Failed to write to the session: ${
        reason === 'cookie-refused'
          ? 'the browser sent no cookie back. Check that the server sets it for this page: a Secure cookie needs https (Safari on localhost, too), a frame of another site SameSite=None, and a middleware may drop Set-Cookie or the visitor block it. Then call revalidate().'
          : `it ended (${reason}). Offer values to the visitor again, or drop them.`
      }`,
      { values },
    )
    this.reason = reason
    this.fate = fate
  }
}

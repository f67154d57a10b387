// The error of a write whose session ended before the write was acknowledged.
import { SessionError } from './session-error.ts'

/** Why a session ended: by `end()` or a log-out, by its expiry, or because another session replaced it. */
export type SessionEndReason = 'flushed' | 'expired' | 'replaced'

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
    super(`Failed to write to the session: it ended (${reason}). Offer values to the visitor again, or drop them.`, { values })
    this.reason = reason
    this.fate = fate
  }
}

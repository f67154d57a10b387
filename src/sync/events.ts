// Owns the names of what the pipeline reports: status, activity, events. The client exports them; nothing here runs.
import type { Conflict } from '../cache/operation.ts'
import type { SessionEndReason } from '../errors/session-ended-error.ts'
import type { SessionError } from '../errors/session-error.ts'
import type { SessionSchemaIssue } from '../errors/session-schema-error.ts'
import type { Json } from '../protocol/json.ts'

/** `loading` only before the first data; `needs-auth` while the server answers 401. */
export type SessionStatus = 'loading' | 'ready' | 'needs-auth'

/** What the client is doing. `retrying` and `offline` wait for the next try; a reconnect tries at once, unless the server asked for time. */
export type SessionActivity = 'idle' | 'loading' | 'sending' | 'retrying' | 'offline'

/** Why a write was rejected: what the app's own function threw comes as it is, without a `code`. */
export type SessionWriteError = SessionError | (Error & { readonly code?: undefined })

/** One step of an exchange with the server, without any session data. */
export interface SessionExchange {
  /** What is exchanged: a GET, a PATCH or a DELETE. */
  readonly kind: 'read' | 'commit' | 'end'
  /** `sent` an attempt; the others how it came out. `failed` is tried again. */
  readonly outcome: 'sent' | 'acknowledged' | 'unchanged' | 'conflict' | 'refused' | 'failed' | 'elsewhere' | 'needs-auth'
  /** The status of the response; undefined for `sent`, and if no response came. */
  readonly status?: number | undefined
  /** Why it failed; undefined for every other outcome. */
  readonly error?: SessionError | undefined
  /** The number of the commit; undefined for the others. */
  readonly n?: number | undefined
  /** Which attempt this is, from 1. */
  readonly attempt: number
  /** How many mutations the commit carries. */
  readonly mutations?: number | undefined
}

/** The events of the pipeline. */
export interface SyncEvents {
  /** A pending write met a change by somebody else. Values are the app's; undefined where nothing is stored. */
  conflict: Conflict & {
    /** What the key shows now, after the policy. */
    readonly value: unknown
  }
  /** The lineage is gone. The next write goes to the session that replaced it, or starts a new one. */
  ended: { readonly reason: SessionEndReason }
  /** A mutation was rejected; its promise rejected with the same error. */
  rejected: { readonly error: SessionWriteError; readonly keys: readonly string[] }
  /**
   * A stored value does not fit the schema. It reads as the default, or without its bad items if the option
   * `skipInvalidItems` names the key, and stays untouched on the server. `raw` is what is stored, frozen, so that an app
   * can repair it.
   */
  invalid: { readonly key: string; readonly issues: readonly SessionSchemaIssue[]; readonly raw: Json }
  /** Acknowledged writes that other server code has undone. */
  dropped: { readonly reason: 'undone' }
  /** One step of an exchange, for devtools and time lines. */
  exchange: SessionExchange
}

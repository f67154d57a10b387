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

/** Whether writes are kept on this device: `off` without the option `persist`, `memory` if the browser's storage cannot be used. */
export type JournalState = 'off' | 'opening' | 'on' | 'memory'

/** Why writes are given up; `undone` concerns acknowledged ones. docs/offline.md explains the others. */
export type DropReason = 'undone' | 'ended' | 'other-visitor' | 'too-old' | 'behind' | 'format' | 'schema'

/** Writes that are given up. */
export interface Dropped {
  /** Why. */
  readonly reason: DropReason
  /** How many writes; absent for `undone`. */
  readonly count?: number
  /** The keys that they write; absent for `undone`. */
  readonly keys?: readonly string[]
  /** What they would have stored, as it travels; undefined for a deleted key. Absent for `undone`. */
  readonly values?: Readonly<Record<string, unknown>>
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
  /**
   * A mutation was rejected; its promise rejected with the same error. `restored`: the journal brought it from an earlier page, so
   * that nobody holds its promise.
   */
  rejected: { readonly error: SessionWriteError; readonly keys: readonly string[]; readonly restored?: true | undefined }
  /**
   * A stored value does not fit the schema. It reads as the default, or without its bad items if the option
   * `skipInvalidItems` names the key, and stays untouched on the server. `raw` is what is stored, frozen, so that an app
   * can repair it.
   */
  invalid: { readonly key: string; readonly issues: readonly SessionSchemaIssue[]; readonly raw: Json }
  /**
   * Writes that are given up, other than by a rejection. `undone`: other server code has undone acknowledged writes. The other reasons
   * are those of the journal, which then says how many writes of an earlier page it gave up, and what they would have stored.
   */
  dropped: Dropped
  /**
   * The journal's state, or that it is full. `reason`: the name of the browser's exception, `no-locks`, `no-storage`, `timeout`, or
   * `full` if new writes exceed `maxBytes`.
   */
  journal: { readonly state: JournalState; readonly reason?: string | undefined }
  /** One step of an exchange, for devtools and time lines. */
  exchange: SessionExchange
}

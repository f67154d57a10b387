// Declares the body of a PATCH. parse-commit.ts checks one on the server; the client builds one from its log.
import type { JsonObject } from './json.ts'

/**
 * The body of a PATCH: the net effect of a prefix of a client's log, stored as a whole or not at all.
 * A commit without content is a touch: it only extends the expiry.
 */
export interface Commit {
  /** The lineage that the client writes to; null to create one. */
  readonly lineage: string | null
  /** The version that the client computed the commit on. */
  readonly base: string
  /** The last commit number acknowledged to this client, 0 for none. */
  readonly after: number
  /** Keys to store, applied after `clear`. */
  readonly set?: JsonObject | undefined
  /** Keys to delete. */
  readonly delete?: readonly string[] | undefined
  /** The tag that the client saw for each key that it read or writes, null for absent; `base` expects the whole version. */
  readonly expect?: Readonly<Record<string, string | null>> | 'base' | undefined
  /** First deletes all keys that the client may write; expects the whole version. */
  readonly clear?: boolean | undefined
  /** Seconds, 0 to end with the browser, null for the server's policy, or an RFC 3339 date. */
  readonly expiry?: number | null | string | undefined
  /** Rotates the session's key, and with it the cookie. */
  readonly cycleKey?: boolean | undefined
  /** Creates the session under a new key although the cookie names no session. A client sets it after two reads with `unknownKey`. */
  readonly fresh?: boolean | undefined
}

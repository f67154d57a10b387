// The translation between the app's values and the wire, as the cache and the client see it. compile-schema.ts makes one of a schema.
import type { SessionSchemaIssue } from '../errors/session-schema-error.ts'
import type { Json } from '../protocol/json.ts'

/** What a stored value reads as. */
export interface Decoded {
  /** The app's value, frozen; the default if nothing is stored or the schema refuses what is. */
  readonly value: unknown
  /** Why the schema refuses the stored value, or some items of it; undefined if it does not. */
  readonly issues: readonly SessionSchemaIssue[] | undefined
  /** The places of the items that were left out, for a key that skips invalid items. The value then has all others. */
  readonly skipped?: ReadonlySet<number>
}

/** The two-way translation of each key of a schema between the app's values and the wire. */
export interface SessionCodec {
  /** The keys of the schema, in its order. */
  readonly keys: readonly string[]
  /** Checks that the schema has a key. @throws SessionSchemaError if it does not */
  check(key: string): void
  /** Returns whether the app may write a key of the schema. */
  canWrite(key: string): boolean
  /** @throws SessionUsageError if the key is read-only; SessionSchemaError if the schema has no such key. */
  checkWrite(key: string): void
  /** Returns the default of a key, encoded; undefined if it has none or the default cannot be encoded. */
  fallback(key: string): Json | undefined
  /** Returns whether a stored array or object is one that `encode` returned: the schema has seen all of it. */
  isEncoded(raw: Json | undefined): boolean
  /**
   * Translates a value of the app. undefined means absent: the key is deleted.
   *
   * @throws SessionSchemaError if the schema has no such key, or if the schema or JSON refuses the value
   */
  encode(key: string, value: unknown): Json | undefined
  /**
   * Translates a stored value. undefined, which means that nothing is stored, reads as the default.
   *
   * @throws SessionSchemaError only if the schema has no such key
   */
  decode(key: string, raw: Json | undefined): Decoded
}

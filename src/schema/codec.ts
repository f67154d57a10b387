import type { SessionSchemaIssue } from '../errors/session-schema-error.ts'
import type { Json } from '../protocol/json.ts'

/** What a stored value reads as. */
export interface Decoded {
  /** The app's value: frozen; the default where nothing is stored or the schema refuses what is. */
  readonly value: unknown
  /** Why the schema refuses the stored value; undefined where it does not. */
  readonly issues?: readonly SessionSchemaIssue[] | undefined
}

/** The two-way translation of one key between the app's values and the wire. */
export interface KeyCodec {
  /**
   * Translates a value of the app. undefined means absent: the key is deleted.
   *
   * @throws SessionSchemaError where the schema or JSON refuses the value.
   */
  encode(value: unknown): Json | undefined
  /** Translates a stored value; undefined, where nothing is stored, reads as the default. Never throws. */
  decode(raw: Json | undefined): Decoded
}

/** The translation of every key of a schema. */
export interface SessionCodec {
  /** The keys of the schema, in its order. */
  readonly keys: readonly string[]
  /** Whether the schema has the key. */
  has(name: string): boolean
  /** @throws SessionSchemaError where the schema has no such key. */
  key(name: string): KeyCodec
}

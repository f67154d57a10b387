// Translates between the app's values in a test and the JSON that the server stores. Called by mock-session; never stores anything.
import type * as z from 'zod/v4/core'
import { type Json, type JsonObject, own } from '../src/protocol/json.ts'
import { compileSchema } from '../src/schema/compile-schema.ts'
import { copyJson } from '../src/schema/copy-json.ts'
import type { SessionInputs, SessionValues } from '../src/schema/types.ts'

/** Values to store, in the app's types; undefined deletes a key. */
export type MockValues<S extends z.$ZodObject> = { readonly [K in keyof SessionInputs<S>]?: SessionInputs<S>[K] | undefined }

/** What `write` accepts: the keys to change, or a function from the values to the keys to change. */
export type MockWrite<S extends z.$ZodObject> = MockValues<S> | ((values: SessionValues<S>) => MockValues<S>)

/** What `writeWire` accepts: the keys to change, as wire values, or a function from the stored data; undefined deletes a key. */
export type MockWireWrite = Readonly<Record<string, unknown>> | ((data: JsonObject) => Readonly<Record<string, unknown>>)

/** Translates between what a test writes and what the server stores. */
export interface ValueCodec {
  /**
   * Returns wire values. undefined stays undefined and deletes.
   *
   * @throws SessionSchemaError for a key or a value that the schema refuses, or that is not JSON.
   */
  encode(values: object): Record<string, Json | undefined>
  /** Returns values of the app: every key of the schema, with its default if nothing is stored. */
  decode(data: JsonObject): Record<string, unknown>
}

/** Copies wire values, so that a test that mutates its own object does not change what is stored. */
export function copyWire(values: object): Record<string, Json | undefined> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value === undefined ? undefined : copyJson(key, value)]))
}

/**
 * Creates the codec of a schema. Without a schema, values are wire values already.
 *
 * @throws SessionConfigError if the schema cannot work in a session.
 */
export function createValueCodec(schema: z.$ZodObject | undefined): ValueCodec {
  if (schema === undefined) return { encode: copyWire, decode: (data) => ({ ...data }) }
  const codec = compileSchema(schema, { freeze: false })
  return {
    encode: (values) => Object.fromEntries(Object.entries(values).map(([key, value]) => [key, codec.encode(key, value)])),
    decode: (data) => Object.fromEntries(codec.keys.map((key) => [key, codec.decode(key, own(data, key)).value])),
  }
}

// Translates between the app's values in a test and the JSON that the server stores. Called by mock-session; never stores anything.
import type * as z from 'zod/v4/core'
import { type Json, type JsonObject, own } from '../src/protocol/json.ts'
import { compileSchema } from '../src/schema/compile-schema.ts'
import { copyJson } from '../src/schema/copy-json.ts'
import type { SessionInputs, SessionValues } from '../src/schema/types.ts'

/** Values to store, of the app's types; undefined deletes. */
export type MockValues<S extends z.$ZodObject> = { readonly [K in keyof SessionInputs<S>]?: SessionInputs<S>[K] | undefined }

/** What `write` takes: the keys to change, or a function from the values to the keys to change. */
export type MockWrite<S extends z.$ZodObject> = MockValues<S> | ((values: SessionValues<S>) => MockValues<S>)

/** What `writeWire` takes: the keys to change, as they travel, or a function from the stored ones; undefined deletes. */
export type MockWireWrite = Readonly<Record<string, unknown>> | ((data: JsonObject) => Readonly<Record<string, unknown>>)

/** Translates between what a test writes and what the server stores. */
export interface ValueCodec {
  /**
   * Makes wire values; undefined stays and means delete.
   *
   * @throws SessionSchemaError for a key or a value that the schema refuses, or that is not JSON.
   */
  encode(values: object): Record<string, Json | undefined>
  /** Makes values of the app: every key of the schema, its default where nothing is stored. */
  decode(data: JsonObject): Record<string, unknown>
}

/** Copies wire values, so that what is stored does not change when the test changes its own object. */
export function copyWire(values: object): Record<string, Json | undefined> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value === undefined ? undefined : copyJson(key, value)]))
}

/**
 * Makes the translation of a schema; without one, values are wire values already.
 *
 * @throws SessionConfigError where the schema cannot work in a session.
 */
export function createValueCodec(schema: z.$ZodObject | undefined): ValueCodec {
  if (schema === undefined) return { encode: copyWire, decode: (data) => ({ ...data }) }
  const codec = compileSchema(schema, { freeze: false })
  return {
    encode: (values) => Object.fromEntries(Object.entries(values).map(([key, value]) => [key, codec.encode(key, value)])),
    decode: (data) => Object.fromEntries(codec.keys.map((key) => [key, codec.decode(key, own(data, key)).value])),
  }
}

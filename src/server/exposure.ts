// Owns what a handler lets clients use: the list of keys and the check of each value. It is made once, of the options
// `schema` or `keys`.
import type * as z from 'zod/v4/core'
import { SessionConfigError } from '../errors/session-config-error.ts'
import type { SessionCodec } from '../schema/codec.ts'
import { compileSchema } from '../schema/compile-schema.ts'
import { copyJson } from '../schema/copy-json.ts'
import { createWireCheck, type WireCheck } from '../schema/create-wire-check.ts'
import { fieldsOf } from '../schema/fields-of.ts'
import { createExposedKeys, type ExposedKeys } from './exposed-keys.ts'

/** What clients may use. */
export interface Exposure {
  readonly keys: ExposedKeys
  /** The check of each key's values; a key without one takes any JSON. */
  readonly checks: ReadonlyMap<string, WireCheck>
  /** Translates between the values of server code and what is stored. */
  readonly codec: ValueCodec
}

/** The part of a schema's translation that server code needs. */
export type ValueCodec = Pick<SessionCodec, 'encode' | 'decode'>

/** Takes any JSON as it is, for keys without a schema. Each value is a copy, so that a change in place does not reach what is stored. */
export const jsonCodec: ValueCodec = {
  encode: (key, value) => (value === undefined ? undefined : copyJson(key, value)),
  decode: (_, raw) => ({ value: structuredClone(raw), issues: undefined }),
}

/** The options that say which keys are exposed. */
export interface ExposureOptions {
  readonly schema?: z.$ZodObject | undefined
  readonly keys?: readonly string[] | undefined
  readonly readOnly?: readonly string[] | undefined
}

/**
 * Reads the options that say which keys are exposed.
 *
 * @throws SessionConfigError if there is no list, or two, or a key in it cannot be exposed.
 */
export function toExposure({ schema, keys, readOnly }: ExposureOptions): Exposure {
  if (schema && keys) {
    throw new SessionConfigError(
      'Failed to create the session handler: it has both schema and keys. Give the schema alone, which names the keys.',
    )
  }
  if (keys) return { keys: createExposedKeys(keys, readOnly), checks: new Map(), codec: jsonCodec }
  if (!schema) {
    throw new SessionConfigError(
      "Failed to create the session handler: nothing says which keys clients may use. Write createSessionHandler({ store, schema }) with the client's zod schema, or createSessionHandler({ store, keys: ['theme', 'cart'] }).",
    )
  }
  const fields = fieldsOf(schema)
  return {
    keys: createExposedKeys([...fields.keys()], readOnly),
    checks: new Map([...fields].map(([key, field]) => [key, createWireCheck(field)])),
    codec: compileSchema(schema),
  }
}

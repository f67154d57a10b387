// Compiles schemas of one key for the tests of this folder.
import * as z from 'zod/mini'
import type { $ZodType } from 'zod/v4/core'
import { SessionSchemaError } from '../../src/errors/session-schema-error.ts'
import type { Json } from '../../src/protocol/json.ts'
import type { Decoded } from '../../src/schema/codec.ts'
import { type CompileOptions, compileSchema } from '../../src/schema/compile-schema.ts'

/** The translation of one key. */
export interface KeyCodec {
  encode(value: unknown): Json | undefined
  decode(raw: Json | undefined): Decoded
}

/** The translation of one key with this schema. */
export function keyOf(field: $ZodType, options?: CompileOptions): KeyCodec {
  const { encode, decode } = compileSchema(z.object({ field }), options)
  return { encode: (value) => encode('field', value), decode: (raw) => decode('field', raw) }
}

/** What a call throws; fails if it throws nothing. */
export function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('Nothing was thrown.')
}

/** The error with which a key refuses a value. */
export function refusal(field: $ZodType, value: unknown): SessionSchemaError {
  const error = thrownBy(() => keyOf(field).encode(value))
  if (error instanceof SessionSchemaError) return error
  throw new Error('Something else than a SessionSchemaError was thrown.', { cause: error })
}

import * as z from 'zod/mini'
import type { $ZodType } from 'zod/v4/core'
import { SessionSchemaError } from '../../src/errors/session-schema-error.ts'
import type { KeyCodec } from '../../src/schema/codec.ts'
import { type CompileOptions, compileSchema } from '../../src/schema/compile-schema.ts'

/** The translation of one key with this schema. */
export function keyOf(field: $ZodType, options?: CompileOptions): KeyCodec {
  return compileSchema(z.object({ field }), options).key('field')
}

/** What a call throws; fails where it throws nothing. */
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

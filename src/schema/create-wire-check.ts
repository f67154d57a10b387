// Owns what a server checks of a value that a client wrote. The handler calls it for each key that a commit sets; it never
// changes a value.
import type * as z from 'zod/v4/core'
import { safeDecode, safeEncode } from 'zod/v4/core'
import type { SessionSchemaIssue } from '../errors/session-schema-error.ts'
import { isEqual, isObject, type Json, type JsonObject } from '../protocol/json.ts'
import { childrenOf } from './children-of.ts'

/**
 * Returns why a schema refuses a stored form; undefined if it accepts it. Throws what a rule or a codec throws, and zod's
 * error for one that is async.
 */
export type WireCheck = (raw: Json) => readonly SessionSchemaIssue[] | undefined

const caught: readonly SessionSchemaIssue[] = [{ code: 'caught', message: 'the schema would read another value', path: [] }]

/**
 * Creates the check of one key. Decoding has to succeed and no more: a legal value may be stored in another form than the
 * one that it encodes to. But `catch` decodes everything, so with one in the schema what both forms have must be equal.
 */
export function createWireCheck(schema: z.$ZodType): WireCheck {
  const hasCatch = holdsCatch(schema)
  return (raw) => {
    const decoded = safeDecode(schema, raw)
    if (!decoded.success) return decoded.error.issues
    if (!hasCatch) return undefined
    const encoded = safeEncode(schema, decoded.data)
    return encoded.success && agrees(raw, encoded.data as Json | undefined) ? undefined : caught
  }
}

function holdsCatch(schema: z.SomeType, seen: Set<unknown> = new Set()): boolean {
  // Recursive schemas come round again.
  if (seen.has(schema)) return false
  seen.add(schema)
  return schema._zod.def.type === 'catch' || childrenOf(schema).some(([, child]) => holdsCatch(child, seen))
}

/** Whether two forms are equal where both have a value: decoding adds defaults and drops what the schema does not know. */
function agrees(raw: Json, encoded: Json | undefined): boolean {
  if (encoded === undefined) return false
  if (Array.isArray(raw)) {
    return Array.isArray(encoded) && raw.length === encoded.length && raw.every((item, index) => agrees(item, encoded[index]))
  }
  if (!isObject(raw)) return isEqual(raw, encoded)
  if (!isObject(encoded)) return false
  const other = encoded as JsonObject
  return Object.entries(raw as JsonObject).every(([key, member]) => !Object.hasOwn(other, key) || agrees(member, other[key]))
}

// Owns the client's translation between the app's values and the wire, key by key. Called at creation. It keeps no session data
// except references by which it recognises the values that it encoded.
import type * as z from 'zod/v4/core'
import { safeDecode, safeEncode } from 'zod/v4/core'
import { SessionSchemaError, type SessionSchemaIssue } from '../errors/session-schema-error.ts'
import { SessionUsageError } from '../errors/session-usage-error.ts'
import type { Json, JsonObject } from '../protocol/json.ts'
import { childrenOf } from './children-of.ts'
import type { Decoded, SessionCodec } from './codec.ts'
import { copyJson } from './copy-json.ts'
import { deepFreeze, isImmutable } from './deep-freeze.ts'
import { fieldsOf, refuseKey } from './fields-of.ts'
import { isPlain } from './is-plain.ts'

/** Options of `compileSchema`. */
export interface CompileOptions {
  /** Whether what is read is frozen, deeply. @default true */
  readonly freeze?: boolean | undefined
  /** The keys whose lists are read without the items that the schema refuses. @default none */
  readonly skipInvalidItems?: readonly string[] | undefined
  /** The keys that the app may not write. @default [] */
  readonly readOnly?: readonly string[] | undefined
}

function unwrap(result: z.util.SafeParseResult<unknown>): unknown {
  if (result.success) return result.data
  throw result.error
}

/** Returns why zod refused a value. Any other error, even from zod's safe functions, comes from a codec's code or an async schema. */
function issuesOf(cause: unknown): readonly SessionSchemaIssue[] {
  const issues = (cause as { issues?: unknown } | null | undefined)?.issues
  return Array.isArray(issues) ? issues : [{ code: 'thrown', message: 'the schema threw, or is async', path: [] }]
}

/** Returns the schema of the items of a key's list, on the wire. */
function elementOf(name: string, schema: z.SomeType): z.SomeType {
  const parts = new Map(childrenOf(schema))
  const inner = parts.get('innerType') ?? parts.get('in')
  return parts.get('element') ?? (inner ? elementOf(name, inner) : refuseKey(name, 'skipInvalidItems names it, and it is no list'))
}

/** One key of a schema. Plain data, since a schema may have many. */
interface Field {
  readonly name: string
  readonly schema: z.$ZodType
  /** Freezes what is read, deeply; absent if values are not frozen. */
  readonly frozen: WeakSet<object> | undefined
  /** The arrays and objects that were encoded: the schema has seen all of them. */
  readonly made: WeakSet<object>
  /** Whether what was encoded reads as it is. */
  readonly isPlain: boolean
  /** The schema of an item, if a list is read without the items that it refuses. */
  readonly element: z.SomeType | undefined
  /** The primitive value that was encoded last. */
  last: unknown
  /** Returns the default: the same value each time if nobody can change it, else a new one. */
  fallback: () => unknown
  /** The default, encoded; undefined if the key has no default or it cannot be encoded. */
  encodedFallback: Json | undefined
}

const isObjectLike = (raw: Json | undefined): raw is JsonObject | readonly Json[] => typeof raw === 'object' && raw !== null

function encode(field: Field, value: unknown): Json | undefined {
  try {
    const encoded = unwrap(safeEncode(field.schema, value))
    if (encoded === undefined) return
    const raw = copyJson(field.name, encoded, field.isPlain)
    if (isObjectLike(raw)) field.made.add(raw)
    else field.last = raw
    return raw
  } catch (cause) {
    if (cause instanceof SessionSchemaError) throw cause
    const issues = issuesOf(cause)
    throw new SessionSchemaError(field.name, issues, issues[0]?.code === 'thrown' ? cause : undefined)
  }
}

function parse({ schema, frozen, isPlain }: Field, raw: Json | undefined): unknown {
  // zod hands on what is of no type as it is: what the app may change must not be what is stored.
  const value = unwrap(safeDecode(schema, isPlain || !isObjectLike(raw) ? raw : structuredClone(raw)))
  return frozen ? deepFreeze(value, frozen) : value
}

function decode(field: Field, raw: Json | undefined): Decoded {
  if (raw === undefined) return { value: field.fallback(), issues: undefined }
  if (field.isPlain && (isObjectLike(raw) ? field.made.has(raw) : raw === field.last)) return { value: raw, issues: undefined }
  try {
    return { value: parse(field, raw), issues: undefined }
  } catch (cause) {
    const { element } = field
    const good = element && Array.isArray(raw) ? decodeGoodItems(field, element, raw) : undefined
    return { ...(good ?? { value: field.fallback() }), issues: issuesOf(cause) }
  }
}

/** Decodes a list without the items that the schema refuses; undefined if it refuses none, or the list without them too. */
function decodeGoodItems(field: Field, element: z.SomeType, raw: readonly Json[]): Omit<Decoded, 'issues'> | undefined {
  const skipped = new Set<number>()
  for (const [place, item] of raw.entries()) {
    try {
      unwrap(safeDecode(element as z.$ZodType, structuredClone(item)))
    } catch {
      skipped.add(place)
    }
  }
  try {
    const good = raw.filter((_, place) => !skipped.has(place))
    return skipped.size > 0 ? { value: parse(field, good), skipped } : undefined
  } catch {
    return undefined
  }
}

export function toFallback(field: Field): () => unknown {
  const { name, schema } = field
  // By zod's own word, not by trying: z.coerce.string() would decode undefined to "undefined".
  if (schema._zod.optin === undefined) return () => undefined
  try {
    // Through the wire and back, as a value that is set: zod hands out the schema's own object, which must not be shared.
    const raw = encode(field, unwrap(safeDecode(schema, undefined)))
    const value = parse(field, raw)
    field.encodedFallback = raw
    return isImmutable(value) ? () => value : () => parse(field, raw)
  } catch (cause) {
    if (schema._zod.optout !== 'optional') refuseKey(name, 'its schema refuses its own default', { cause })
    return () => undefined
  }
}

/**
 * Turns the app's schema into the translation of its keys, and checks all that can be known before any value is there.
 *
 * @throws SessionConfigError if the schema is not a closed z.object, or one of its keys could never be stored.
 */
export function compileSchema(
  root: z.$ZodObject,
  { freeze = true, skipInvalidItems = [], readOnly = [] }: CompileOptions = {},
): SessionCodec {
  const frozen = freeze ? new WeakSet<object>() : undefined
  const made = new WeakSet<object>()
  const fields = new Map<string, Field>()
  for (const [name, schema] of fieldsOf(root)) {
    // What may be changed in place is not to be shared with what is stored.
    const field: Field = {
      name,
      schema,
      frozen,
      made,
      isPlain: isPlain(schema, freeze),
      element: skipInvalidItems.includes(name) ? elementOf(name, schema) : undefined,
      last: undefined,
      fallback: () => undefined,
      encodedFallback: undefined,
    }
    field.fallback = toFallback(field)
    fields.set(name, field)
  }
  const unknown = skipInvalidItems.find((name) => !fields.has(name))
  if (unknown !== undefined) refuseKey(unknown, 'skipInvalidItems names it, and the schema has no such key')
  const fixed = new Set(readOnly)
  for (const name of fixed) if (!fields.has(name)) refuseKey(name, 'readOnly names it, and the schema has no such key')
  const fieldOf = (key: string): Field => {
    const field = fields.get(key)
    if (field) return field
    throw new SessionSchemaError(key, [{ code: 'unrecognized_keys', message: 'the schema has no such key', path: [] }])
  }
  return {
    keys: [...fields.keys()],
    check: (key) => void fieldOf(key),
    canWrite: (key) => !fixed.has(key),
    checkWrite(key) {
      fieldOf(key)
      if (fixed.has(key))
        throw new SessionUsageError(`Failed to write session key "${key}": it is read-only, and the server alone writes it.`)
    },
    fallback: (key) => fieldOf(key).encodedFallback,
    isEncoded: (raw) => isObjectLike(raw) && made.has(raw),
    encode: (key, value) => encode(fieldOf(key), value),
    decode: (key, raw) => decode(fieldOf(key), raw),
  }
}

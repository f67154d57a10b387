import type * as z from 'zod/v4/core'
import { safeDecode, safeEncode } from 'zod/v4/core'
import { SessionConfigError } from '../errors/session-config-error.ts'
import { SessionSchemaError, type SessionSchemaIssue } from '../errors/session-schema-error.ts'
import type { KeyCodec, SessionCodec } from './codec.ts'
import { copyJson } from './copy-json.ts'
import { deepFreeze } from './deep-freeze.ts'
import { findFault } from './find-fault.ts'

/** Options of `compileSchema`. */
export interface CompileOptions {
  /** Whether what is read is frozen, deeply. @default true */
  readonly freeze?: boolean | undefined
}

function unwrap(result: z.util.SafeParseResult<unknown>): unknown {
  if (result.success) return result.data
  throw result.error
}

/** Why zod refused a value. What else is thrown, out of zod's safe functions too, comes from a codec's code or an async schema. */
function issuesOf(cause: unknown): readonly SessionSchemaIssue[] {
  const issues = (cause as { issues?: unknown } | null | undefined)?.issues
  return Array.isArray(issues) ? issues : [{ code: 'thrown', message: 'the schema threw, or is async', path: [] }]
}

function refuseKey(name: string, reason: string, options?: ErrorOptions): never {
  throw new SessionConfigError(`Failed to use the session key "${name}": ${reason}.`, options)
}

/** Whether a schema's values are primitive and read as they are written. A rule that rewrites values may do so each time. */
function isLeaf({ _zod: { def } }: z.SomeType): boolean {
  const { type, innerType, checks } = def as z.$ZodTypeDef & { readonly innerType?: z.SomeType }
  if (/^(default|optional|nullable|prefault|readonly)$/.test(type)) return innerType !== undefined && isLeaf(innerType)
  return /^(string|number|boolean|enum|literal)$/.test(type) && !checks?.some(({ _zod }) => _zod.def.check === 'overwrite')
}

function compileKey(name: string, field: z.$ZodType, freeze: <T>(value: T) => T): KeyCodec {
  const refuse = (message: string, path: readonly PropertyKey[]): never => {
    throw new SessionSchemaError(name, [{ code: 'not_json', message, path }])
  }

  const isSame = isLeaf(field)
  /** What was encoded last, where it needs no second parse to be read. */
  let seen: unknown

  const encodeKey: KeyCodec['encode'] = (value) => {
    try {
      const encoded = unwrap(safeEncode(field, value))
      const raw = encoded === undefined ? undefined : copyJson(encoded, refuse)
      if (isSame) seen = raw
      return raw
    } catch (cause) {
      throw cause instanceof SessionSchemaError ? cause : new SessionSchemaError(name, issuesOf(cause), { cause })
    }
  }

  const decodeKey = (raw: unknown): unknown => freeze(unwrap(safeDecode(field, raw)))

  const takeDefault = (): unknown => {
    // By zod's own word, not by trying: z.coerce.string() would decode undefined to "undefined".
    if (field._zod.optin === undefined) return
    try {
      // Through the wire and back, as a value that is set: zod hands out the schema's own object, which must not be shared.
      return decodeKey(encodeKey(unwrap(safeDecode(field, undefined))))
    } catch (cause) {
      if (field._zod.optout !== 'optional') refuseKey(name, 'its schema refuses its own default', { cause })
    }
  }

  const fallback = takeDefault()
  return {
    encode: encodeKey,
    decode(raw) {
      if (raw === undefined) return { value: fallback }
      if (raw === seen) return { value: raw }
      try {
        return { value: decodeKey(raw) }
      } catch (cause) {
        return { value: fallback, issues: issuesOf(cause) }
      }
    },
  }
}

/**
 * Turns the app's schema into the translation of its keys, and checks all that can be known before any value is there.
 *
 * @throws SessionConfigError where the schema is no z.object, or one of its keys could never be stored.
 */
export function compileSchema(schema: z.$ZodObject, { freeze = true }: CompileOptions = {}): SessionCodec {
  const def = schema?._zod?.def
  // Descriptions and metadata are checks to zod/mini, and have nothing to run.
  if (def?.type !== 'object' || def.checks?.some(({ _zod }) => !['describe', 'meta'].includes(_zod.def.check))) {
    throw new SessionConfigError(
      'Failed to use the schema: it has to be a z.object without rules of its own, since keys are checked one by one.',
    )
  }
  const frozen = new WeakSet<object>()
  const codecs = new Map<string, KeyCodec>()
  for (const [name, field] of Object.entries(def.shape)) {
    if (name.startsWith('_')) refuseKey(name, "names that begin with _ are the server's own")
    const fault = findFault(field)
    if (fault) refuseKey(name, `its schema ${fault}`)
    codecs.set(name, compileKey(name, field, freeze ? (value) => deepFreeze(value, frozen) : (value) => value))
  }
  return {
    keys: [...codecs.keys()],
    has: (name) => codecs.has(name),
    key(name) {
      const codec = codecs.get(name)
      if (codec) return codec
      throw new SessionSchemaError(name, [{ code: 'unrecognized_keys', message: 'the schema has no such key', path: [] }])
    },
  }
}

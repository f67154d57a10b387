// Owns the JSON Schema of a session: what `sojourn schema` writes and Django's validator reads. It is never part of an app.
import type * as z from 'zod/v4/core'
import { regexes, toJSONSchema } from 'zod/v4/core'
import { SessionConfigError } from '../errors/session-config-error.ts'
import type { JsonObject } from '../protocol/json.ts'
import { compileSchema } from './compile-schema.ts'

/** The flags that stand next to a pattern as `patternFlags`, because a JSON Schema pattern has no flags. */
const carried = 'isu'
/** Flags that change nothing of whether a text matches. */
const idle = /[dg]/g

/**
 * Returns the JSON Schema of the wire side of a session's schema. The flags of a regular expression stand next to its
 * pattern, as `patternFlags`. Rules of `refine`, the rules of codecs and `trim` are not in it.
 *
 * @throws SessionConfigError if the client would refuse the schema, or JSON Schema cannot hold a part of it
 */
export function toSessionJsonSchema(schema: z.$ZodObject): JsonObject {
  compileSchema(schema)
  const json = toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema, path }) => {
      addProtocol(zodSchema, jsonSchema, path)
      addFlags(zodSchema, jsonSchema, path)
    },
  })
  // Without the hidden members that zod adds.
  return JSON.parse(JSON.stringify(json))
}

/**
 * Gives a z.url what zod leaves out: its rule on the protocol, as a pattern. Of a rule on the host only that of z.httpUrl is
 * taken, which asks for a name with a dot and is not checked.
 */
function addProtocol(schema: z.$ZodType, json: PatternPart, path: readonly PropertyKey[]): void {
  const { format, protocol, hostname } = schema._zod.def as { readonly format?: string } & Partial<Record<'protocol' | 'hostname', RegExp>>
  if (format !== 'url') return
  const scheme = protocol && /^\^([\w|()?:+.-]+)\$$/.exec(protocol.source)?.[1]
  if ((protocol && !scheme) || (hostname && hostname.source !== regexes.domain.source)) {
    throw new SessionConfigError(
      `Failed to write the session key "${String(path[1])}": JSON Schema cannot hold the rules of its z.url on protocol or hostname. Use z.httpUrl(), or check the text with regex.`,
    )
  }
  if (scheme) Object.assign(json, { pattern: `^\\s*(?:${scheme}):`, patternFlags: 'i' })
}

interface PatternPart {
  pattern?: string
  patternFlags?: string
}

function addFlags(schema: z.$ZodType, json: z.JSONSchema.BaseSchema, path: readonly PropertyKey[]): void {
  for (const { source, flags } of patternsOf(schema)) {
    const kept = flags.replace(idle, '')
    if (kept === '') continue
    if (![...kept].every((flag) => carried.includes(flag))) {
      throw new SessionConfigError(
        `Failed to write the session key "${String(path[1])}": its pattern /${source}/${flags} has a flag that a JSON Schema cannot hold. Write it with the flags i, s and u alone.`,
      )
    }
    const parts = [json, ...((json.allOf ?? []) as object[])] as PatternPart[]
    const part = parts.find(({ pattern }) => pattern === source)
    if (part) part.patternFlags = kept
  }
}

/** The regular expressions of one schema: its own, those of its checks, and what other libraries attached. */
function patternsOf(schema: z.$ZodType): RegExp[] {
  const { def, bag } = schema._zod
  const { pattern } = def as { readonly pattern?: unknown }
  const checks = (def.checks ?? []).map(({ _zod }) => (_zod.def as { readonly pattern?: unknown }).pattern)
  const attached = (bag as { readonly patterns?: Iterable<unknown> }).patterns ?? []
  return [pattern, ...checks, ...attached].filter((each) => each instanceof RegExp)
}

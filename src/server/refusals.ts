// Owns what the server has against a commit: keys that clients may not use, before the store is read; size and values,
// once the commit would be stored.
import type { SessionSchemaIssue } from '../errors/session-schema-error.ts'
import type { Commit } from '../protocol/commit.ts'
import type { Json, JsonObject } from '../protocol/json.ts'
import type { ProblemDetail, ProblemName } from '../protocol/problem.ts'
import type { ExposedKeys } from './exposed-keys.ts'
import type { HttpResponse } from './http.ts'
import type { Settings } from './options.ts'
import { toProblem } from './problems.ts'
import type { Outcome } from './record.ts'
import type { Found } from './vault.ts'

/**
 * Refuses a commit for what it would cost, before anything is hashed or read. Each key that it names costs a hash, whatever its
 * size. Values that are larger than a session are only worth a hash if the cookie may name a session that they shrink.
 */
export function findCostRefusal({ set = {}, delete: gone = [], expect = {} }: Commit, limits: CostLimits): HttpResponse | undefined {
  const { maxKeys, maxSessionBytes, mayShrink } = limits
  const expected = typeof expect === 'object' ? Object.keys(expect) : []
  const count = new Set([...Object.keys(set), ...gone, ...expected]).size
  if (count > maxKeys)
    return toProblem('too-large', { detail: `A commit names at most ${maxKeys} keys; this one names ${count}.`, limit: maxKeys })
  return mayShrink || sizeOf(set) <= maxSessionBytes ? undefined : refuseSize(sizeOf(set), set, maxSessionBytes)
}

/** What a commit may cost. */
export interface CostLimits {
  readonly maxKeys: number
  readonly maxSessionBytes: number
  /** Whether the cookie may name a session. */
  readonly mayShrink: boolean
}

function refuseSize(size: number, set: JsonObject, limit: number): HttpResponse {
  const errors = Object.entries(set)
    .filter(([key, value]) => sizeOf({ [key]: value }) > limit)
    .map(([key]) => ({ key, message: `The value alone is larger than ${limit} bytes.` }))
  return toProblem('too-large', { detail: `The session would be ${size} bytes of JSON; it holds ${limit}.`, limit, errors })
}

/** Refuses a commit that names a key which its client may not use, whether the key exists or not. */
export function findKeyRefusal(
  { set = {}, delete: gone = [], expect = {} }: Commit,
  { canRead, canWrite }: ExposedKeys,
): HttpResponse | undefined {
  const written = [...Object.keys(set), ...gone]
  const named = typeof expect === 'object' ? [...written, ...Object.keys(expect)] : written
  return (
    refuseKeys(
      'private-key',
      named.filter((key) => !canRead(key)),
    ) ??
    refuseKeys(
      'read-only-key',
      written.filter((key) => !canWrite(key)),
    )
  )
}

function refuseKeys(name: ProblemName, keys: readonly string[]): HttpResponse | undefined {
  if (keys.length === 0) return undefined
  return toProblem(name, { errors: [...new Set(keys)].slice(0, maxErrors).map((key) => ({ key })) })
}

/** A body may name tens of thousands of keys; the response need not. */
const maxErrors = 100

/** Refuses a commit for the session that it would leave: too large, values that the schema refuses, the app's own rules. */
export async function findRefusal(
  { next, changed }: Extract<Outcome, { kind: 'store' }>,
  { subject, entryLength }: Found,
  { set = {} }: Commit,
  settings: Settings,
): Promise<HttpResponse | undefined> {
  // A touch is not to blame for what is there, and has to pass: it ends what late copies of refused commits could do.
  if (changed.length === 0) return undefined
  const { keys, maxSessionBytes: limit } = settings
  // A unit of a text is at most three bytes, so a small session need not be written out to know that it is small.
  if (3 * (entryLength ?? 0) + sizeOf(set) > limit) {
    const size = sizeOf(keys.visible(next.data))
    const before = subject.key === 'known' ? subject.record.data : {}
    if (size > limit && size > sizeOf(keys.visible(before))) return refuseSize(size, set, limit)
  }
  const issues = findIssues(set, settings)
  if (issues.length > 0) return toProblem('refused', { errors: issues })
  const errors = await settings.validate(next.data, { identity: settings.identity(next.data), changed })
  return errors.length > 0 ? toProblem('refused', { errors: errors.map((error) => withoutPrivateKey(error, keys)) }) : undefined
}

const sizeOf = (data: JsonObject): number => new TextEncoder().encode(JSON.stringify(data)).length

/** What the schema has against the values that a commit sets. Values that it does not set cannot block it. */
function findIssues(set: JsonObject, { checks }: Settings): ProblemDetail[] {
  const details: ProblemDetail[] = []
  for (const [key, value] of Object.entries(set)) {
    for (const { path, message } of check(key, value) ?? []) details.push({ key, path: path.map(toPathPart), message })
  }
  return details.slice(0, maxErrors)

  function check(key: string, value: Json): readonly SessionSchemaIssue[] | undefined {
    try {
      return checks.get(key)?.(value)
    } catch (cause) {
      throw new Error(`Failed to check the session key "${key}": its schema threw, or is async. Rules and codecs must return.`, {
        cause,
      })
    }
  }
}

const toPathPart = (part: PropertyKey): string | number => (typeof part === 'symbol' ? String(part) : part)

/** The app's own rules see private keys; clients must not learn their names. */
function withoutPrivateKey({ key, path, message }: ProblemDetail, { canRead }: ExposedKeys): ProblemDetail {
  return key === undefined || canRead(key) ? { key, path, message } : { message }
}

// Decides what a request changed in its session, and what becomes of it on what is stored by then. Pure: the unit of work calls it.
import { SessionUsageError } from '../../errors/session-usage-error.ts'
import { merge } from '../../merge/merge.ts'
import { type Json, type JsonObject, own } from '../../protocol/json.ts'
import { parseStrictJson } from '../../protocol/strict-json.ts'

/** The JSON text of each key, as this request read or wrote it last. */
export type Snapshot = ReadonlyMap<string, string>

/** What one request made of one key; undefined stands for an absent key. */
export interface KeyChange {
  readonly key: string
  readonly base: Json | undefined
  readonly mine: Json | undefined
}

/** Names that a session's own members have: no data can be reached under them. express-session ignores them in the same way. */
const reserved: ReadonlySet<string> = new Set([
  'cookie',
  'id',
  'req',
  'save',
  'reload',
  'destroy',
  'regenerate',
  'touch',
  'resetMaxAge',
  'update',
  'constructor',
  '__proto__',
])

/** Returns whether a key of the data cannot be a member of `req.session`. */
export const isReserved = (key: string): boolean => reserved.has(key) || key in Object.prototype

/** Returns the snapshot of stored data. */
export function toSnapshot(data: JsonObject): Snapshot {
  return new Map(
    Object.entries(data)
      .filter(([key]) => !isReserved(key))
      .map(([key, value]) => [key, JSON.stringify(value)]),
  )
}

/** Returns the keys that were changed since the snapshot, in place or as a whole. @throws SessionUsageError if JSON cannot hold a value */
export function findChanges(snapshot: Snapshot, session: object): KeyChange[] {
  const texts = new Map<string, string>()
  for (const [key, value] of Object.entries(session)) {
    const text = isReserved(key) ? undefined : toText(key, value)
    if (text !== undefined) texts.set(key, text)
  }
  return [...new Set([...snapshot.keys(), ...texts.keys()])]
    .filter((key) => snapshot.get(key) !== texts.get(key))
    .map((key) => ({ key, base: parse(snapshot.get(key)), mine: toJson(key, texts.get(key)) }))
}

/** Returns the snapshot once the changes are stored. What others changed meanwhile is not in it, since this request did not see it. */
export function withChanges(snapshot: Snapshot, changes: readonly KeyChange[]): Snapshot {
  const next = new Map(snapshot)
  for (const { key, mine } of changes) {
    if (mine === undefined) next.delete(key)
    else next.set(key, JSON.stringify(mine))
  }
  return next
}

/** Returns the value of one key of a session as JSON; undefined if it is absent. */
export function readKey(session: object, key: string): Json | undefined {
  return toJson(key, toText(key, own(session as Readonly<Record<string, unknown>>, key)))
}

/**
 * Merges one change with what is stored by now, three ways (docs/merging.md). Of a leaf that both changed this request's stands, and
 * so it does if the merged value is refused.
 */
export function mergeChange({ key, base, mine }: KeyChange, stored: JsonObject, rules: MergeRules): Json | undefined {
  const merged = merge(base, mine, own(stored, key), { identify: rules.identify(key) })
  return rules.accepts(key, merged) ? merged : mine
}

/** What merging depends on besides the values. */
export interface MergeRules {
  /** The members that identify an item of the lists under a key. */
  identify(key: string): readonly string[] | undefined
  /** Whether the schema accepts a value. */
  accepts(key: string, value: Json | undefined): boolean
}

/** Writes the data with some keys replaced; undefined deletes. */
export function withValues(data: JsonObject, values: ReadonlyMap<string, Json | undefined>): JsonObject {
  const entries = new Map<string, Json | undefined>([...Object.entries(data), ...values])
  return Object.fromEntries([...entries].filter((entry): entry is [string, Json] => entry[1] !== undefined))
}

function toText(key: string, value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    throw refuse(key, 'JSON cannot hold it')
  }
}

/** As strictly as the body of a commit, so that a client can read and write the value. */
function toJson(key: string, text: string | undefined): Json | undefined {
  if (text === undefined) return undefined
  const parsed = parseStrictJson(text)
  if (parsed.fault !== undefined) throw refuse(key, parsed.fault)
  return parsed.value
}

const refuse = (key: string, fault: string): SessionUsageError =>
  new SessionUsageError(`Failed to save req.session[${JSON.stringify(key)}]: ${fault}. Store JSON: no functions, no cycles, no BigInt.`)

const parse = (text: string | undefined): Json | undefined => (text === undefined ? undefined : (JSON.parse(text) as Json))

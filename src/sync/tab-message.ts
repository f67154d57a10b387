// Owns what tabs and workers of one session say to each other, and the check of what arrives. `engine.ts` broadcasts, the client's wiring
// receives. A message never ends a session, and never carries the CSRF token, a commit number or a pending write.
import { isEqual, isObject, type Json, type JsonObject } from '../protocol/json.ts'
import { type Answer, parseAnswer, type State } from '../protocol/state.ts'

/** The session went from one version to another, and what changed. */
export interface StateMessage {
  /** The version that the state follows; null if there was none. */
  readonly from: string | null
  /** The new state without its data, with the tags of the changed keys. */
  readonly state: Answer
  /** The values of the changed keys. */
  readonly set: JsonObject
  /** The keys that are gone. */
  readonly gone: readonly string[]
}

/**
 * What tabs ask and say: `want` a section begins, `creating?` is another tab creating a session, `creating` yes, `created` no longer,
 * `left` no longer, but its visitor's first commit may be in flight yet, `leaving` a page is left with something pending in its journal.
 */
export interface SignalMessage {
  readonly say: 'want' | 'creating?' | 'creating' | 'created' | 'left' | 'leaving'
  /** Which tab speaks. */
  readonly tab: string
}

/** What tabs of one session say to each other. */
export type TabMessage = StateMessage | SignalMessage

const signals: readonly unknown[] = ['want', 'creating?', 'creating', 'created', 'left', 'leaving'] satisfies SignalMessage['say'][]

/** Checks what arrived over the channel; anything else is undefined. */
export function parseMessage(data: unknown): TabMessage | undefined {
  if (!isObject(data)) return
  const { say, tab, from, set, gone } = data
  if (signals.includes(say) && typeof tab === 'string') return { say: say as SignalMessage['say'], tab }
  const state = parseAnswer(data.state)
  const isDifference = isObject(set) && Array.isArray(gone) && gone.every((key) => typeof key === 'string')
  if (!state || !isDifference || (from !== null && typeof from !== 'string')) return
  return { from, state: { ...state, data: undefined }, set: set as JsonObject, gone }
}

/** Describes how one state became another. Of another lineage nothing is told: the other tabs read it themselves. */
export function toMessage(from: State | undefined, to: State): StateMessage {
  const { data, tags, csrf: _, ...state } = to
  const isSame = from?.lineage === to.lineage
  const keys = isSame ? Object.keys(data) : []
  const changed = keys.filter((key) => !isEqual(data[key], from?.data[key]) || tags?.[key] !== from?.tags?.[key])
  const gone = isSame ? Object.keys(from?.data ?? {}).filter((key) => !Object.hasOwn(data, key)) : []
  const pick = <T>(object: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(changed.flatMap((key) => (Object.hasOwn(object, key) ? [[key, object[key] as T]] : [])))
  return { from: from?.version ?? null, state: { ...state, last: 0, ...(tags && { tags: pick(tags) }) }, set: pick<Json>(data), gone }
}

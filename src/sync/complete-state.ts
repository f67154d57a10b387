// Owns how a difference becomes a whole state: a minimal response, and a message of another tab. The settle files and `receive.ts` call it.
import type { Json } from '../protocol/json.ts'
import type { Answer, State } from '../protocol/state.ts'

/** Returns a copy with some members replaced; `undefined` removes one. */
function patch<T>(object: Readonly<Record<string, T>> = {}, members: ReadonlyMap<string, T | undefined>): Record<string, T> {
  const patched: Record<string, T> = {}
  for (const key of Object.keys(object)) if (!members.has(key)) patched[key] = object[key] as T
  for (const [key, value] of members) if (value !== undefined) patched[key] = value
  return patched
}

/** Completes a state without data: what was before it, with some keys written. `undefined` deletes. */
export function completeState(
  before: Pick<State, 'data' | 'tags'> | undefined,
  writes: ReadonlyMap<string, Json | undefined>,
  answer: Answer,
): State {
  const retagged = new Map<string, string | undefined>(Object.entries(answer.tags ?? {}))
  for (const [key, value] of writes) if (value === undefined) retagged.set(key, undefined)
  // Without tags in either, none may look as if the keys were absent.
  const hasTags = answer.tags ?? before?.tags
  return { ...answer, data: patch(before?.data, writes), tags: hasTags && patch(before?.tags, retagged) }
}

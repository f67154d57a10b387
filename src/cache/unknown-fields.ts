// Carries the fields that the schema does not know from a stored value to a new one. Pure: the replay calls it for each write.

import { hasId, type Items, identify } from '../merge/identity.ts'
import { isList, mergeMembers, type Value } from '../merge/merge.ts'
import { isEqual, isObject, type Json, type JsonObject } from '../protocol/json.ts'

/**
 * Puts a new value over a stored one. `seen` is what the schema saw of the stored value, so what stands in `stored` and
 * not in `seen` is unknown to it and stays with its owner. What the schema saw and the new value leaves out is deleted.
 *
 * @param names the members that identify an item of a list, before `id` and `key`
 */
export function mergeUnknownFields(seen: Value, mine: Value, stored: Value, names?: readonly string[]): Value {
  if (isEqual(mine, seen)) return stored
  if (isEqual(stored, seen)) return mine
  if (isList(seen) && isList(mine) && isList(stored)) return mergeUnknownInItems(seen, mine, stored, names)
  if (isObject(mine) && isObject(stored)) {
    return mergeMembers(seen, mine as JsonObject, stored as JsonObject, (...values) => mergeUnknownFields(...values, names))
  }
  return mine
}

/**
 * Merges each item of a new list with its owner: the stored item of the same id, or else the one that stands where the
 * equal item was seen. An item without an owner has no unknown fields.
 */
function mergeUnknownInItems(seen: readonly Json[], mine: readonly Json[], stored: readonly Json[], names?: readonly string[]): Json[] {
  const [was, ours, owners] = identify([seen, mine, stored], names) as [Items, Items, Items]
  const places = new Map(Array.from(was.keys(), (id, place) => [id, place]))
  return Array.from(ours, ([id, item]) => {
    const place = seen.length === stored.length ? places.get(id) : undefined
    const atPlace = place === undefined ? undefined : stored[place]
    const owner = hasId(id) && owners.has(id) ? owners.get(id) : atPlace
    return owner === undefined ? item : (mergeUnknownFields(was.get(id), item, owner, names) as Json)
  })
}

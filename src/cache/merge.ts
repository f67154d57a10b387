import { isEqual, isObject, type Json, type JsonObject, own } from '../protocol/json.ts'

/**
 * Merges two changes of one value through plain objects; absent is `undefined`. What only one side changed is taken,
 * where both changed the same leaf mine stands. Arrays and texts are leaves. No side is changed in place.
 */
export function merge(base: Json | undefined, mine: Json | undefined, theirs: Json | undefined): Json | undefined {
  if (isEqual(mine, base)) return theirs
  if (isEqual(theirs, base) || !isObject(mine) || !isObject(theirs)) return mine
  const from = isObject(base) ? (base as JsonObject) : {}
  const keys = new Set([...Object.keys(theirs), ...Object.keys(mine)])
  // fromEntries defines own properties, so that a key named __proto__ stays a key.
  return Object.fromEntries(
    [...keys].flatMap((key) => {
      const value = merge(own(from, key), own(mine as JsonObject, key), own(theirs as JsonObject, key))
      return value === undefined ? [] : [[key, value]]
    }),
  )
}

import { isEqual, isObject, type Json, type JsonObject, own } from '../protocol/json.ts'

type Items = readonly Json[]

const isList = (value: unknown): value is Items => Array.isArray(value)

/**
 * Items that stay, wherever they go, and those that change in their place are merged with what stands at their place in
 * `theirs`.
 */
function mergeItems(base: Items, mine: Items, theirs: Items): Json[] {
  // The places of equal items, the last first, so that the first is popped.
  const places = new Map<string, number[]>()
  for (let index = base.length - 1; index >= 0; index--) {
    const text = JSON.stringify(base[index])
    const equal = places.get(text)
    if (equal) equal.push(index)
    else places.set(text, [index])
  }
  const from = mine.map((item) => places.get(JSON.stringify(item))?.pop())
  const staying = new Set(from)
  return mine.map((item, index) => {
    // An item of no place is merged with nothing.
    const at = from[index] ?? (staying.has(index) ? -1 : index)
    return merge(base[at], item, theirs[at], true) as Json
  })
}

/**
 * Merges two changes of one value through plain objects; absent is `undefined`. What only one side changed is taken,
 * where both changed the same leaf mine stands. Arrays and texts are leaves. No side is changed in place.
 *
 * @param isPaired whether `theirs` is `base` with more in it: then the items of an array are merged, each with its own
 */
export function merge(base: Json | undefined, mine: Json | undefined, theirs: Json | undefined, isPaired = false): Json | undefined {
  if (isEqual(mine, base)) return theirs
  if (isPaired && isList(base) && isList(mine) && isList(theirs) && base.length === theirs.length) return mergeItems(base, mine, theirs)
  if (isEqual(theirs, base) || !isObject(mine) || !isObject(theirs)) return mine
  const from = isObject(base) ? (base as JsonObject) : {}
  const keys = new Set([...Object.keys(theirs), ...Object.keys(mine)])
  // fromEntries defines own properties, so that a key named __proto__ stays a key.
  return Object.fromEntries(
    [...keys].flatMap((key) => {
      const value = merge(own(from, key), own(mine as JsonObject, key), own(theirs as JsonObject, key), isPaired)
      return value === undefined ? [] : [[key, value]]
    }),
  )
}

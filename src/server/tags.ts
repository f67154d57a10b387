// Computes the tag of each value, by which the server detects conflicts. A tag depends on the value alone.
import type { Json, JsonObject } from '../protocol/json.ts'
import { sha256 } from './keys.ts'
import { isServersOwn, type Tags } from './record.ts'

/** How much of the hash a tag keeps: 128 bits. */
const tagLength = 22

// Of visible ASCII, without an apostrophe and shorter than a hash, so that no two texts have one tag.
const ownTag = /^[\x21-\x26\x28-\x7e]{1,21}$/

/**
 * Returns the tag of each key, whether it is exposed or not: a key that is exposed later needs one. The server's own `_`
 * keys never are. A tag depends on the value alone, so that the same value has the same tag whoever wrote it. A short
 * value is its own tag, with `'` for `"`, which no hash can be.
 */
export async function toTags(data: JsonObject): Promise<Tags> {
  const tags: Record<string, string> = {}
  for (const [key, value] of Object.entries(data)) {
    if (isServersOwn(key)) continue
    const text = canonical(value)
    tags[key] = ownTag.test(text) ? text.replaceAll('"', "'") : (await sha256(text)).slice(0, tagLength)
  }
  return tags
}

/** The JSON of a value with the keys of every object in one order: stores and servers keep their own. */
export function canonical(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  const object = value as JsonObject
  const members = Object.keys(object).sort()
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonical(object[key] as Json)}`).join(',')}}`
}

import type { Json, JsonObject } from '../protocol/json.ts'
import { sha256 } from './keys.ts'
import { isPrivate, type Tags } from './record.ts'

/** How much of the hash a tag keeps: 128 bits. */
const tagLength = 22

/**
 * The tag of each public key: from its value alone, so that the same value has the same tag whoever wrote it. A value
 * that is shorter than a hash is its own tag, which no hash can be.
 */
export async function toTags(data: JsonObject): Promise<Tags> {
  const tags: Record<string, string> = {}
  for (const [key, value] of Object.entries(data)) {
    if (isPrivate(key)) continue
    const text = canonical(value)
    tags[key] = text.length < tagLength ? text : (await sha256(text)).slice(0, tagLength)
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

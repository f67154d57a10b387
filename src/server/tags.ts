import type { Json, JsonObject } from '../protocol/json.ts'
import { sha256 } from './keys.ts'
import { isPrivate, type Tags } from './record.ts'

/** How much of the hash a tag keeps: 128 bits. */
const tagLength = 22

/** A value that is shorter than a hash is its own tag, which no hash can be. */
async function toTag(value: Json): Promise<string> {
  const text = canonical(value)
  return text.length < tagLength ? text : (await sha256(text)).slice(0, tagLength)
}

/** The tag of each public key: from its value alone, so that the same value has the same tag whoever wrote it. */
export async function toTags(data: JsonObject): Promise<Tags> {
  const entries = Object.entries(data).filter(([key]) => !isPrivate(key))
  return Object.fromEntries(await Promise.all(entries.map(async ([key, value]) => [key, await toTag(value)] as const)))
}

/** The JSON of a value with the keys of every object in one order: stores and servers keep their own. */
export function canonical(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  const object = value as JsonObject
  const members = Object.keys(object).sort()
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonical(object[key] as Json)}`).join(',')}}`
}

import type { Json, JsonObject } from '../protocol/json.ts'
import { sha256 } from './keys.ts'
import { isPrivate, type Tags } from './record.ts'

/** How much of the hash a tag keeps: 128 bits. */
const tagLength = 22

/** The tag of each public key: a hash of its value, so that the same value has the same tag whoever wrote it. */
export async function toTags(data: JsonObject): Promise<Tags> {
  const keys = Object.keys(data).filter((key) => !isPrivate(key))
  const hashes = await Promise.all(keys.map((key) => sha256(canonical(data[key] as Json))))
  return Object.fromEntries(keys.map((key, index) => [key, (hashes[index] as string).slice(0, tagLength)]))
}

/** The JSON of a value with the keys of every object in one order: stores and servers keep their own. */
export function canonical(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  const object = value as JsonObject
  const members = Object.keys(object).sort()
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonical(object[key] as Json)}`).join(',')}}`
}

// Decides whether an encoded value can be read without a second parse. Called once for each key by compile-schema.
import type * as z from 'zod/v4/core'
import { childrenOf } from './children-of.ts'

const primitive = 'string number boolean null enum literal'.split(' ')
const container = 'array object record union unknown any'.split(' ')
const wrapper = 'optional nullable readonly'.split(' ')
/** These replace an absent value. A stored value is not absent, but one of its members may be. */
const fallback = 'default prefault'.split(' ')

/**
 * Returns whether a schema's values read as they are written, so that an encoded value needs no second parse. A rule that
 * rewrites values may do so at every parse.
 *
 * @param isDeep whether containers are allowed
 */
export function isPlain(schema: z.SomeType, isDeep: boolean, isMember = false, seen: Set<unknown> = new Set()): boolean {
  // Recursive schemas come round again.
  if (seen.has(schema)) return true
  seen.add(schema)
  const { type, checks } = schema._zod.def
  if (checks?.some(({ _zod }) => _zod.def.check === 'overwrite')) return false
  if (primitive.includes(type)) return true
  const isContainer = isDeep && container.includes(type)
  if (!isContainer && !wrapper.includes(type) && (isMember || !fallback.includes(type))) return false
  return childrenOf(schema).every(([, child]) => isPlain(child, isDeep, isMember || isContainer, seen))
}

// Finds the part of a schema that cannot be stored as JSON or encoded. Called once for each key by compile-schema.
import type * as z from 'zod/v4/core'
import { childrenOf } from './children-of.ts'

/** Schemas that cannot be encoded, at any place. */
const oneWay = 'transform success promise'.split(' ')
/** Schemas whose values JSON cannot express. They are allowed on the app's side of a codec. */
const notJson = 'bigint date file function map nan set symbol undefined void'.split(' ')

/**
 * Returns the first part of a schema that cannot be encoded or whose wire type is not JSON, as a reason. `custom` and async
 * schemas can only be judged when they run.
 */
export function findFault(schema: z.SomeType, isWire = true, seen: Map<unknown, boolean> = new Map()): string | undefined {
  // Recursive schemas come round again. What was seen as the app's side of a pipe only may still be refused as wire.
  if (seen.get(schema) || (seen.has(schema) && !isWire)) return
  seen.set(schema, isWire)
  const { type } = schema._zod.def
  if (oneWay.includes(type)) return `holds a one-way z.${type}. Use z.codec, which goes both ways`
  if (isWire && notJson.includes(type)) return `holds z.${type}, which is not JSON. Use z.codec (or z.optional)`
  for (const [part, child] of childrenOf(schema)) {
    const fault = findFault(child, isWire && part !== 'out', seen)
    if (fault) return fault
  }
}

import type * as z from 'zod/v4/core'

/** Schemas that cannot be encoded, wherever they stand. */
const oneWay = 'transform success promise'.split(' ')
/** Schemas whose values JSON has no word for. They may stand on the app's side of a codec. */
const notJson = 'bigint date file function map nan set symbol undefined void'.split(' ')

/** The members of zod's definitions that hold other schemas: one, a list or a shape. `out` is the app's side of a pipe. */
const parts = 'in innerType element left right keyType valueType catchall rest items options shape out'.split(' ')

type Part = z.SomeType | readonly z.SomeType[] | z.$ZodShape | null | undefined

/**
 * Looks through a schema for a part that cannot be written or whose wire type is not JSON, and says what it is.
 * What a `custom` or async schema does shows only when it runs.
 */
export function findFault(schema: z.SomeType, isWire = true, seen: Map<unknown, boolean> = new Map()): string | undefined {
  // Recursive schemas come round again. What was seen as the app's side of a pipe only may still be refused as wire.
  if (seen.get(schema) || (seen.has(schema) && !isWire)) return
  seen.set(schema, isWire)
  const { def, innerType } = schema._zod as z.$ZodTypeInternals & { readonly innerType?: z.SomeType }
  const { type } = def
  if (oneWay.includes(type)) return `holds a one-way z.${type}. Use z.codec, which goes both ways`
  if (isWire && notJson.includes(type)) return `holds z.${type}, which is not JSON. Use z.codec (or z.optional)`
  for (const name of parts) {
    // What z.lazy resolves to is not in its definition.
    const part: Part = type === 'lazy' ? innerType : (def as unknown as Readonly<Record<string, Part>>)[name]
    if (!part) continue
    for (const child of '_zod' in part ? [part] : Object.values(part)) {
      const fault = findFault(child as z.SomeType, isWire && name !== 'out', seen)
      if (fault) return fault
    }
  }
}

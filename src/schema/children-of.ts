import type * as z from 'zod/v4/core'

/** The members of zod's definitions that hold other schemas: one, a list or a shape. `out` is the app's side of a pipe. */
const parts = 'in innerType element left right keyType valueType catchall rest items options shape out'.split(' ')

type Part = z.SomeType | readonly z.SomeType[] | z.$ZodShape | null | undefined

/** The schemas that a schema is made of, each with the member of its definition that holds it. */
export function childrenOf(schema: z.SomeType): (readonly [part: string, child: z.SomeType])[] {
  const { def, innerType } = schema._zod as z.$ZodTypeInternals & { readonly innerType?: z.SomeType }
  // What z.lazy resolves to is not in its definition.
  const members = def.type === 'lazy' ? { innerType } : (def as unknown as Readonly<Record<string, Part>>)
  return parts.flatMap((name) => {
    const part: Part = members[name as 'innerType']
    if (!part) return []
    return Object.values('_zod' in part ? [part] : part).map((child): readonly [string, z.SomeType] => [name, child as z.SomeType])
  })
}

// Lists the direct parts of a Zod schema. The only file that knows where each kind of schema keeps them.
import type * as z from 'zod/v4/core'

/** The members of zod's definitions that hold other schemas: one, a list or a shape. `out` is the app's side of a pipe. */
const parts = 'in innerType element left right keyType valueType catchall rest items options shape out'.split(' ')

type Part = z.SomeType | readonly z.SomeType[] | z.$ZodShape | null | undefined

/** Returns the direct parts of a schema, each with the member of its definition that holds it. */
export function childrenOf(schema: z.SomeType): (readonly [part: string, child: z.SomeType])[] {
  const { def, innerType } = schema._zod as z.$ZodTypeInternals & { readonly innerType?: z.SomeType }
  // What z.lazy resolves to is not in its definition.
  const members = def.type === 'lazy' ? { innerType } : (def as unknown as Readonly<Record<string, Part>>)
  const children: [string, z.SomeType][] = []
  for (const name of parts) {
    const part: Part = members[name as 'innerType']
    if (!part) continue
    for (const child of '_zod' in part ? [part] : Object.values(part)) children.push([name, child as z.SomeType])
  }
  return children
}

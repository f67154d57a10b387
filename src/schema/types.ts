import type * as z from 'zod/v4/core'

type Shape<S extends z.$ZodObject> = S['_zod']['def']['shape']

/** undefined for a field that can be absent and has no default; never for the others. Catch copies its inner optin in the types. */
type Absent<F extends z.SomeType> = F extends z.$ZodCatch
  ? never
  : F['_zod']['optin'] extends 'defaulted' | 'optional'
    ? F['_zod']['optout'] extends 'optional'
      ? undefined
      : never
    : undefined

/** What each key of a schema reads as: `T | undefined` without default, prefault, catch or optional, since a session starts empty. */
export type SessionValues<S extends z.$ZodObject, F = Shape<S>> = {
  -readonly [K in keyof F & string]: F[K] extends z.SomeType ? Exclude<z.output<F[K]>, undefined> | Absent<F[K]> : never
} & {}

/** What may be written to each key of a schema; undefined, where the schema allows it, deletes. */
export type SessionInputs<S extends z.$ZodObject, F = Shape<S>> = {
  -readonly [K in keyof F & string]: F[K] extends z.SomeType ? z.output<F[K]> : never
} & {}

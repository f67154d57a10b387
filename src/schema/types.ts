// Derives the app's value types and the schema's constraints from a Zod schema. Types only.
import type * as z from 'zod/v4/core'

type Shape<S extends z.$ZodObject> = S['_zod']['def']['shape']

/** undefined for a field that can be absent and has no default; never for the others. */
type Absent<F extends z.SomeType> = F['_zod']['optout'] extends 'optional'
  ? undefined
  : // A catch takes absence as any other wrong value, though its optin is that of what it holds.
    F extends z.$ZodCatch
    ? never
    : F['_zod']['optin'] extends 'defaulted' | 'optional'
      ? never
      : undefined

/** The type that each key of a schema reads as: `T | undefined` without default, prefault, catch or optional, because a session starts empty. */
export type SessionValues<S extends z.$ZodObject, F = Shape<S>> = {
  -readonly [K in keyof F & string]: F[K] extends z.SomeType ? Exclude<z.output<F[K]>, undefined> | Absent<F[K]> : never
} & {}

/** What may be written to each key of a schema: nothing to those of `R`, the read-only ones; undefined, if the schema allows it, deletes. */
export type SessionInputs<S extends z.$ZodObject, R extends string = never, F = Shape<S>> = {
  -readonly [K in keyof F & string]: K extends R ? never : F[K] extends z.SomeType ? z.output<F[K]> : never
} & {}

/** The keys of `I` that may be written: read-only ones take `never`. */
export type WritableKey<I> = { [K in keyof I]: [I[K]] extends [never] ? never : K }[keyof I]

/** What JSON cannot express. */
type Foreign =
  | bigint
  | symbol
  | Date
  | RegExp
  | Blob
  | ArrayBufferView
  | ReadonlyMap<never, unknown>
  | ReadonlySet<never>
  | PromiseLike<unknown>
  | ((...args: never) => unknown)

/** How deep the types check wire types, because recursive ones never end. Deeper faults are found when the client is created. */
type Depth = 5
type Shallower = [0, 0, 1, 2, 3, 4]

/**
 * The parts of a wire type that JSON cannot express; never if it can express all. It does not test `extends Json`, which
 * interfaces fail because they have no index signature.
 */
type ForeignIn<T, D extends number = Depth> = unknown extends T
  ? never
  : D extends 0
    ? never
    : T extends string | number | boolean | null | undefined
      ? never
      : T extends Foreign
        ? T
        : T extends readonly (infer E)[]
          ? ForeignIn<E, Shallower[D] & number>
          : { [K in keyof T]-?: ForeignIn<T[K], Shallower[D] & number> }[keyof T]

/** Whether a schema has only one direction, as far as its own type shows. */
type IsOneWay<F> = F extends { readonly _zod: { readonly def: { readonly in: z.$ZodTransform } | { readonly out: z.$ZodTransform } } }
  ? true
  : false

/** The keys that cannot be stored: `_` begins the server's own; others have no JSON on the wire or cannot be encoded. */
type BadKeys<F> = {
  [K in keyof F & string]: K extends `_${string}`
    ? K
    : F[K] extends z.SomeType
      ? IsOneWay<F[K]> extends true
        ? K
        : [ForeignIn<z.input<F[K]>>] extends [never]
          ? never
          : K
      : never
}[keyof F & string]

/**
 * Constrains a schema to keys that can be stored. Intersected with the option's type it changes nothing if every key can be
 * stored, and otherwise names the keys that cannot. Use a `z.codec` to store a Date or another class as JSON.
 *
 * @example
 * declare function createSessionClient<S extends z.$ZodObject>(options: { schema: S & JsonSchema<S> }): void
 */
export type JsonSchema<S extends z.$ZodObject> = [BadKeys<Shape<S>>] extends [never]
  ? unknown
  : // One member for each bad key: the compiler then lists them as missing, by these names.
    { readonly [K in BadKeys<Shape<S>> as `the key ${K} begins with _, is not JSON or cannot be encoded (see z.codec)`]: never }

// Holds which schemas the types accept.
import { describe, expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import * as mini from 'zod/mini'
import type { $ZodObject } from 'zod/v4/core'
import type { JsonSchema } from '../../src/schema/types.ts'
import { isoDate } from '../schema/codecs.ts'

declare function create<S extends $ZodObject>(options: { readonly schema: S & JsonSchema<S> }): S

type Refused<K extends string> = {
  readonly [N in K as `the key ${N} begins with _, is not JSON or cannot be encoded (see z.codec)`]: never
}

describe('a schema whose keys can be stored', () => {
  test('is let through as it is', () => {
    const schema = z.object({ theme: z.enum(['light', 'dark']), seen: z.optional(isoDate) })
    expectTypeOf<JsonSchema<typeof schema>>().toBeUnknown()
    expectTypeOf(create({ schema })).toEqualTypeOf(schema)
  })

  test('may hold anything that is JSON on the wire', () => {
    interface Item {
      readonly id: string
      readonly count: number
    }
    const schema = z.object({
      any: z.any(),
      unknown: z.unknown(),
      json: z.json(),
      null: z.null(),
      literal: z.literal(['a', 1, null]),
      never: z.never(),
      item: z.custom<Item>(),
      brand: z.string().brand('id'),
      readonly: z.array(z.string()).readonly(),
      tuple: z.tuple([z.string(), z.number()]).rest(z.boolean()),
      record: z.record(z.string(), z.object({ a: z.number().optional() })),
      union: z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b'), b: z.string() })]),
      exact: z.exactOptional(z.string()),
      coerced: z.coerce.number(),
      flag: z.stringbool(),
      lazy: z.lazy(() => z.string()),
      bigint: z.codec(z.string(), z.bigint(), { decode: BigInt, encode: String }),
      nested: z.object({ at: isoDate }),
    })
    expectTypeOf<JsonSchema<typeof schema>>().toBeUnknown()
    create({ schema })
  })

  test('may be recursive, extended, picked, loose or strict', () => {
    const Category = z.object({
      name: z.string(),
      get children() {
        return z.array(Category)
      },
    })
    const schema = z.object({ tree: Category, at: isoDate })
    create({ schema })
    create({ schema: schema.extend({ more: z.string() }) })
    create({ schema: schema.pick({ tree: true }).partial() })
    create({ schema: z.looseObject({ a: z.string() }) })
    create({ schema: z.strictObject({ a: z.string() }) })
    create({ schema: mini.object({ a: mini._default(mini.array(mini.string()), []), at: mini.optional(isoDate) }) })
  })

  test('may be one that is not known until it runs', () => {
    expectTypeOf<JsonSchema<$ZodObject>>().toBeUnknown()
  })
})

describe('a schema with keys that cannot be stored', () => {
  test('does not compile', () => {
    // @ts-expect-error a Date is not JSON
    create({ schema: z.object({ theme: z.string(), when: z.date() }) })
    // @ts-expect-error a Date is not JSON, in zod/mini neither
    create({ schema: mini.object({ when: mini.date() }) })
    // @ts-expect-error names that begin with _ are the server's own
    create({ schema: z.object({ _user: z.string() }) })
    // @ts-expect-error a string is not an object of keys
    create({ schema: z.string() })
  })

  test('is told which they are', () => {
    const schema = z.object({
      _server: z.string(),
      fine: z.string(),
      date: z.date(),
      bigint: z.bigint(),
      map: z.map(z.string(), z.string()),
      set: z.set(z.string()),
      symbol: z.symbol(),
      file: z.file(),
      instance: z.instanceof(URL),
      deep: z.object({ list: z.array(z.object({ at: z.date().optional() })) }),
      default: z.date().default(new Date()),
      union: z.union([z.string(), z.bigint()]),
      transform: z.string().transform(Number),
      preprocess: z.preprocess(Number, z.number()),
    })
    type Bad = Exclude<keyof typeof schema.shape, 'fine'>
    expectTypeOf<JsonSchema<typeof schema>>().toEqualTypeOf<Refused<Bad>>()
  })
})

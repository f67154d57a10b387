// Holds which type each kind of key reads as.
import type { SessionInputs, SessionValues } from 'sojourn'
import { describe, expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import * as mini from 'zod/mini'
import type { $ZodObject, $ZodShape } from 'zod/v4/core'
import { isoDate } from '../schema/codecs.ts'

type Values<S extends $ZodShape> = SessionValues<$ZodObject<S>>
type Inputs<S extends $ZodShape> = SessionInputs<$ZodObject<S>>

const shape = {
  plain: z.string(),
  default: z.string().default(''),
  prefault: z.string().prefault(''),
  catch: z.string().catch(''),
  optional: z.string().optional(),
  exact: z.exactOptional(z.string()),
  nullable: z.string().nullable(),
  nullish: z.string().nullish(),
  date: isoDate,
  dateDefault: z.codec(z.string(), z.date(), { decode: (text) => new Date(text), encode: String }).default(new Date(0)),
  optionalCatch: z.string().optional().catch(''),
  defaultOptional: z.string().default('').optional(),
  optionalDefault: z.string().optional().default(''),
  union: z.union([z.string(), z.number()]),
  list: z.array(z.object({ id: z.string(), count: z.number().default(1) })).default([]),
  readonly: z.array(z.string()).readonly().default([]),
  brand: z.string().brand('id').optional(),
  coerced: z.coerce.number(),
  flag: z.stringbool().default(false),
  any: z.any(),
  unknown: z.unknown(),
}

const miniShape = {
  plain: mini.string(),
  default: mini._default(mini.string(), ''),
  prefault: mini.prefault(mini.string(), ''),
  catch: mini.catch(mini.string(), ''),
  optional: mini.optional(mini.string()),
  nullable: mini.nullable(mini.string()),
  date: isoDate,
}

describe('what a key reads as', () => {
  test('is T | undefined without a default, since a session starts empty', () => {
    expectTypeOf<Values<typeof shape>['plain']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Values<typeof shape>['nullable']>().toEqualTypeOf<string | null | undefined>()
    expectTypeOf<Values<typeof shape>['date']>().toEqualTypeOf<Date | undefined>()
    expectTypeOf<Values<typeof shape>['union']>().toEqualTypeOf<string | number | undefined>()
    expectTypeOf<Values<typeof shape>['coerced']>().toEqualTypeOf<number | undefined>()
  })

  test('is T with default, prefault or catch', () => {
    expectTypeOf<Values<typeof shape>['default']>().toEqualTypeOf<string>()
    expectTypeOf<Values<typeof shape>['prefault']>().toEqualTypeOf<string>()
    expectTypeOf<Values<typeof shape>['catch']>().toEqualTypeOf<string>()
    expectTypeOf<Values<typeof shape>['dateDefault']>().toEqualTypeOf<Date>()
    expectTypeOf<Values<typeof shape>['optionalDefault']>().toEqualTypeOf<string>()
    expectTypeOf<Values<typeof shape>['list']>().toEqualTypeOf<{ id: string; count: number }[]>()
    expectTypeOf<Values<typeof shape>['readonly']>().toEqualTypeOf<readonly string[]>()
    expectTypeOf<Values<typeof shape>['flag']>().toEqualTypeOf<boolean>()
  })

  test('is T | undefined where absence is a value of it', () => {
    expectTypeOf<Values<typeof shape>['optional']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Values<typeof shape>['exact']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Values<typeof shape>['nullish']>().toEqualTypeOf<string | null | undefined>()
    expectTypeOf<Values<typeof shape>['optionalCatch']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Values<typeof shape>['defaultOptional']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Values<typeof shape>['brand']>().toEqualTypeOf<(string & z.core.$brand<'id'>) | undefined>()
  })

  test('is any or unknown if the schema says no more', () => {
    expectTypeOf<Values<typeof shape>['any']>().toBeAny()
    expectTypeOf<Values<typeof shape>['unknown']>().toBeUnknown()
  })

  test('is the same with zod/mini', () => {
    expectTypeOf<Values<typeof miniShape>>().toEqualTypeOf<{
      plain: string | undefined
      default: string
      prefault: string
      catch: string
      optional: string | undefined
      nullable: string | null | undefined
      date: Date | undefined
    }>()
  })

  test('has no optional and no readonly members', () => {
    expectTypeOf<SessionValues<z.ZodObject<typeof shape>>>().toHaveProperty('optional')
    expectTypeOf<Required<Values<typeof miniShape>>>().toEqualTypeOf<{
      [K in keyof Values<typeof miniShape>]: Values<typeof miniShape>[K]
    }>()
  })
})

describe('what may be written to a key', () => {
  test('is T, without undefined', () => {
    expectTypeOf<Inputs<typeof shape>['plain']>().toEqualTypeOf<string>()
    expectTypeOf<Inputs<typeof shape>['default']>().toEqualTypeOf<string>()
    expectTypeOf<Inputs<typeof shape>['prefault']>().toEqualTypeOf<string>()
    expectTypeOf<Inputs<typeof shape>['catch']>().toEqualTypeOf<string>()
    expectTypeOf<Inputs<typeof shape>['nullable']>().toEqualTypeOf<string | null>()
    expectTypeOf<Inputs<typeof shape>['exact']>().toEqualTypeOf<string>()
    expectTypeOf<Inputs<typeof shape>['date']>().toEqualTypeOf<Date>()
  })

  test('is undefined too if the schema allows it: that deletes', () => {
    expectTypeOf<Inputs<typeof shape>['optional']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Inputs<typeof shape>['nullish']>().toEqualTypeOf<string | null | undefined>()
  })

  test('is what the app has, not what travels', () => {
    expectTypeOf<Inputs<typeof shape>['coerced']>().toEqualTypeOf<number>()
    expectTypeOf<Inputs<typeof shape>['flag']>().toEqualTypeOf<boolean>()
    expectTypeOf<Inputs<typeof shape>['list']>().toEqualTypeOf<{ id: string; count: number }[]>()
  })

  test('is the same with zod/mini', () => {
    expectTypeOf<Inputs<typeof miniShape>>().toEqualTypeOf<{
      plain: string
      default: string
      prefault: string
      catch: string
      optional: string | undefined
      nullable: string | null
      date: Date
    }>()
  })
})

// The schema, states and operations that the tests of the cache share.
import type { Cache } from '../../src/cache/cache.ts'
import { createCache } from '../../src/cache/cache.ts'
import type { Mutation } from '../../src/cache/mutation.ts'
import { type ConflictPolicy, isWrite, type Operation } from '../../src/cache/operation.ts'
import type { Data, Rules } from '../../src/cache/stored-value.ts'
import { type Json, type JsonObject, own } from '../../src/protocol/json.ts'
import type { State } from '../../src/protocol/state.ts'
import { compileSchema } from '../../src/schema/compile-schema.ts'
import { schema } from '../client/harness.ts'

/** The translation of the tests' schema. */
export const codec = compileSchema(schema)

/** What replaying needs, with one policy for all keys. */
export const rules = (policy: ConflictPolicy = 'merge'): Rules => ({ codec, policy: () => policy, identify: () => undefined })

let versions = 0

/** A state as the server tells it, with a tag for each key. */
export const state = (data: JsonObject, parts: Partial<State> = {}): State => ({
  lineage: 'L1',
  version: `v${++versions}`,
  data,
  tags: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, `tag of ${JSON.stringify(value)}`])),
  last: 0,
  expiry: { age: 100, atBrowserClose: false },
  ...parts,
})

/** A set as the app calls it before the load. */
export const set = (key: string, value: Json | undefined): Operation => ({
  kind: value === undefined ? 'delete' : 'set',
  key,
  value,
  baseValue: undefined,
  hasBase: false,
})

/** An update as the app calls it. */
export const update = (key: string, change: (current: never) => unknown): Operation => ({
  kind: 'update',
  key,
  change: change as (current: unknown) => unknown,
})

/** Adds an operation as the app's call of it does. */
export function add(cache: Cache, operation: Operation): Mutation {
  return isWrite(operation) ? cache.write(operation.key, operation.value) : cache.add(operation)
}

/** What an object has stored. */
export const dataOf =
  (object: JsonObject): Data =>
  (key) =>
    own(object, key)

/** A cache with a base. */
export function createLoaded(data: JsonObject, policy?: ConflictPolicy): Cache {
  const cache = createCache(rules(policy))
  cache.move({ base: state(data) })
  return cache
}

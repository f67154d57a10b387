// Checks the members of a state: versions, tags, data, expiry.
import { isObject, type Json, type JsonObject } from '../../protocol/json.ts'
import { isName } from '../../protocol/name.ts'
import { type ConformanceCheck, must } from '../check.ts'
import { equals, holds, isState, show, tagOf } from '../expectations.ts'
import { NotRun } from '../failure.ts'
import type { CheckKeys } from '../keys.ts'

/** Returns a value that holds an object of several members, in a key that takes it, and another value. */
function findObject(keys: CheckKeys): { readonly key: string; readonly value: Json; readonly other: Json } {
  for (const key of keys.all) {
    if (keys.isFree(key)) return { key, value: { x: 1, y: [2] }, other: { x: 1, y: [3] } }
    const values = keys.listed(key)
    const value = values.find((one) => JSON.stringify(reversed(one)) !== JSON.stringify(one))
    const other = values.find((one) => one !== value)
    if (value !== undefined && other !== undefined) return { key, value, other }
  }
  throw new NotRun('no value that is named holds an object with two members')
}

/** Returns the same value with the members of its objects in the reverse order. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed)
  if (!isObject(value)) return value
  const entries = Object.entries(value as JsonObject).map(([key, member]) => [key, reversed(member)] as const)
  return Object.fromEntries(entries.reverse())
}

/** What is in a state. */
export const stateChecks: readonly ConformanceCheck[] = [
  must(
    'state-has-its-members',
    'The body of every 200, and of every 409 and 410 beside the members of the problem.',
    async ({ begin, keys }) => {
      const { first, second, entry } = keys
      const data = { ...entry(first, 1), ...entry(second, 0) }
      const someone = await begin(data)
      const { lineage, version, tags, expiry, identity, data: read } = isState(await someone.read())
      for (const name of [lineage, version, ...Object.values(tags ?? {})]) {
        holds(isName(name), `${show(name)} is not 1 to 256 visible ASCII characters without a quotation mark`)
      }
      equals(read, data, 'the data')
      equals(tags && Object.keys(tags).sort(), tags && [first, second].sort(), 'the keys of the tags')
      holds(Number.isSafeInteger(expiry.age) && expiry.age > 0, `the age is ${show(expiry.age)}, not whole seconds`)
      holds(identity === undefined || identity === null, `the identity of a new visitor is ${show(identity)}`)
    },
  ),

  must('lineage-is-not-the-key', 'It is not the key', async ({ begin }) => {
    const { key = '', read } = await begin()
    const reply = await read()
    holds(!reply.text.includes(key), "the state tells the cookie's value")
    for (const [name, value] of reply.headers) holds(!value.includes(key), `${name} tells the cookie's value`)
  }),

  must(
    'tags-follow-values',
    'the same for the same value whoever wrote it: a hash of its JSON with sorted keys',
    async ({ begin, keys }) => {
      const { key, value, other } = findObject(keys)
      const someone = await begin({ [key]: value })
      const tag = tagOf(someone.state, key)
      const changed = isState(await someone.commit({ set: { [key]: other } }))
      holds(tagOf(changed, key) !== tag, 'another value has the same tag')
      const back = isState(await (await someone.tab()).commit({ set: { [key]: reversed(value) } }))
      equals(tagOf(back, key), tag, 'the tag of the same value, written by another client with its members in another order')
    },
  ),

  must(
    'last-is-of-who-asks',
    'the number of the last commit that is stored for the client that asks, 0 for none',
    async ({ begin, keys }) => {
      const someone = await begin()
      isState(await someone.commit({ set: keys.entry(keys.first, 2) }))
      equals(isState(await someone.read()).last, 2, '`last` after two commits')
      equals((await someone.tab()).state.last, 0, '`last` for a client that committed nothing')
      equals(isState(await someone.read({ 'Session-Client': null })).last, 0, '`last` for who says no client')
    },
  ),

  must('expiry-is-told-before', 'Without a session: what a new one would have.', async ({ visitor, keys }) => {
    const someone = await visitor()
    const { age } = someone.state.expiry
    const created = isState(await someone.commit({ set: keys.entry(keys.first, 1) }))
    holds(Math.abs(age - created.expiry.age) < 60, `without a session the age is ${age} s, of a new one ${created.expiry.age} s`)
    equals(created.expiry.atBrowserClose, someone.state.expiry.atBrowserClose, '`atBrowserClose` of a new one')
  }),

  must('each-commit-has-a-new-version', 'Every stored commit, a touch too, gives the session a new version', async ({ begin, keys }) => {
    const someone = await begin()
    const seen = [someone.state.version]
    const [one, two] = [keys.entry(keys.first, 1), keys.entry(keys.first, 2)]
    for (const members of [{ set: two }, { set: one }, { set: one }, {}, { expiry: null }]) {
      const { version } = isState(await someone.commit(members))
      holds(!seen.includes(version), `the version before comes back after ${show(members)}`)
      seen.push(version)
    }
  }),

  must('versions-are-of-one-session', 'it is unique over all sessions', async ({ begin }) => {
    const [one, other] = [await begin(), await begin()]
    holds(one.state.version !== other.state.version, 'two sessions have the same version')
    holds(one.state.lineage !== other.state.lineage, 'two sessions have the same lineage')
  }),

  must('values-come-back-as-they-went', 'each with any JSON value', async ({ begin, keys }) => {
    const someone = await begin()
    const valuesOf = (key: string): readonly Json[] => (keys.isFree(key) ? awkward : keys.listed(key))
    const rounds = Math.max(...keys.all.map((key) => valuesOf(key).length))
    for (let round = 0; round < rounds; round += 1) {
      const set = Object.fromEntries(keys.all.map((key, index) => [key, itemAt(valuesOf(key), round + index)]))
      const stored = isState(await someone.commit({ set }))
      for (const [key, value] of Object.entries(set)) equals(stored.data[key], value, `the key ${show(key)} in the response`)
      equals(isState(await someone.read()).data, set, 'what was stored')
    }
  }),
]

const itemAt = (values: readonly Json[], index: number): Json => values[index % values.length] as Json

/** Values that a store, a serialiser or a parser may change. */
const awkward: readonly Json[] = [
  {},
  [1, 'two', null, false, [[]]],
  '\u0000 "quoted" \\ ü 漢 \u{1f600}',
  { largest: 9_007_199_254_740_991, smallest: -9_007_199_254_740_991 },
  [0.1, 1.5e300],
  { constructor: 1, toString: 2, '': 'the empty key', '10': 'a key of digits' },
  [{ b: 1 }, { b: 1 }],
  JSON.parse('['.repeat(62) + ']'.repeat(62)) as Json,
  null,
  '',
]

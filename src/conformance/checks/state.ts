// Checks the members of a state: versions, tags, data, expiry.
import { isName } from '../../protocol/name.ts'
import { type ConformanceCheck, must } from '../check.ts'
import { equals, holds, isState, show, tagOf } from '../expectations.ts'

/** What is in a state. */
export const stateChecks: readonly ConformanceCheck[] = [
  must('state-has-its-members', 'The body of every 200, and of every 409 and 410 beside the members of the problem.', async ({ begin }) => {
    const someone = await begin({ a: 1, b: null })
    const { lineage, version, data, tags, expiry, identity } = isState(await someone.read())
    for (const name of [lineage, version, ...Object.values(tags ?? {})]) {
      holds(isName(name), `${show(name)} is not 1 to 256 visible ASCII characters without a quotation mark`)
    }
    equals(data, { a: 1, b: null }, 'the data')
    equals(tags && Object.keys(tags).sort(), tags && ['a', 'b'], 'the keys of the tags')
    holds(Number.isSafeInteger(expiry.age) && expiry.age > 0, `the age is ${show(expiry.age)}, not whole seconds`)
    holds(identity === undefined || identity === null, `the identity of a new visitor is ${show(identity)}`)
  }),

  must('lineage-is-not-the-key', 'It is not the key', async ({ begin }) => {
    const { key = '', read } = await begin()
    const reply = await read()
    holds(!reply.text.includes(key), "the state tells the cookie's value")
    for (const [name, value] of reply.headers) holds(!value.includes(key), `${name} tells the cookie's value`)
  }),

  must('tags-follow-values', 'the same for the same value whoever wrote it: a hash of its JSON with sorted keys', async ({ begin }) => {
    const someone = await begin({ a: { x: 1, y: [2] } })
    const tag = tagOf(someone.state, 'a')
    const changed = isState(await someone.commit({ set: { a: { x: 1, y: [3] } } }))
    holds(tagOf(changed, 'a') !== tag, 'another value has the same tag')
    const back = isState(await (await someone.tab()).commit({ set: { a: { y: [2], x: 1 } } }))
    equals(tagOf(back, 'a'), tag, 'the tag of the same value, written by another client with its members in another order')
  }),

  must('last-is-of-who-asks', 'the number of the last commit that is stored for the client that asks, 0 for none', async ({ begin }) => {
    const someone = await begin()
    isState(await someone.commit({ set: { a: 1 } }))
    equals(isState(await someone.read()).last, 2, '`last` after two commits')
    equals((await someone.tab()).state.last, 0, '`last` for a client that committed nothing')
    equals(isState(await someone.read({ 'Session-Client': null })).last, 0, '`last` for who says no client')
  }),

  must('expiry-is-told-before', 'Without a session: what a new one would have.', async ({ visitor }) => {
    const someone = await visitor()
    const { age } = someone.state.expiry
    const created = isState(await someone.commit({ set: { a: 1 } }))
    holds(Math.abs(age - created.expiry.age) <= 5, `without a session the age is ${age} s, of a new one ${created.expiry.age} s`)
    equals(created.expiry.atBrowserClose, someone.state.expiry.atBrowserClose, '`atBrowserClose` of a new one')
  }),

  must('each-commit-has-a-new-version', 'Every stored commit, a touch too, gives the session a new version', async ({ begin }) => {
    const someone = await begin({ a: 1 })
    const seen = [someone.state.version]
    for (const members of [{ set: { a: 2 } }, { set: { a: 1 } }, { set: { a: 1 } }, {}, { expiry: null }]) {
      const { version } = isState(await someone.commit(members))
      holds(!seen.includes(version), `the version before comes back after ${show(members)}`)
      seen.push(version)
    }
  }),

  must('versions-are-of-one-session', 'it is unique over all sessions', async ({ begin }) => {
    const [one, other] = [await begin({ a: 1 }), await begin({ a: 1 })]
    holds(one.state.version !== other.state.version, 'two sessions have the same version')
    holds(one.state.lineage !== other.state.lineage, 'two sessions have the same lineage')
  }),

  must('values-come-back-as-they-went', 'each with any JSON value', async ({ begin }) => {
    const values = {
      empty: {},
      list: [1, 'two', null, false, [[]]],
      text: '\u0000 "quoted" \\ ü 漢 \u{1f600}',
      largest: 9_007_199_254_740_991,
      smallest: -9_007_199_254_740_991,
      fraction: 0.1,
      exponent: 1.5e300,
      inherited: { constructor: 1, toString: 2 },
      repeated: [{ b: 1 }, { b: 1 }],
      deep: JSON.parse('['.repeat(62) + ']'.repeat(62)),
      '': 'the empty key',
      '10': 'a key of digits',
      a_b: 'an underscore within',
    }
    const someone = await begin(values)
    for (const [key, value] of Object.entries(values)) equals(someone.state.data[key], value, `the key ${show(key)} in the answer`)
    equals(isState(await someone.read()).data, values, 'what was stored')
  }),
]

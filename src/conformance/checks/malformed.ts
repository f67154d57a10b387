// Checks that malformed requests get 4xx and change nothing.
import { type ConformanceCheck, must } from '../check.ts'
import type { Fields } from '../exchange.ts'
import { equals, isProblem, isState, setsNoCookie } from '../expectations.ts'
import type { CheckKeys } from '../keys.ts'
import type { Visitor } from '../visitor.ts'

type Body = string | Uint8Array<ArrayBuffer>

/** What makes one malformed request of a visitor who has committed once. */
interface Malformed {
  readonly body: (visitor: Visitor, keys: CheckKeys) => Body
  readonly fields?: Fields
  readonly status?: 400 | 415
}

const head = ({ state }: Visitor): string => `"lineage":${JSON.stringify(state.lineage)},"base":${JSON.stringify(state.version)},"after":1`
/** Returns the key that these commits write, as JSON. */
const quoted = ({ second }: CheckKeys): string => JSON.stringify(second)
/** Returns the same key with its first character escaped: another text for the same key. */
function escaped({ second }: CheckKeys): string {
  const code = second.charCodeAt(0).toString(16).padStart(4, '0')
  return second === '' ? '""' : `"\\u${code}${JSON.stringify(second.slice(1)).slice(1)}`
}
/** A commit that stores a value of the given JSON. */
const setting = (json: string): Malformed => ({ body: (visitor, keys) => `{${head(visitor)},"set":{${quoted(keys)}:${json}}}` })
const raw = (text: string): Malformed => ({ body: () => text })
/** A commit with further members. */
const having = (members: string | ((keys: CheckKeys) => string)): Malformed => ({
  body: (visitor, keys) => `{${head(visitor)},${typeof members === 'string' ? members : members(keys)}}`,
})
/** A commit with other members in the place of its own. */
const being = (members: object | ((keys: CheckKeys) => object)): Malformed => ({
  body({ state }, keys) {
    const own = { lineage: state.lineage, base: state.version, after: 1, set: keys.entry(keys.second, 1) }
    return JSON.stringify({ ...own, ...(typeof members === 'function' ? members(keys) : members) })
  },
})
const withFields = (fields: Fields, status: 400 | 415 = 400): Malformed => ({ ...setting('1'), fields, status })

/** A check that each of some requests is refused, and that nothing is stored, not even that they came. */
function refused(name: string, sentence: string, requests: readonly Malformed[]): ConformanceCheck {
  return must(name, sentence, async ({ begin, keys }) => {
    const someone = await begin()
    const { version, data } = someone.state
    for (const { body, fields = {}, status = 400 } of requests) {
      const reply = await someone.send(body(someone, keys), fields)
      isProblem(reply, status, status === 415 ? 'unsupported-media-type' : 'bad-request')
      setsNoCookie(reply)
      const after = isState(await someone.read())
      equals([after.version, after.data, after.last], [version, data, 1], `version, data and \`last\` after ${reply.label}`)
    }
  })
}

const differing = 'a body that is not JSON, or in which parsers differ'
const shape = 'a commit of another shape'
const expiry = 'an `expiry` that is negative, not whole, over ten years in seconds, or a date that has passed'
const fields = 'a missing or malformed `Idempotency-Key`, a malformed `Session-Client`, an `after` that is not below the number'

const client = 'c'.repeat(22)

/** Every kind of malformed request. */
export const malformedChecks: readonly ConformanceCheck[] = [
  refused('no-json-is-refused', differing, [
    raw(''),
    raw('set=1'),
    raw('{'),
    raw('null'),
    raw('[]'),
    raw('"text"'),
    setting('NaN'),
    setting('1}'),
    having(''),
  ]),
  refused('duplicate-keys-are-refused', 'duplicate keys at any depth', [
    having('"after":1'),
    having((keys) => `"set":{${quoted(keys)}:1,${quoted(keys)}:2}`),
    having((keys) => `"set":{${quoted(keys)}:1,${escaped(keys)}:2}`),
    setting('[{"b":1,"c":{"b":1},"b":1}]'),
  ]),
  refused('overflow-is-refused', 'a number that overflows (`1e400`)', [setting('1e400'), setting('[{"b":-1E+999}]')]),
  refused('large-integer-is-refused', 'an integer beyond 2^53 − 1', [
    setting('9007199254740992'),
    setting('-9007199254740993'),
    setting('9'.repeat(5000)),
  ]),
  refused('lone-surrogate-is-refused', 'a lone surrogate', [setting('"\\ud800"'), setting('{"\\udc00x":1}')]),
  refused('proto-is-refused', '`__proto__` as a key', [
    having('"set":{"__proto__":{"a":1}}'),
    setting('{"__proto__":{"admin":true}}'),
    setting('{"\\u005f_proto__":1}'),
  ]),
  refused('deep-nesting-is-refused', 'nesting over 64', [
    setting('['.repeat(63) + ']'.repeat(63)),
    setting('['.repeat(100_000) + ']'.repeat(100_000)),
  ]),
  refused('other-shape-is-refused', shape, [
    being({ lineage: undefined }),
    being({ lineage: 5 }),
    being({ lineage: 'x'.repeat(300) }),
    being({ base: undefined }),
    being({ base: 1 }),
    being({ after: undefined }),
    being({ after: -1 }),
    being({ after: 0.5 }),
    being({ set: [1] }),
    being({ set: null }),
    being(({ first }) => ({ delete: first })),
    being({ delete: [1] }),
    being(({ first, entry }) => ({ set: entry(first, 1), delete: [first] })),
    being({ expect: 'version' }),
    being(({ first }) => ({ expect: { [first]: 1 } })),
    being({ clear: 1 }),
    being({ cycleKey: null }),
    being({ fresh: true }),
  ]),
  refused('unlisted-member-is-refused', 'or with a member that is not listed above', [being({ sett: {} }), being({ identity: 'root' })]),
  refused('bad-expiry-is-refused', expiry, [
    being({ expiry: true }),
    being({ expiry: -1 }),
    being({ expiry: 1.5 }),
    being({ expiry: 315_360_001 }),
    being({ expiry: 'tomorrow' }),
    being({ expiry: '2999-01-01T00:00:00' }),
    being({ expiry: '2001-01-01T00:00:00Z' }),
  ]),
  refused('bad-idempotency-key-is-refused', fields, [
    withFields({ 'Idempotency-Key': null }),
    withFields({ 'Idempotency-Key': `${client}/2` }),
    withFields({ 'Idempotency-Key': '"short/2"' }),
    withFields({ 'Idempotency-Key': `"${client}"` }),
    withFields({ 'Idempotency-Key': `"${client}/0"` }),
    withFields({ 'Idempotency-Key': `"${client}/${'9'.repeat(16)}"` }),
  ]),
  refused('bad-after-is-refused', fields, [being({ after: 2 }), being({ after: 3 })]),
  refused('other-media-type-is-415', '415 if the body is not `application/json` in UTF-8', [
    withFields({ 'Content-Type': 'text/plain' }, 415),
    withFields({ 'Content-Type': 'application/x-www-form-urlencoded' }, 415),
    withFields({ 'Content-Type': 'application/json; charset=latin1' }, 415),
  ]),

  must('bad-session-client-is-refused', fields, async ({ begin }) => {
    const someone = await begin()
    for (const value of ['me', 'a b', 'ü'.repeat(22), 'c'.repeat(65)]) {
      const reply = await someone.read({ 'Session-Client': value })
      isProblem(reply, 400, 'bad-request')
    }
  }),

  must('bytes-that-are-not-utf8-are-refused', 'a body that is not JSON', async ({ begin, keys }) => {
    const someone = await begin()
    const bytes = new TextEncoder().encode(`{${head(someone)},"set":{${quoted(keys)}:"?"}}`)
    bytes[bytes.lastIndexOf('?'.charCodeAt(0))] = 0xff
    isProblem(await someone.send(bytes), 400, 'bad-request')
    equals(isState(await someone.read()).data, keys.entry(keys.first, 1), 'the data afterwards')
  }),

  must('byte-order-mark-is-skipped', 'a byte order mark is skipped', async ({ begin, keys: { first, second, entry } }) => {
    const someone = await begin()
    const body = `\ufeff{${head(someone)},"set":${JSON.stringify(entry(second, 1))}}`
    const reply = await someone.send(body, { 'Content-Type': 'application/json; charset=utf-8' })
    equals(isState(reply).data, { ...entry(first, 1), ...entry(second, 1) }, 'the data of a commit after a byte order mark')
  }),
]

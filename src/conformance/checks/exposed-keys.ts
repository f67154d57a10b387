// Owns the checks of which keys travel. checks.ts lists them.
import type { Json } from '../../protocol/json.ts'
import type { ProblemName } from '../../protocol/problem.ts'
import { type ConformanceCheck, must } from '../check.ts'
import { equals, holds, isProblem, isState, setsNoCookie, show } from '../expectations.ts'
import type { Reply } from '../reply.ts'
import type { Visitor } from '../visitor.ts'
import { collect } from './answers.ts'

const refusesPrivate = 'A commit that names a key which is not exposed, whether it exists or not, is a 422 `private-key`.'
const refusesReadOnly = 'One that writes a read-only key is a 422 `read-only-key`'
const spared = '`clear` spares private and read-only keys, and the records.'

/** Expects that a commit is refused for one key, and that nothing is stored, not even that it came. */
async function isRefused(someone: Visitor, members: object, name: ProblemName, key: string): Promise<Reply> {
  const { version, data, last } = isState(await someone.read())
  const reply = await someone.commit(members)
  isProblem(reply, 422, name)
  equals((reply.json as { errors?: Json }).errors, [{ key }], `\`errors\` of ${reply.label}`)
  setsNoCookie(reply)
  const after = isState(await someone.read())
  equals([after.version, after.data, after.last], [version, data, last], `version, data and \`last\` after ${reply.label}`)
  return reply
}

/** Returns the commits that name a key, each in another member. */
const naming = (key: string): readonly object[] => [{ set: { [key]: 1 } }, { delete: [key] }, { expect: { [key]: null } }]

/** What a server has against a commit once it reads the store: the refusals for keys come before. */
const laterFaults = [{ lineage: 'another' }, { after: 0 }, { clear: true, base: 'another' }] as const

/** Returns all keys that server code sees. */
async function storedFor(someone: Visitor): Promise<Readonly<Record<string, unknown>>> {
  const { json } = await someone.cause('read')
  return (json as { data?: Record<string, unknown> | null }).data ?? {}
}

const privateChecks: readonly ConformanceCheck[] = [
  must('private-key-is-refused', refusesPrivate, async ({ begin, keys }) => {
    const someone = await begin()
    for (const key of ['_identity', keys.unlisted]) {
      for (const members of naming(key)) await isRefused(someone, members, 'private-key', key)
    }
  }),

  must('private-key-comes-first', 'MUST be decided before the store is read', async ({ begin, stranger, keys }) => {
    const someone = await begin()
    const set = { [keys.unlisted]: 1 }
    for (const members of laterFaults) isProblem(await someone.commit({ set, ...members }), 422, 'private-key')
    isProblem(await (await stranger()).commit({ set, lineage: null }), 422, 'private-key')
  }),

  must(
    'private-key-exists-unseen',
    'whether it exists or not',
    async ({ begin, keys }) => {
      const someone = await begin()
      const before: string[] = []
      for (const members of naming(keys.unlisted)) before.push((await someone.commit(members)).text)
      await someone.cause('write', { set: { [keys.unlisted]: 'stored' } })
      await someone.read()
      for (const [index, members] of naming(keys.unlisted).entries()) {
        const { text } = await isRefused(someone, members, 'private-key', keys.unlisted)
        equals(text, before[index], `the response to ${show(members)} once the key is stored`)
      }
      equals((await storedFor(someone))[keys.unlisted], 'stored', 'the private key after commits that name it')
    },
    { needs: ['write', 'read'] },
  ),

  must(
    'private-keys-are-never-sent',
    'size limits and error texts MUST NOT hold any other key',
    async (world) => {
      const { begin, keys } = world
      const names = [`_${keys.unlisted}`, keys.unlisted]
      const value = `value-${crypto.randomUUID()}`
      // Each visitor of the collected responses has these keys from the first commit on.
      async function beginWithPrivate(): Promise<Visitor> {
        const someone = await begin()
        await someone.cause('write', { set: Object.fromEntries(names.map((name) => [name, value])) })
        isState(await someone.read())
        return someone
      }
      for (const { label, status, headers, text } of await collect({ ...world, begin: beginWithPrivate })) {
        const sent = [text, ...[...headers].map((field) => field.join(': '))]
        for (const secret of [...names, value]) {
          const where = sent.find((one) => one.includes(secret))
          holds(where === undefined, `${label} was answered ${status} with ${show(secret)} in ${show(where)}`)
        }
      }
    },
    { needs: ['write'] },
  ),

  must(
    'clear-spares-private-keys',
    spared,
    async ({ begin, keys }) => {
      const someone = await begin()
      const names = [`_${keys.unlisted}`, keys.unlisted]
      await someone.cause('write', { set: Object.fromEntries(names.map((name) => [name, 'mine'])) })
      await someone.read()
      equals(isState(await someone.commit({ clear: true })).data, {}, 'the data after `clear`')
      const stored = await storedFor(someone)
      for (const name of names) equals(stored[name], 'mine', `the private key, of ${show(Object.keys(stored))},`)
    },
    { needs: ['write', 'read'] },
  ),
]

const readOnlyChecks: readonly ConformanceCheck[] = [
  must('read-only-key-is-refused', refusesReadOnly, async ({ begin, keys: { readOnly, entry } }) => {
    const someone = await begin()
    for (const members of [{ set: entry(readOnly, 1) }, { delete: [readOnly] }]) {
      await isRefused(someone, members, 'read-only-key', readOnly)
    }
  }),

  must('read-only-key-comes-first', 'MUST be decided before the store is read', async ({ begin, stranger, keys }) => {
    const someone = await begin()
    const set = keys.entry(keys.readOnly, 1)
    for (const members of laterFaults) isProblem(await someone.commit({ set, ...members }), 422, 'read-only-key')
    isProblem(await (await stranger()).commit({ set, lineage: null }), 422, 'read-only-key')
  }),

  must('read-only-key-is-expected', '`expect` may name it', async ({ begin, keys: { readOnly, second, entry } }) => {
    const someone = await begin()
    isState(await someone.commit({ set: entry(second, 1), expect: { [readOnly]: null } }))
    if (someone.state.tags === undefined) return
    isProblem(await someone.commit({ set: entry(second, 2), expect: { [readOnly]: 'a-tag' } }), 409, 'conflict')
  }),

  must(
    'read-only-key-is-sent',
    '`data`: the exposed keys of the session.',
    async ({ begin, keys: { first, readOnly, entry } }) => {
      const someone = await begin()
      await someone.cause('write', { set: entry(readOnly, 1) })
      const { data, tags } = isState(await someone.read())
      equals(data, { ...entry(first, 1), ...entry(readOnly, 1) }, 'the data')
      if (tags) equals(Object.keys(tags).sort(), [first, readOnly].sort(), 'the keys of the tags')
    },
    { needs: ['write'] },
  ),

  must(
    'clear-spares-read-only-keys',
    spared,
    async ({ begin, keys: { readOnly, entry } }) => {
      const someone = await begin()
      await someone.cause('write', { set: entry(readOnly, 1) })
      await someone.read()
      equals(isState(await someone.commit({ clear: true })).data, entry(readOnly, 1), 'the data after `clear`')
      equals(isState(await someone.read()).data, entry(readOnly, 1), 'the data that a read shows')
    },
    { needs: ['write'] },
  ),
]

/** What clients see of private and read-only keys. */
export const exposedKeyChecks: readonly ConformanceCheck[] = [
  ...privateChecks,
  ...readOnlyChecks,
  must('clear-is-never-minimal', 'nor for a commit with `clear`', async ({ begin }) => {
    const someone = await begin()
    equals(isState(await someone.commit({ clear: true }, { Prefer: 'return=minimal' })).data, {}, 'the data in the response to `clear`')
  }),
]

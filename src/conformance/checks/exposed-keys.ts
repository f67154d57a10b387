// Owns the checks of which keys travel. checks.ts lists them.
import { type ConformanceCheck, must } from '../check.ts'
import { equals, isProblem, isState, setsNoCookie } from '../expectations.ts'

/** What clients see of private keys: nothing. */
export const exposedKeyChecks: readonly ConformanceCheck[] = [
  must(
    'private-key-is-refused',
    'A commit that names a key which is not exposed, whether it exists or not, is a 422 `private-key`.',
    async ({ begin }) => {
      const someone = await begin()
      const { version } = someone.state
      for (const members of [{ set: { _identity: 'root' } }, { delete: ['_identity'] }, { expect: { _identity: null } }]) {
        const reply = await someone.commit(members)
        isProblem(reply, 422, 'private-key')
        equals((reply.json as { errors?: unknown[] }).errors?.length, 1, `the number of \`errors\` of ${reply.label}`)
        setsNoCookie(reply)
        const after = isState(await someone.read())
        equals([after.version, after.data, after.last], [version, { kept: true }, 1], `version, data and \`last\` after ${reply.label}`)
      }
    },
  ),

  must('private-key-comes-first', 'MUST be decided before the store is read', async ({ begin, stranger }) => {
    const someone = await begin()
    const set = { _identity: 'root' }
    for (const members of [{ lineage: 'another' }, { after: 0 }, { clear: true, base: 'another' }]) {
      isProblem(await someone.commit({ set, ...members }), 422, 'private-key')
    }
    isProblem(await (await stranger()).commit({ set, lineage: null }), 422, 'private-key')
  }),

  must(
    'private-keys-are-never-sent',
    'size limits and error texts MUST NOT hold any other key',
    async ({ begin }) => {
      const someone = await begin()
      await someone.cause('write', { set: { _secret: 'mine' } })
      const { data, tags = {} } = isState(await someone.read())
      equals(data, { kept: true }, 'the data')
      equals(
        Object.keys(tags).filter((key) => key.startsWith('_')),
        [],
        'the private keys with a tag',
      )
      const stored = isState(await someone.commit({ set: { other: 1 } }))
      equals(stored.data, { kept: true, other: 1 }, 'the data in the response to a commit')
    },
    { needs: ['write'] },
  ),

  must('clear-is-never-minimal', 'nor for a commit with `clear`', async ({ begin }) => {
    const someone = await begin()
    equals(isState(await someone.commit({ clear: true }, { Prefer: 'return=minimal' })).data, {}, 'the data in the response to `clear`')
  }),
]

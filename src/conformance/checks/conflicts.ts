// Checks the numbers and the expectations of a commit, and the order in which a server checks them.
import { type ConformanceCheck, must } from '../check.ts'
import { equals, isProblem, isState, setsNoCookie, show, tagOf } from '../expectations.ts'
import type { Reply } from '../reply.ts'

function isConflict(reply: Reply, keys: readonly string[]): void {
  isProblem(reply, 409, 'conflict')
  equals((reply.json as { conflicts?: unknown }).conflicts, keys, `\`conflicts\` of ${reply.label}`)
  setsNoCookie(reply)
}

/** The fourth and the fifth check of a commit, and the order of all five. */
export const conflictChecks: readonly ConformanceCheck[] = [
  must('checks-come-in-their-order', 'A server MUST check in this order', async ({ begin, stranger }) => {
    const someone = await begin()
    const late = someone.prepare({ lineage: 'another', after: 0, set: { a: 1 } })
    isState(await someone.commit({ set: { a: 2 } }))
    const unexpected = { clear: true, base: 'another' }
    isProblem(await (await stranger()).commit({ lineage: null, after: 0, ...unexpected }), 409, 'unknown-key')
    isProblem(await late.send(), 422, 'key-reused')
    isProblem(await someone.commit({ lineage: 'another', after: 0, ...unexpected }), 410, 'gone')
    isProblem(await someone.commit({ after: 0, ...unexpected }), 409, 'out-of-step')
    isProblem(await someone.commit(unexpected), 409, 'conflict')
  }),

  must(
    'after-below-is-out-of-step',
    "`after` is not the record's number (0 where there is none): 409 `out-of-step`, with `last`.",
    async ({ begin }) => {
      const someone = await begin()
      const { last } = isProblem(await someone.commit({ after: 0, set: { a: 1 } }), 409, 'out-of-step')
      equals(last, 1, '`last` beside the 409')
      equals(isState(await someone.read()).data, { kept: true }, 'the data afterwards')
    },
  ),

  must(
    'after-above-is-out-of-step',
    "`after` is not the record's number (0 where there is none): 409 `out-of-step`, with `last`.",
    async ({ begin }) => {
      const someone = await begin()
      const tab = await someone.tab()
      for (const client of [someone, tab]) {
        const { last } = client.state
        client.continueFrom(5)
        equals(isProblem(await client.commit({ after: 4, set: { a: 1 } }), 409, 'out-of-step').last, last, '`last` beside the 409')
      }
      equals(isState(await someone.read()).data, { kept: true }, 'the data afterwards')
    },
  ),

  must('refused-copy-is-never-stored', 'So a copy of a refused commit that arrives late can never be stored.', async ({ begin }) => {
    const someone = await begin({ count: 0 })
    const { tags } = someone.state
    const tab = await someone.tab()
    const refused = someone.prepare({ set: { count: 1 }, expect: { count: tags?.count ?? null } })
    isState(await tab.commit({ set: { count: 5 } }))
    isProblem(await refused.send(), 409, 'conflict')
    isState(await someone.commit({ set: { other: 1 } }))
    // The tag that the refused commit expects comes back.
    isState(await tab.commit({ set: { count: 0 } }))
    isProblem(await refused.send(), 422, 'key-reused')
    equals(isState(await someone.read()).data, { count: 0, other: 1 }, 'the data after the late copy')
  }),

  must('changed-key-conflicts', 'The tag of a key in `expect` differs', async ({ begin }) => {
    const someone = await begin({ a: 1, b: 1 })
    const expect = { a: tagOf(someone.state, 'a'), b: tagOf(someone.state, 'b') }
    const theirs = isState(await (await someone.tab()).commit({ set: { a: 2 } }))
    isConflict(await someone.commit({ set: { a: 3, b: 3 }, expect }), ['a'])
    const { version, data } = isState(await someone.read())
    equals([version, data], [theirs.version, { a: 2, b: 1 }], 'version and data after the conflict')
  }),

  must('present-key-conflicts-with-null', '(null: the key is there)', async ({ begin }) => {
    const someone = await begin({ a: null })
    tagOf(someone.state, 'a')
    isConflict(await someone.commit({ set: { a: 1 }, expect: { a: null } }), ['a'])
    isState(await someone.commit({ set: { b: 1 }, expect: { b: null } }))
  }),

  must('absent-key-conflicts-with-tag', 'The tag of a key in `expect` differs', async ({ begin }) => {
    const someone = await begin({ a: 1, b: 1 })
    const expect = { a: tagOf(someone.state, 'a') }
    isState(await (await someone.tab()).commit({ delete: ['a'] }))
    isConflict(await someone.commit({ delete: ['a'], expect }), ['a'])
  }),

  must('read-keys-are-expected-too', 'the tag that the client saw for each key that it read or writes', async ({ begin }) => {
    const someone = await begin({ price: 1 })
    const expect = { price: tagOf(someone.state, 'price'), order: null }
    isState(await (await someone.tab()).commit({ set: { price: 2 } }))
    isConflict(await someone.commit({ set: { order: 1 }, expect }), ['price'])
    equals(isState(await someone.read()).data, { price: 2 }, 'the data afterwards')
  }),

  must('different-keys-never-conflict', 'Writes of different keys never conflict.', async ({ begin }) => {
    const someone = await begin({ a: 1, b: 1 })
    const tab = await someone.tab()
    const mine = someone.prepare({ set: { a: 2 }, expect: { a: tagOf(someone.state, 'a') } })
    const theirs = tab.prepare({ delete: ['b'], set: { c: 2 }, expect: { b: tagOf(tab.state, 'b'), c: null } })
    isState(await theirs.send())
    equals(isState(await mine.send()).data, { a: 2, c: 2 }, 'the data after two commits on one base')
  }),

  must('unexpected-keys-are-written', 'What `set` and `delete` name without an expectation is written as it is.', async ({ begin }) => {
    const someone = await begin({ a: 1, b: 1 })
    isState(await (await someone.tab()).commit({ set: { a: 2, b: 2 } }))
    equals(isState(await someone.commit({ set: { a: 3 }, delete: ['b', 'absent'] })).data, { a: 3 }, 'the data')
  }),

  must(
    'expecting-base-conflicts-with-any-change',
    'or `expect` is `base` or `clear` is true and `base` is not the version: 409 `conflict`',
    async ({ begin }) => {
      const someone = await begin()
      isState(await someone.commit({ set: { a: 1 }, expect: 'base' }))
      isState(await (await someone.tab()).commit({ set: { theirs: 1 } }))
      isConflict(await someone.commit({ set: { a: 2 }, expect: 'base' }), [])
      equals(isState(await someone.read()).data, { kept: true, a: 1, theirs: 1 }, 'the data afterwards')
    },
  ),

  must(
    'clear-conflicts-with-any-change',
    'or `expect` is `base` or `clear` is true and `base` is not the version: 409 `conflict`',
    async ({ begin }) => {
      const someone = await begin()
      isState(await (await someone.tab()).commit({ set: { theirs: 1 } }))
      isConflict(await someone.commit({ clear: true }), [])
      equals(isState(await someone.read()).data, { kept: true, theirs: 1 }, 'the data afterwards')
    },
  ),

  must('clear-deletes-then-sets', 'delete all keys that clients may write first, then apply `set`', async ({ begin }) => {
    const someone = await begin({ a: 1, b: 1 })
    const { lineage } = someone.state
    const cleared = isState(await someone.commit({ clear: true, set: { b: 2, c: 2 } }))
    equals([cleared.lineage, cleared.data], [lineage, { b: 2, c: 2 }], 'lineage and data after `clear` with `set`')
    equals(isState(await someone.commit({ clear: true })).data, {}, 'the data after `clear`')
    equals(isState(await someone.read()).lineage, lineage, 'the lineage of a session without keys')
  }),

  must('clear-spares-records', '`clear` spares private and read-only keys, and the records.', async ({ begin }) => {
    const someone = await begin()
    const tab = await someone.tab()
    const theirs = tab.prepare({ set: { theirs: 1 } })
    isState(await theirs.send())
    await someone.read()
    const { version } = isState(await someone.commit({ clear: true }))
    equals(isState(await theirs.send()).version, version, 'the version after the repetition of a commit from before `clear`')
    equals([someone.state.last, tab.state.last], [2, 1], '`last` of both clients')
  }),

  must(
    'clear-spares-private-keys',
    '`clear` spares private and read-only keys, and the records.',
    async ({ begin }) => {
      const someone = await begin()
      await someone.cause('write', { set: { _secret: 'mine' } })
      await someone.read()
      equals(isState(await someone.commit({ clear: true })).data, {}, 'the data after `clear`')
      const { json } = await someone.cause('read')
      const { data } = json as { data?: Record<string, unknown> }
      equals(data?._secret, 'mine', `the private key, of ${show(data && Object.keys(data))},`)
    },
    { needs: ['write', 'read'] },
  ),

  must('commit-is-whole-or-not-at-all', 'stored as a whole or not at all', async ({ begin }) => {
    const someone = await begin({ a: 1, gone: 1 })
    const { version, data, expiry } = someone.state
    const stale = { a: someone.state.tags === undefined ? null : 'an-older-tag' }
    isProblem(await someone.commit({ set: { a: 2, b: 2 }, delete: ['gone'], expiry: 60, expect: stale }), 409, 'conflict')
    const after = isState(await someone.read())
    equals([after.version, after.data], [version, data], 'version and data after a refused commit')
    equals(after.expiry.age > expiry.age - 60, true, 'whether the expiry is as it was')
  }),
]

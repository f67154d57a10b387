// Checks the numbers and the expectations of a commit, and the order in which a server checks them.
import { type ConformanceCheck, must } from '../check.ts'
import { equals, isProblem, isState, setsNoCookie, tagOf } from '../expectations.ts'
import type { Reply } from '../reply.ts'

function isConflict(reply: Reply, keys: readonly string[]): void {
  isProblem(reply, 409, 'conflict')
  equals((reply.json as { conflicts?: unknown }).conflicts, keys, `\`conflicts\` of ${reply.label}`)
  setsNoCookie(reply)
}

/** The fourth and the fifth check of a commit, and the order of all five. */
export const conflictChecks: readonly ConformanceCheck[] = [
  must('checks-come-in-their-order', 'A server MUST check in this order', async ({ begin, stranger, keys: { second, entry } }) => {
    const someone = await begin()
    const late = someone.prepare({ lineage: 'another', after: 0, set: entry(second, 1) })
    isState(await someone.commit({ set: entry(second, 2) }))
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
    async ({ begin, keys: { first, second, entry } }) => {
      const someone = await begin()
      const { last } = isProblem(await someone.commit({ after: 0, set: entry(second, 1) }), 409, 'out-of-step')
      equals(last, 1, '`last` in the 409')
      equals(isState(await someone.read()).data, entry(first, 1), 'the data afterwards')
    },
  ),

  must(
    'after-above-is-out-of-step',
    "`after` is not the record's number (0 where there is none): 409 `out-of-step`, with `last`.",
    async ({ begin, keys: { first, second, entry } }) => {
      const someone = await begin()
      const tab = await someone.tab()
      for (const client of [someone, tab]) {
        const { last } = client.state
        client.continueFrom(5)
        const reply = await client.commit({ after: 4, set: entry(second, 1) })
        equals(isProblem(reply, 409, 'out-of-step').last, last, '`last` in the 409')
      }
      equals(isState(await someone.read()).data, entry(first, 1), 'the data afterwards')
    },
  ),

  must(
    'refused-copy-is-never-stored',
    'So a copy of a refused commit that arrives late can never be stored.',
    async ({ begin, keys: { first, second, entry } }) => {
      const someone = await begin()
      const { tags } = someone.state
      const tab = await someone.tab()
      const refused = someone.prepare({ set: entry(second, 1), expect: { [first]: tags?.[first] ?? null } })
      isState(await tab.commit({ set: entry(first, 2) }))
      isProblem(await refused.send(), 409, 'conflict')
      isState(await someone.commit({ set: entry(second, 2) }))
      // The tag that the refused commit expects comes back.
      isState(await tab.commit({ set: entry(first, 1) }))
      isProblem(await refused.send(), 422, 'key-reused')
      equals(isState(await someone.read()).data, { ...entry(first, 1), ...entry(second, 2) }, 'the data after the late copy')
    },
  ),

  must('changed-key-conflicts', 'The tag of a key in `expect` differs', async ({ begin, keys: { first, second, entry } }) => {
    const someone = await begin({ ...entry(first, 1), ...entry(second, 1) })
    const expect = { [first]: tagOf(someone.state, first), [second]: tagOf(someone.state, second) }
    const theirs = isState(await (await someone.tab()).commit({ set: entry(first, 2) }))
    isConflict(await someone.commit({ set: { ...entry(first, 1), ...entry(second, 2) }, expect }), [first])
    const { version, data } = isState(await someone.read())
    equals([version, data], [theirs.version, { ...entry(first, 2), ...entry(second, 1) }], 'version and data after the conflict')
  }),

  must('present-key-conflicts-with-null', '(null: the key is there)', async ({ begin, keys: { first, second, entry } }) => {
    // The stored value is null if the key takes it: that is not the same as absent.
    const someone = await begin(entry(first, 0))
    tagOf(someone.state, first)
    isConflict(await someone.commit({ set: entry(first, 1), expect: { [first]: null } }), [first])
    isState(await someone.commit({ set: entry(second, 1), expect: { [second]: null } }))
  }),

  must('absent-key-conflicts-with-tag', 'The tag of a key in `expect` differs', async ({ begin, keys: { first, second, entry } }) => {
    const someone = await begin({ ...entry(first, 1), ...entry(second, 1) })
    const expect = { [first]: tagOf(someone.state, first) }
    isState(await (await someone.tab()).commit({ delete: [first] }))
    isConflict(await someone.commit({ delete: [first], expect }), [first])
  }),

  must(
    'read-keys-are-expected-too',
    'the tag that the client saw for each key that it read or writes',
    async ({ begin, keys: { first, second, entry } }) => {
      const someone = await begin()
      const expect = { [first]: tagOf(someone.state, first), [second]: null }
      isState(await (await someone.tab()).commit({ set: entry(first, 2) }))
      isConflict(await someone.commit({ set: entry(second, 1), expect }), [first])
      equals(isState(await someone.read()).data, entry(first, 2), 'the data afterwards')
    },
  ),

  must(
    'different-keys-never-conflict',
    'Writes of different keys never conflict.',
    async ({ begin, keys: { first, second, third, entry } }) => {
      const someone = await begin({ ...entry(first, 1), ...entry(second, 1) })
      const tab = await someone.tab()
      const mine = someone.prepare({ set: entry(first, 2), expect: { [first]: tagOf(someone.state, first) } })
      const expect = { [second]: tagOf(tab.state, second), [third]: null }
      const theirs = tab.prepare({ delete: [second], set: entry(third, 2), expect })
      isState(await theirs.send())
      equals(isState(await mine.send()).data, { ...entry(first, 2), ...entry(third, 2) }, 'the data after two commits on one base')
    },
  ),

  must(
    'unexpected-keys-are-written',
    'What `set` and `delete` name without an expectation is written as it is.',
    async ({ begin, keys: { first, second, third, entry } }) => {
      const someone = await begin({ ...entry(first, 1), ...entry(second, 1) })
      isState(await (await someone.tab()).commit({ set: { ...entry(first, 2), ...entry(second, 2) } }))
      equals(isState(await someone.commit({ set: entry(first, 1), delete: [second, third] })).data, entry(first, 1), 'the data')
    },
  ),

  must(
    'expecting-base-conflicts-with-any-change',
    'or `expect` is `base` or `clear` is true and `base` is not the version: 409 `conflict`',
    async ({ begin, keys: { first, second, third, entry } }) => {
      const someone = await begin()
      isState(await someone.commit({ set: entry(second, 1), expect: 'base' }))
      isState(await (await someone.tab()).commit({ set: entry(third, 1) }))
      isConflict(await someone.commit({ set: entry(second, 2), expect: 'base' }), [])
      const data = { ...entry(first, 1), ...entry(second, 1), ...entry(third, 1) }
      equals(isState(await someone.read()).data, data, 'the data afterwards')
    },
  ),

  must(
    'clear-conflicts-with-any-change',
    'or `expect` is `base` or `clear` is true and `base` is not the version: 409 `conflict`',
    async ({ begin, keys: { first, second, entry } }) => {
      const someone = await begin()
      isState(await (await someone.tab()).commit({ set: entry(second, 1) }))
      isConflict(await someone.commit({ clear: true }), [])
      equals(isState(await someone.read()).data, { ...entry(first, 1), ...entry(second, 1) }, 'the data afterwards')
    },
  ),

  must(
    'clear-deletes-then-sets',
    'delete all keys that clients may write first, then apply `set`',
    async ({ begin, keys: { first, second, third, entry } }) => {
      const someone = await begin({ ...entry(first, 1), ...entry(second, 1) })
      const { lineage } = someone.state
      const set = { ...entry(second, 2), ...entry(third, 2) }
      const cleared = isState(await someone.commit({ clear: true, set }))
      equals([cleared.lineage, cleared.data], [lineage, set], 'lineage and data after `clear` with `set`')
      equals(isState(await someone.commit({ clear: true })).data, {}, 'the data after `clear`')
      equals(isState(await someone.read()).lineage, lineage, 'the lineage of a session without keys')
    },
  ),

  must(
    'clear-spares-records',
    '`clear` spares private and read-only keys, and the records.',
    async ({ begin, keys: { second, entry } }) => {
      const someone = await begin()
      const tab = await someone.tab()
      const theirs = tab.prepare({ set: entry(second, 1) })
      isState(await theirs.send())
      await someone.read()
      const { version } = isState(await someone.commit({ clear: true }))
      equals(isState(await theirs.send()).version, version, 'the version after the repetition of a commit from before `clear`')
      equals([someone.state.last, tab.state.last], [2, 1], '`last` of both clients')
    },
  ),

  must('commit-is-whole-or-not-at-all', 'stored as a whole or not at all', async ({ begin, keys: { first, second, third, entry } }) => {
    const someone = await begin({ ...entry(first, 1), ...entry(third, 1) })
    const { version, data, expiry } = someone.state
    const stale = { [first]: someone.state.tags === undefined ? null : 'an-older-tag' }
    const set = { ...entry(first, 2), ...entry(second, 2) }
    isProblem(await someone.commit({ set, delete: [third], expiry: 60, expect: stale }), 409, 'conflict')
    const after = isState(await someone.read())
    equals([after.version, after.data], [version, data], 'version and data after a refused commit')
    equals(after.expiry.age > expiry.age - 60, true, 'whether the expiry is as it was')
  }),
]

// Checks that a repeated or delayed commit is stored exactly once.
import { type ConformanceCheck, must, should } from '../check.ts'
import { describe, equals, hasStatus, holds, isAnswer, isProblem, isState, setsCookie, setsNoCookie } from '../expectations.ts'
import type { CheckKeys } from '../keys.ts'
import type { PreparedCommit, Visitor } from '../visitor.ts'

const noRecord = 'data, record and key travel in one cookie; a request that left before it arrived knows nothing of the commit'

/** Sends a commit until a response says what became of it. */
export async function sendUntilKnown(commit: PreparedCommit): ReturnType<PreparedCommit['send']> {
  let reply = await commit.send()
  for (let tries = 1; reply.status === 503 && tries < 50; tries += 1) reply = await commit.send()
  return reply
}

/** Lets other clients write until the records of older ones may be dropped. */
async function crowd(someone: Visitor, clients: number, { second, entry }: CheckKeys): Promise<void> {
  for (let count = 1; count <= clients; count += 1) isState(await (await someone.tab()).commit({ set: entry(second, count) }))
}

/** The second check of a commit, and the records that it goes by. */
export const exactlyOnceChecks: readonly ConformanceCheck[] = [
  must('repetition-stores-nothing', 'Nothing is stored.', async ({ begin, keys: { second, entry } }) => {
    const someone = await begin()
    const commit = someone.prepare({ set: entry(second, 1) })
    const { version } = isState(await commit.send())
    for (let copy = 0; copy < 2; copy += 1) equals(isState(await commit.send()).version, version, 'the version after a repetition')
    equals(isState(await someone.read()).version, version, 'the version that a read shows')
  }),

  must('repetition-undoes-nobody', '200 with the state of now', async ({ begin, keys: { second, entry, value } }) => {
    const someone = await begin()
    const commit = someone.prepare({ set: entry(second, 1) })
    isState(await commit.send())
    const theirs = isState(await (await someone.tab()).commit({ set: entry(second, 2) }))
    const { data, version, last } = isState(await commit.send())
    equals(
      [data[second], version, last],
      [value(second, 2), theirs.version, 2],
      'value, version and `last` in the response to a repetition after another write',
    )
    equals(isState(await someone.read()).data[second], value(second, 2), 'the value afterwards')
  }),

  must(
    'repetition-sets-the-cookie-again',
    'and the `Set-Cookie` of that commit if it had one',
    async ({ visitor, keys: { second, entry } }) => {
      const someone = await visitor()
      const commit = someone.prepare({ set: entry(second, 1) })
      const { lineage } = isState(await commit.send())
      const { key } = someone
      const again = await commit.send()
      equals(isState(again).lineage, lineage, 'the lineage in the response to a first commit that is repeated under its cookie')
      equals(setsCookie(again).value, key, 'the cookie that is set again')
    },
  ),

  must(
    'repetition-sets-no-other-cookie',
    'and the `Set-Cookie` of that commit if it had one',
    async ({ begin, keys: { second, entry } }) => {
      const someone = await begin()
      const commit = someone.prepare({ set: entry(second, 1) })
      isState(await commit.send())
      setsNoCookie(await commit.send())
    },
    { excuse: 'every write is in the cookie, so every answer to a write sets it' },
  ),

  must('number-below-is-key-reused', '422 `key-reused`', async ({ begin, keys: { second, entry, value } }) => {
    const someone = await begin()
    const [late, next] = [someone.prepare({ set: entry(second, 1) }), someone.prepare({ set: entry(second, 2) })]
    isState(await next.send())
    isProblem(await late.send(), 422, 'key-reused')
    equals(isState(await someone.read()).data[second], value(second, 2), 'the value afterwards')
  }),

  must(
    'other-body-is-key-reused',
    "The record's number is above *n*, or equal with another body: 422 `key-reused`.",
    async ({ begin, keys: { second, entry, value } }) => {
      const someone = await begin()
      const { lineage, version: base } = someone.state
      const bodyOf = (n: number): string => JSON.stringify({ lineage, base, after: 1, set: entry(second, n) })
      isState(await someone.send(bodyOf(1)))
      for (const other of [bodyOf(2), `${bodyOf(1)} `]) isProblem(await someone.send(other), 422, 'key-reused')
      equals(isState(await someone.read()).data[second], value(second, 1), 'the value afterwards')
    },
  ),

  must(
    'dropped-connection-stores-once',
    "The record's number is *n* and the body is the same, byte for byte: 200 with the state of now",
    async ({ begin, keys: { second, entry, value } }) => {
      for (const moment of [0, 2, 5, 20, 'head'] as const) {
        const someone = await begin()
        const commit = someone.prepare({ set: entry(second, 1) })
        await commit.drop(moment)
        const before = isState(await someone.read())
        if (moment === 'head') equals(before.last, 2, '`last` after an answer whose body was not waited for')
        const known = isState(await sendUntilKnown(commit))
        equals([known.data[second], known.last], [value(second, 1), 2], 'value and `last` after a broken connection and a repetition')
        if (before.last === 2) equals(known.version, before.version, 'the version after the repetition of a commit that was stored')
        isState(await (await someone.tab()).commit({ set: entry(second, 2) }))
        equals(isState(await commit.send()).data[second], value(second, 2), 'the value after one more repetition')
      }
    },
    { excuse: noRecord },
  ),

  must(
    'copies-at-once-store-once',
    "The record's number is *n* and the body is the same, byte for byte: 200 with the state of now",
    async ({ begin, keys: { second, entry } }) => {
      for (let round = 0; round < 3; round += 1) {
        const someone = await begin()
        const commit = someone.prepare({ set: entry(second, round) })
        const versions = (await Promise.all([1, 2, 3, 4].map(() => sendUntilKnown(commit)))).map((reply) => isState(reply).version)
        equals(new Set(versions).size, 1, 'the number of versions that four copies of one commit, sent at once, were answered')
        equals(isState(await someone.read()).version, versions[0], 'the version afterwards')
      }
    },
    { excuse: noRecord },
  ),

  must('records-of-64-clients-are-kept', 'MUST keep those of the 64 clients that wrote last', async ({ begin, keys }) => {
    const someone = await begin()
    const commit = someone.prepare({ set: keys.entry(keys.first, 2) })
    isState(await commit.send())
    await crowd(someone, 63, keys)
    const { version } = isState(await someone.read())
    equals(isState(await commit.send()).version, version, 'the version after a repetition when 63 other clients had written')
    equals(someone.state.last, 2, '`last` of a client when 63 others had written')
  }),

  should(
    'dropped-record-stores-nothing-twice',
    'It SHOULD remember from where on its memory is good, the *floor*',
    async ({ begin, keys }) => {
      const someone = await begin()
      const commit = someone.prepare({ set: keys.entry(keys.first, 2) })
      isState(await commit.send())
      await crowd(someone, 80, keys)
      const { version, last, forgotten = false } = isState(await someone.read())
      // A server may remember more clients than it must.
      holds(last === 2 || forgotten, `80 other clients later \`last\` is ${last}, and the state does not say forgotten`)
      const reply = await commit.send()
      if (reply.status !== 200) isProblem(reply, 409, 'forgotten')
      equals(isAnswer(await someone.read()).version, version, `the version after a repetition, answered ${describe(reply)},`)
    },
  ),

  should(
    'dropped-record-stops-nobody',
    'A `base` that is not older proves the contrary, and the commit goes on with any `after`',
    async ({ begin, keys }) => {
      const someone = await begin()
      await crowd(someone, 80, keys)
      await someone.read()
      const reply = await someone.commit({ after: 1, set: keys.entry(keys.first, 2) })
      hasStatus(reply, 200)
      equals(isState(await someone.read()).data[keys.first], keys.value(keys.first, 2), 'the value')
    },
  ),
]

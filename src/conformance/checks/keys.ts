// Checks how a session is created and what a commit with an unknown cookie or another lineage gets.
import { type ConformanceCheck, must } from '../check.ts'
import { equals, holds, isProblem, isState, setsCookie, setsNoCookie } from '../expectations.ts'

/** The first check of a commit, its key, and the third, its lineage. */
export const keyChecks: readonly ConformanceCheck[] = [
  must('first-commit-creates', 'create the session under a new key', async ({ visitor, keys }) => {
    const someone = await visitor()
    const set = keys.entry(keys.first, 1)
    const reply = await someone.commit({ set })
    const { lineage, data, last } = isState(reply)
    setsCookie(reply)
    holds(lineage !== null, 'the answer to a first commit has no lineage')
    equals([data, last], [set, 1], 'data and `last` of a new session')
    const { lineage: read, data: kept } = isState(await someone.read())
    equals([read, kept], [lineage, set], 'what a read under the new cookie shows')
  }),

  must('new-session-is-checked-as-empty', 'checks 4 and 5 apply to an empty one', async ({ visitor, keys }) => {
    const someone = await visitor()
    const set = keys.entry(keys.first, 1)
    const conflict = await someone.commit({ set, expect: { [keys.first]: 'a-tag' } })
    isProblem(conflict, 409, 'conflict')
    setsNoCookie(conflict)
    const ahead = await someone.commit({ set, after: 1 })
    isProblem(ahead, 409, 'out-of-step')
    setsNoCookie(ahead)
    equals(isState(await someone.read()).lineage, null, 'the lineage after refused first commits')
  }),

  must(
    'lineage-without-cookie-is-gone',
    '`lineage` is not null: 410 `gone`, with `unknownKey` if a cookie came.',
    async ({ visitor, keys }) => {
      const someone = await visitor()
      const reply = await someone.commit({ lineage: 'ended', set: keys.entry(keys.first, 1) })
      const { lineage, unknownKey } = isProblem(reply, 410, 'gone')
      equals([lineage, unknownKey ?? false], [null, false], 'lineage and `unknownKey` without a cookie')
      setsNoCookie(reply)
    },
  ),

  must(
    'lineage-under-unknown-key-is-gone',
    '`lineage` is not null: 410 `gone`, with `unknownKey` if a cookie came.',
    async ({ stranger, keys }) => {
      const someone = await stranger()
      const reply = await someone.commit({ lineage: 'ended', set: keys.entry(keys.first, 1) })
      const { lineage, unknownKey } = isProblem(reply, 410, 'gone')
      equals([lineage, unknownKey], [null, true], 'lineage and `unknownKey` under an unknown key')
      setsNoCookie(reply)
    },
  ),

  must('unknown-key-creates-nothing', '`lineage` is null and a cookie came: 409 `unknown-key`.', async ({ stranger, keys }) => {
    const someone = await stranger()
    const { key } = someone
    const reply = await someone.commit({ lineage: null, set: keys.entry(keys.first, 1) })
    isProblem(reply, 409, 'unknown-key')
    setsNoCookie(reply)
    equals(someone.key, key, 'the cookie afterwards')
    equals(isState(await someone.read()).lineage, null, 'the lineage afterwards')
  }),

  must('foreign-key-is-never-adopted', 'A key that came from outside is never adopted.', async ({ stranger, keys }) => {
    const someone = await stranger()
    const planted = someone.copy()
    const set = keys.entry(keys.first, 2)
    const reply = await someone.commit({ lineage: null, fresh: true, set })
    equals(isState(reply).data, set, 'the data after a commit with `fresh`')
    holds(setsCookie(reply).value !== planted.key, 'the new session has the key that the cookie brought')
    const { lineage, data } = isState(await planted.read())
    equals([lineage, data], [null, {}], 'what the planted key reads afterwards')
  }),

  must('short-key-is-never-adopted', 'A key that came from outside is never adopted.', async ({ stranger, keys }) => {
    const someone = await stranger('planted')
    const planted = someone.copy()
    isState(await someone.commit({ lineage: null, fresh: true, set: keys.entry(keys.first, 2) }))
    holds(someone.key !== 'planted', 'the new session has the key that the cookie brought')
    equals(isState(await planted.read()).lineage, null, 'the lineage under the planted key')
  }),

  must(
    'living-session-is-not-buried',
    '**Lineage.** It is another one: 410 `gone`, with the state of this session.',
    async ({ begin, keys }) => {
      const someone = await begin()
      for (const members of [{ lineage: null }, { lineage: null, fresh: true }]) {
        const tab = await someone.tab()
        const reply = await tab.commit({ ...members, set: keys.entry(keys.second, 1) })
        const { lineage, data } = isProblem(reply, 410, 'gone')
        equals([lineage, data], [someone.state.lineage, keys.entry(keys.first, 1)], 'the state in the 410')
        setsNoCookie(reply)
      }
    },
  ),

  must('other-lineage-is-gone', '**Lineage.** It is another one: 410 `gone`, with the state of this session.', async ({ begin, keys }) => {
    const kept = keys.entry(keys.first, 1)
    const [someone, other] = [await begin(kept), await begin(kept)]
    const reply = await someone.commit({ lineage: other.state.lineage, set: keys.entry(keys.second, 1) })
    const { lineage, data } = isProblem(reply, 410, 'gone')
    equals([lineage, data], [isState(await someone.read()).lineage, kept], 'the state in the 410')
    setsNoCookie(reply)
    for (const { read } of [someone, other]) equals(isState(await read()).data, kept, 'the data afterwards')
  }),
]

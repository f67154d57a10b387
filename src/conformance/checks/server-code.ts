// Checks what clients see of the server's own writes, log-ins and log-outs. Needs the control URL.
import { type ConformanceCheck, must } from '../check.ts'
import { noRevocation } from '../excuses.ts'
import { equals, holds, isProblem, isState, tagOf } from '../expectations.ts'

const derived = 'A session that other code of the server made has a lineage too.'
const logIn = 'A log-in MUST give the session a new key. It keeps the lineage of an anonymous visitor; another person gets a new lineage.'

/** What clients see of what the server's own code does. All of these need the control URL. */
export const serverCodeChecks: readonly ConformanceCheck[] = [
  must(
    'server-writes-are-seen',
    'the same for the same value whoever wrote it',
    async ({ begin, keys: { first, second, entry } }) => {
      const someone = await begin({ ...entry(first, 1), ...entry(second, 1) })
      const { version } = someone.state
      const expect = { [first]: tagOf(someone.state, first) }
      await someone.cause('write', { set: entry(first, 2), delete: [second] })
      isProblem(await someone.commit({ set: entry(first, 1), expect }), 409, 'conflict')
      const { version: now, data } = isState(await someone.read())
      equals(data, entry(first, 2), 'the data after a write of the server')
      holds(now !== version, 'the version after a write of the server is the one before')
      await someone.cause('write', { set: entry(first, 1) })
      equals(tagOf(isState(await someone.read()), first), expect[first], 'the tag of a value that the server wrote again')
    },
    { needs: ['write'] },
  ),

  must(
    'server-writes-change-the-version',
    'the version MUST be a hash over all that a state tells and the records of clients',
    async ({ begin, keys: { second, entry } }) => {
      const someone = await begin()
      const tab = await someone.tab()
      const seen = [someone.state.version]
      for (const set of [entry(second, 1), entry(second, 2), entry(second, 1)]) {
        await someone.cause('write', { set })
        seen.push(isState(await someone.read()).version)
        equals(isState(await tab.read()).version, seen.at(-1), 'the version that another tab reads')
      }
      holds(seen[1] !== seen[0] && seen[2] !== seen[1], 'a write of the server leaves the version')
    },
    { needs: ['write'] },
  ),

  must(
    'server-made-session-has-one-lineage',
    `${derived}`,
    async ({ visitor, keys: { first, second, entry } }) => {
      const someone = await visitor()
      await someone.cause('write', { set: entry(second, 1) })
      const { lineage, data } = isState(await someone.read())
      holds(lineage !== null, 'a session that the server made has no lineage')
      equals(data, entry(second, 1), 'its data')
      equals(isState(await someone.read()).lineage, lineage, 'the lineage that a second read shows')
      const old = someone.copy()
      equals(isState(await someone.commit({ set: entry(first, 1) })).lineage, lineage, 'the lineage after the first commit')
      equals(isState(await someone.commit({ cycleKey: true })).lineage, lineage, 'the lineage after `cycleKey`')
      holds(old.key !== someone.key, 'the key after `cycleKey` is the one before')
    },
    { needs: ['write'] },
  ),

  must(
    'derived-lineage-survives-a-new-key',
    'stored with the first commit or the next change of key',
    async ({ visitor, keys: { second, entry } }) => {
      const someone = await visitor()
      await someone.cause('write', { set: entry(second, 1) })
      const { lineage } = isState(await someone.read())
      const { key } = someone
      await someone.cause('rotate')
      holds(someone.key !== key, 'the key after a change of key is the one before')
      const { lineage: after, data } = isState(await someone.read())
      equals([after, data], [lineage, entry(second, 1)], 'lineage and data after a change of key')
    },
    { needs: ['write', 'rotate'] },
  ),

  must(
    'new-key-of-the-server-keeps-the-session',
    'Survives a new key (log-in), changes when the session ends.',
    async ({ begin, keys: { first, second, entry } }) => {
      const someone = await begin()
      const { lineage } = someone.state
      const late = someone.prepare({ set: entry(second, 1) })
      await someone.cause('rotate')
      const { lineage: after, data, last } = isState(await someone.read())
      equals([after, data, last], [lineage, entry(first, 1), 1], 'lineage, data and `last` after a new key')
      isState(await late.send())
    },
    { needs: ['rotate'] },
  ),

  must(
    'old-key-of-the-server-names-nothing',
    'and nothing else',
    async ({ begin, keys: { second, entry } }) => {
      const someone = await begin()
      const { lineage } = someone.state
      const old = someone.copy()
      await someone.cause('rotate')
      equals(isState(await old.read()).lineage, null, 'the lineage under the old key')
      isProblem(await old.commit({ lineage, set: entry(second, 1) }), 410, 'gone')
    },
    { needs: ['rotate'], excuse: noRevocation },
  ),

  must(
    'log-in-gives-a-new-key',
    logIn,
    async ({ begin, keys: { first, entry } }) => {
      const someone = await begin()
      const { key, state } = someone
      await someone.cause('log-in', { identity: 'ada' })
      holds(someone.key !== key, 'the key after a log-in is the one before')
      const after = isState(await someone.read())
      equals([after.lineage, after.data], [state.lineage, entry(first, 1)], 'lineage and data of an anonymous visitor after a log-in')
      if (state.identity !== undefined) holds(typeof after.identity === 'string', 'nobody is signed in after a log-in')
    },
    { needs: ['log-in'] },
  ),

  must(
    'key-before-a-log-in-names-nothing',
    logIn,
    async ({ begin }) => {
      const someone = await begin()
      const old = someone.copy()
      await someone.cause('log-in', { identity: 'ada' })
      const { lineage: planted, identity: whose = null } = isState(await old.read())
      equals([planted, whose], [null, null], 'lineage and identity under the key of before')
    },
    { needs: ['log-in'], excuse: noRevocation },
  ),

  must(
    'log-in-as-another-is-another-session',
    'another person gets a new lineage',
    async ({ begin, keys: { second, entry } }) => {
      const someone = await begin()
      await someone.cause('log-in', { identity: 'ada' })
      const ada = isState(await someone.read())
      const late = someone.prepare({ set: entry(second, 1) })
      await someone.cause('log-in', { identity: 'bob' })
      isProblem(await late.send(), 410, 'gone')
      const bob = isState(await someone.read())
      holds(bob.lineage !== null && bob.lineage !== ada.lineage, 'another person has the lineage of the one before')
      equals(bob.data, {}, 'the data of another person')
      if (ada.identity !== undefined) holds(bob.identity !== ada.identity, 'another person has the same identity')
    },
    { needs: ['log-in'] },
  ),

  must(
    'log-out-ends-the-session',
    'changes when the session ends',
    async ({ begin, keys: { second, entry } }) => {
      const someone = await begin()
      await someone.cause('log-in', { identity: 'ada' })
      const { lineage } = isState(await someone.read())
      const late = someone.prepare({ set: entry(second, 1) })
      await someone.cause('log-out')
      isProblem(await late.send(), 410, 'gone')
      const { lineage: after, data, identity = null } = isState(await someone.read())
      holds(after !== lineage, 'the lineage after a log-out is the one before')
      equals([data, identity], [{}, null], 'data and identity after a log-out')
    },
    { needs: ['log-in', 'log-out'] },
  ),

  must(
    'flushed-session-is-gone',
    '410 `gone`, with `unknownKey` if a cookie came',
    async ({ begin, keys: { second, entry } }) => {
      const someone = await begin()
      const late = someone.prepare({ set: entry(second, 1) })
      // Another device ends it: the cookie of this one stays.
      await someone.copy().cause('flush')
      const { lineage, data, unknownKey } = isProblem(await late.send(), 410, 'gone')
      equals([lineage, data, unknownKey], [null, {}, true], 'the state beside the 410')
      equals(isState(await someone.read()).unknownKey, true, '`unknownKey` of a read')
    },
    { needs: ['flush'], excuse: noRevocation },
  ),

  must(
    'expired-session-is-gone',
    'An expired or unknown key is an empty state',
    async ({ begin, keys: { second, entry } }) => {
      const someone = await begin()
      const { key } = someone
      const late = someone.prepare({ set: entry(second, 1) })
      await someone.cause('expire')
      equals(someone.key, key, 'the cookie of a session that is over')
      const { lineage, data, unknownKey } = isProblem(await late.send(), 410, 'gone')
      equals([lineage, data, unknownKey], [null, {}, true], 'the state beside the 410')
      isState(await someone.read())
      const { lineage: fresh } = isState(await someone.commit({ lineage: null, fresh: true, set: entry(second, 1) }))
      holds(fresh !== null, 'no new session comes after one that is over')
    },
    { needs: ['expire'] },
  ),
]

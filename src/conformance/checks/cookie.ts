// Checks the session cookie: its flags, its key, when it is set and how a key is rotated.
import { type ConformanceCheck, must, should } from '../check.ts'
import { noRevocation } from '../excuses.ts'
import { equals, hasStatus, holds, isProblem, isState, setsCookie, setsNoCookie, show } from '../expectations.ts'

const needed = '`Set-Cookie` MUST come only where the browser needs it'
const grace = 'After `cycleKey` the old key SHOULD answer for 60 seconds'
const carrier = 'the data are in the cookie, so every answer to a write sets it'

/** The cookie, and the key in it. */
export const cookieChecks: readonly ConformanceCheck[] = [
  should(
    'cookie-has-its-flags',
    'the cookie SHOULD be `HttpOnly; Secure; SameSite=Lax; Path=/`, named with `__Host-`',
    async ({ visitor, keys: { second, entry } }) => {
      const { name, httpOnly, secure, sameSite, path, domain } = setsCookie(await (await visitor()).commit({ set: entry(second, 1) }))
      const missing = [
        !httpOnly && 'HttpOnly',
        !secure && 'Secure',
        sameSite !== 'lax' && sameSite !== 'strict' && 'SameSite=Lax',
        path !== '/' && 'Path=/',
        domain !== undefined && 'no Domain',
        !name.startsWith('__Host-') && 'the prefix __Host-',
      ].filter((flag) => flag !== false)
      holds(missing.length === 0, `the cookie ${name} lacks ${missing.join(', ')}`)
    },
  ),

  must('keys-are-random', 'The key is 256 random bits.', async ({ begin }) => {
    const keys = await Promise.all([begin(), begin(), begin()])
    equals(new Set(keys.map(({ key }) => key)).size, 3, 'the number of keys that three sessions have')
    for (const { key = '' } of keys)
      holds(key.length >= 26, `a key of ${key.length} characters, as the cookie has it, cannot be guessed too hard`)
  }),

  must(
    'cookie-is-set-only-where-needed',
    needed,
    async ({ begin, keys: { second, entry } }) => {
      const someone = await begin()
      for (const members of [{ set: entry(second, 1) }, { delete: [second] }, {}, { clear: true }]) {
        const reply = await someone.commit(members)
        isState(reply)
        setsNoCookie(reply)
      }
    },
    { excuse: carrier },
  ),

  must('refusals-set-no-cookie', needed, async ({ begin }) => {
    const someone = await begin()
    const refusals = [
      await someone.commit({ expiry: 60, base: 'another', expect: 'base' }),
      await someone.commit({ cycleKey: true, after: 0 }),
      await someone.commit({ cycleKey: true, lineage: 'another' }),
      await someone.send('{'),
    ]
    for (const reply of refusals) {
      hasStatus(reply, 400, 409, 410)
      setsNoCookie(reply)
    }
  }),

  must(
    'same-expiry-sets-no-cookie',
    'a real change of the expiry',
    async ({ begin }) => {
      const someone = await begin()
      setsCookie(await someone.commit({ expiry: 3600 }))
      setsNoCookie(await someone.commit({ expiry: 3600 }))
      setsCookie(await someone.commit({ expiry: 0 }))
      setsNoCookie(await someone.commit({ expiry: 0 }))
    },
    { excuse: carrier },
  ),

  should('cookie-outlives-the-session', 'so the cookie SHOULD be given a longer life than the session', async ({ begin }) => {
    const someone = await begin()
    const reply = await someone.commit({ expiry: 3600 })
    const { maxAge, expires } = setsCookie(reply)
    const life = maxAge ?? (expires ? (expires.getTime() - Date.now()) / 1000 : Number.POSITIVE_INFINITY)
    holds(life > 3600, `the cookie of a session of 3600 s lives ${Math.round(life)} s`)
  }),

  must('new-key-keeps-the-session', '`cycleKey` | give the session a new key', async ({ begin, keys: { first, second, entry } }) => {
    const someone = await begin()
    const { key, state } = someone
    const reply = await someone.commit({ cycleKey: true, set: entry(second, 1) })
    const { lineage, data, last } = isState(reply)
    holds(setsCookie(reply).value !== key, 'the key after `cycleKey` is the one before')
    equals(
      [lineage, data, last],
      [state.lineage, { ...entry(first, 1), ...entry(second, 1) }, 2],
      'lineage, data and `last` after `cycleKey`',
    )
    equals(isState(await someone.read()).lineage, state.lineage, 'the lineage that the new key reads')
  }),

  must(
    'old-key-names-nothing',
    'and nothing else',
    async ({ begin, keys: { first, second, entry } }) => {
      const someone = await begin()
      const old = someone.copy()
      isState(await someone.commit({ cycleKey: true }))
      const other = old.prepare({ set: entry(second, 1) })
      const { lineage, unknownKey } = isState(await old.read())
      equals([lineage, unknownKey], [null, true], 'what the old key reads')
      const reply = await other.send()
      holds(reply.status === 410 || reply.status === 422, `another commit under the old key was answered ${reply.status}`)
      const tab = await old.tab()
      isProblem(await tab.commit({ lineage: someone.state.lineage, set: entry(second, 1) }), 410, 'gone')
      const end = await old.end(someone.state.lineage)
      hasStatus(end, 204)
      setsNoCookie(end)
      equals(isState(await someone.read()).data, entry(first, 1), 'the data under the new key')
    },
    { excuse: noRevocation },
  ),

  should(
    'old-key-answers-its-commit',
    grace,
    async ({ begin, keys: { first, second, entry } }) => {
      const someone = await begin()
      const old = someone.copy()
      const members = { cycleKey: true, set: entry(second, 1) }
      const { version } = isState(await someone.commit(members))
      // The same client, number and bytes, under the cookie from before: the response was lost.
      const again = await old.commit(members)
      equals(isState(again).version, version, 'the version in the answer to the commit that changed the key, repeated under the old one')
      setsCookie(again)
      const { lineage, data } = isState(await old.read())
      equals(
        [lineage, data],
        [someone.state.lineage, { ...entry(first, 1), ...entry(second, 1) }],
        'what the cookie reads that was set again',
      )
    },
    { excuse: noRevocation },
  ),

  must('end-takes-the-cookie-away', 'Data, key and cookie are gone: 204, and the cookie is taken away.', async ({ begin }) => {
    const someone = await begin()
    hasStatus(await someone.end(), 204)
    holds(someone.key === undefined, 'the cookie is there after the end')
    equals(isState(await someone.read()).data, {}, 'the data after the end')
  }),

  must(
    'ended-key-names-nothing',
    'Data, key and cookie are gone: 204, and the cookie is taken away.',
    async ({ begin, keys: { second, entry } }) => {
      const someone = await begin()
      const old = someone.copy()
      hasStatus(await someone.end(), 204)
      const { lineage, data, unknownKey } = isState(await old.read())
      equals([lineage, data, unknownKey], [null, {}, true], 'what a copy of the cookie reads')
      isProblem(await old.commit({ lineage: someone.state.lineage ?? 'ended', set: entry(second, 1) }), 410, 'gone')
    },
    { excuse: noRevocation },
  ),

  must('end-names-its-lineage', '(400 without it)', async ({ begin, keys: { first, entry } }) => {
    const someone = await begin()
    isProblem(await someone.end(null), 400, 'bad-request')
    equals(isState(await someone.read()).data, entry(first, 1), 'the data afterwards')
  }),

  must(
    'end-of-another-ends-nothing',
    'Where it names another one: 410 `gone` and nothing ends.',
    async ({ begin, keys: { first, entry } }) => {
      const someone = await begin()
      const reply = await someone.end('ended')
      equals(isProblem(reply, 410, 'gone').lineage, someone.state.lineage, 'the lineage in the 410')
      setsNoCookie(reply)
      equals(isState(await someone.read()).data, entry(first, 1), 'the data afterwards')
    },
  ),

  must('end-of-nothing-is-done', 'Where the cookie names no session: 204 too, and the cookie stays.', async ({ visitor, stranger }) => {
    for (const someone of [await visitor(), await stranger()]) {
      const reply = await someone.end('ended')
      hasStatus(reply, 204)
      setsNoCookie(reply)
      equals(reply.text, '', `the body of a 204 under the cookie ${show(someone.key !== undefined)}`)
    }
  }),
]

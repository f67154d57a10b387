// Checks GET: what a read returns, and that it changes nothing.
import { type ConformanceCheck, must, should } from '../check.ts'
import { describe, equals, hasStatus, holds, isProblem, isState, setsNoCookie, show } from '../expectations.ts'

/** What a read tells, and what it may not do. */
export const readingChecks: readonly ConformanceCheck[] = [
  must('read-creates-nothing', 'A read MUST NOT create a session', async ({ visitor }) => {
    const someone = await visitor()
    const reply = await someone.read()
    equals(isState(reply).lineage, null, 'the lineage that a new visitor reads')
    equals(isState(reply).data, {}, 'the data that a new visitor reads')
    holds(isState(reply).unknownKey !== true, 'a visitor without a cookie is told unknownKey')
    setsNoCookie(reply)
    holds(someone.key === undefined, 'the first read of a new visitor set a cookie')
  }),

  must('read-sets-no-cookie', "A read MUST NOT create a session, set the session's cookie", async ({ begin }) => {
    const someone = await begin()
    setsNoCookie(await someone.read())
    setsNoCookie(await someone.read({ 'If-None-Match': `"${someone.state.version}"` }))
  }),

  must('read-writes-nothing', 'extend the expiry or write anything', async ({ begin }) => {
    const someone = await begin()
    const { version } = someone.state
    for (const client of [someone, await someone.tab(), await someone.tab()]) {
      equals(isState(await client.read()).version, version, 'the version after reads')
    }
  }),

  must('read-extends-no-expiry', 'extend the expiry or write anything', async ({ begin, wait }) => {
    const someone = await begin()
    const before = isState(await someone.commit({ expiry: 3600 })).expiry.age
    // In small steps: a server that extends with each read never gets far from the beginning.
    for (let step = 0; step < 5; step += 1) {
      await wait(600)
      await someone.read()
    }
    const { age } = isState(await someone.read()).expiry
    holds(age <= before - 2, `three seconds and six reads after a commit the session lives ${age} s more; it was ${before} s at the commit`)
  }),

  must('read-is-never-older', 'It MUST NOT be older than an answer given before', async ({ begin, keys }) => {
    const someone = await begin()
    const tab = await someone.tab()
    for (let count = 0; count < 10; count += 1) {
      const set = keys.entry(keys.first, count)
      const stored = isState(await someone.commit({ set }))
      const { version, data } = isState(await tab.read())
      equals([version, data], [stored.version, set], 'what a read after a response shows')
    }
  }),

  must(
    'unknown-key-reads-empty',
    'An expired or unknown key is an empty state with `unknownKey`, and its cookie stays.',
    async ({ stranger }) => {
      const someone = await stranger()
      const { key } = someone
      const reply = await someone.read()
      const { lineage, data, unknownKey = false } = isState(reply)
      equals({ lineage, data, unknownKey }, { lineage: null, data: {}, unknownKey: true }, 'the state of an unknown key')
      setsNoCookie(reply)
      equals(someone.key, key, 'the cookie after the read')
    },
  ),

  must('unknown-key-has-another-version', 'that of an unknown key MUST be another', async ({ visitor, stranger }) => {
    const { version } = (await visitor()).state
    holds((await stranger()).state.version !== version, 'an unknown key and no key at all have the same version')
  }),

  must('no-session-has-one-version', 'The state without a session has a constant version', async ({ visitor }) => {
    equals((await visitor()).state.version, (await visitor()).state.version, 'the version of the second visitor without a session')
  }),

  must('malformed-cookie-is-unknown-key', 'A cookie that has not the form of a key is an unknown key.', async ({ stranger }) => {
    for (const value of ['x', '..', 'null', '%00', 'a'.repeat(3000)]) {
      const reply = await (await stranger(value)).read()
      const { lineage, unknownKey = false } = isState(reply)
      equals({ lineage, unknownKey }, { lineage: null, unknownKey: true }, `the state under the cookie ${show(value)}`)
      setsNoCookie(reply)
    }
  }),

  must('same-version-is-not-modified', 'A 304 tells nothing but that the version is the same.', async ({ begin, keys }) => {
    const someone = await begin()
    const { version } = someone.state
    const reply = await someone.read({ 'If-None-Match': `"${version}"` })
    hasStatus(reply, 304)
    equals(reply.text, '', 'the body of a 304')
    await (await someone.tab()).commit({ set: keys.entry(keys.first, 2) })
    hasStatus(await someone.read({ 'If-None-Match': `"${version}"` }), 200)
  }),

  should('head-is-get', 'a server SHOULD answer HEAD as GET', async ({ begin }) => {
    const someone = await begin()
    const reply = await someone.ask('HEAD')
    hasStatus(reply, 200)
    equals(reply.headers.get('Session-Version'), someone.state.version, 'Session-Version of HEAD')
  }),

  must('other-methods-are-refused', 'It answers these and nothing else (405 with `Allow`)', async ({ begin, keys }) => {
    const someone = await begin()
    for (const method of ['POST', 'PUT']) {
      const reply = await someone.ask(method)
      isProblem(reply, 405, 'method-not-allowed')
      const allow = reply.headers.get('Allow') ?? ''
      holds(/\bPATCH\b/.test(allow), `${method} was answered ${describe(reply)} with Allow: ${show(allow)}`)
    }
    equals(isState(await someone.read()).data, keys.entry(keys.first, 1), 'the data after other methods')
  }),
]

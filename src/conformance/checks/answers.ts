// Checks the header fields that every response and every problem document must have.
import type { ConformanceCheck } from '../check.ts'
import { must, should } from '../check.ts'
import { describe, equals, hasStatus, holds, isAnswer, isProblem, isState, show } from '../expectations.ts'
import type { Reply } from '../reply.ts'
import type { World } from '../world.ts'

/** Collects one response of each kind that needs no help of the server. */
export async function collect({ begin, stranger, keys: { second, entry } }: World): Promise<readonly Reply[]> {
  const someone = await begin()
  const unknown = await stranger()
  const repeated = someone.prepare({ set: entry(second, 1) })
  const success = [
    await repeated.send(),
    await repeated.send(),
    await someone.read(),
    await someone.read({ 'If-None-Match': `"${someone.state.version}"` }),
    await unknown.end('ended-already'),
  ]
  const problems = [
    await someone.commit({ clear: true, base: 'another' }),
    await someone.commit({ after: 0 }),
    await someone.commit({ lineage: 'another' }),
    await unknown.commit({ lineage: null }),
    await someone.end('another'),
    await someone.end(null),
    await someone.commit({ sett: {} }),
    await someone.send('{'),
    await someone.send('{}', { 'Content-Type': 'text/plain' }),
    await someone.commit({}, { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }),
    await someone.ask('POST'),
  ]
  return [...success, ...problems, await someone.commit({ set: entry(second, 2) })]
}

/** The fields by which no other page embeds a session and nobody guesses its type, with their directives. */
const protections: Readonly<Record<string, readonly string[]>> = {
  'X-Content-Type-Options': ['nosniff'],
  'Cross-Origin-Resource-Policy': ['same-origin'],
  'Content-Security-Policy': ["default-src 'none'", "frame-ancestors 'none'"],
  'Referrer-Policy': ['no-referrer'],
}

/** What every response, or every problem, carries. */
export const answerChecks: readonly ConformanceCheck[] = [
  must('no-answer-is-kept', 'Every response MUST have `Cache-Control:', async (world) => {
    for (const { label, headers, status } of await collect(world)) {
      const [kept, vary] = [headers.get('Cache-Control') ?? '', headers.get('Vary') ?? '']
      holds(/\bno-store\b/i.test(kept), `${label} was answered ${status} with Cache-Control: ${show(kept)}`)
      holds(/(^|,)\s*(cookie|\*)\s*(,|$)/i.test(vary), `${label} was answered ${status} with Vary: ${show(vary)}`)
    }
  }),

  should('no-page-embeds-a-session', 'It SHOULD have `X-Content-Type-Options: nosniff`', async (world) => {
    for (const { label, headers, status } of await collect(world)) {
      for (const [name, wanted] of Object.entries(protections)) {
        const value = headers.get(name) ?? ''
        const directives = value.split(';').map((one) => one.trim().replaceAll(/\s+/g, ' '))
        const missing = wanted.filter((directive) => !directives.includes(directive))
        holds(missing.length === 0, `${label} was answered ${status} with ${name}: ${show(value)}, which lacks ${missing.join('; ')}`)
      }
    }
  }),

  should('request-is-repeated', 'A server SHOULD repeat it on every response, 304 included, and name it in `Vary`', async (world) => {
    for (const { label, request, headers, status } of await collect(world)) {
      equals(headers.get('Session-Request'), request, `Session-Request of the ${status} to ${label}`)
      const vary = headers.get('Vary') ?? ''
      holds(/(^|,)\s*(session-request|\*)\s*(,|$)/i.test(vary), `${label} was answered ${status} with Vary: ${show(vary)}`)
    }
  }),

  must(
    'version-is-in-the-fields',
    'answer with a state MUST carry its version in `Session-Version`, and a 200 in `ETag` too, as a strong entity tag',
    async (world) => {
      for (const { label, headers, status, state } of await collect(world)) {
        if (state === undefined) continue
        equals(headers.get('Session-Version'), state.version, `Session-Version of ${label}, answered ${status},`)
        if (status === 200) equals(headers.get('ETag'), `"${state.version}"`, `ETag of ${label}`)
      }
    },
  ),

  must('problems-are-documents', '`type` ends in one of these names', async (world) => {
    const problems = (await collect(world)).filter(({ status }) => status >= 400)
    for (const reply of problems) {
      const type = reply.headers.get('Content-Type') ?? ''
      const { title, status } = (reply.json ?? {}) as { title?: unknown; status?: unknown }
      holds(/^application\/problem\+json\b/.test(type), `${reply.label} was answered ${describe(reply)} as ${show(type)}`)
      holds(reply.problem !== undefined, `${reply.label} was answered ${reply.status} without a problem's type`)
      holds(typeof title === 'string' && title !== '', `${reply.label} was answered ${describe(reply)} without a title`)
      equals(status, reply.status, `the member status of ${describe(reply)}`)
    }
  }),

  must(
    'conflicts-bring-the-state',
    'of every 409 and 410 beside the members of the problem',
    async ({ begin, stranger, keys: { first, entry } }) => {
      const someone = await begin()
      const { lineage, version } = someone.state
      const replies = [
        [await someone.commit({ clear: true, base: 'another' }), 409],
        [await someone.commit({ after: 0 }), 409],
        [await someone.commit({ lineage: 'another' }), 410],
        [await someone.end('another'), 410],
      ] as const
      for (const [reply, status] of replies) {
        hasStatus(reply, status)
        const { state } = reply
        equals([state?.lineage, state?.version, state?.data], [lineage, version, entry(first, 1)], `the state in ${describe(reply)}`)
        if (reply.label.startsWith('PATCH')) equals(state?.last, 1, `\`last\` in ${describe(reply)}`)
      }
      const unknown = await stranger()
      for (const reply of [await unknown.commit({ lineage: null }), await unknown.commit({ lineage: 'ended' })]) {
        hasStatus(reply, 409, 410)
        equals([reply.state?.lineage, reply.state?.unknownKey], [null, true], `the state in ${describe(reply)} under an unknown key`)
      }
    },
  ),

  must(
    'minimal-only-on-the-base',
    'if the state before was exactly `base` and nothing but the commit changed it',
    async ({ begin, keys: { first, second, third, entry } }) => {
      const someone = await begin()
      const tab = await someone.tab()
      isState(await tab.commit({ set: entry(second, 1) }))
      const { data } = isState(await someone.commit({ set: entry(third, 1) }, { Prefer: 'return=minimal' }))
      equals(data, { ...entry(first, 1), ...entry(second, 1), ...entry(third, 1) }, 'the data in the response to a commit on an older base')
    },
  ),

  must(
    'minimal-says-the-tags-of-set',
    'with `tags` for the keys of `set` alone and `Preference-Applied: return=minimal`',
    async ({ begin, keys: { first, second, entry } }) => {
      const someone = await begin()
      const reply = await someone.commit({ set: entry(second, 1) }, { Prefer: 'return=minimal' })
      const { lineage, last, data, tags } = isAnswer(reply)
      equals([lineage, last], [someone.state.lineage, 2], 'lineage and `last` of the answer')
      if (data !== undefined) return equals(data, { ...entry(first, 1), ...entry(second, 1) }, 'the data of the response')
      equals(reply.headers.get('Preference-Applied'), 'return=minimal', 'Preference-Applied of an answer without data')
      equals(tags && Object.keys(tags), tags && [second], 'the keys of the tags')
    },
  ),

  must('repetition-is-never-minimal', 'It MUST NOT for a repetition', async ({ begin, keys: { first, second, entry } }) => {
    const someone = await begin()
    const commit = someone.prepare({ set: entry(second, 1) }, { Prefer: 'return=minimal' })
    isAnswer(await commit.send())
    equals(isState(await commit.send()).data, { ...entry(first, 1), ...entry(second, 1) }, 'the data in the response to a repetition')
  }),

  should(
    'too-large-is-413',
    'A server SHOULD stop reading a body at its limit (413).',
    async ({ begin, keys: { first, second, entry } }) => {
      const someone = await begin()
      const reply = await someone.commit({ set: { [second]: 'x'.repeat(8_000_000) } })
      isProblem(reply, 413, 'too-large')
      const { limit } = reply.json as { limit?: unknown }
      holds(Number.isSafeInteger(limit), `the problem too-large says the limit ${show(limit)}`)
      equals(isState(await someone.read()).data, entry(first, 1), 'the data after a 413')
    },
  ),

  must(
    'store-out-of-reach-is-503',
    'A store that cannot be reached is 503, never an empty state.',
    async ({ begin, keys: { first, second, entry } }) => {
      const someone = await begin()
      for (const ask of [() => someone.read(), () => someone.commit({ set: entry(second, 1) }), () => someone.end()]) {
        await someone.cause('break')
        const reply = await ask()
        isProblem(reply, 503, 'unavailable')
        holds(reply.cookies.length === 0, `${reply.label} was answered 503 with a Set-Cookie`)
      }
      equals(isState(await someone.read()).data, entry(first, 1), 'the data afterwards')
    },
    { needs: ['break'] },
  ),

  must(
    'inner-errors-are-not-told',
    'A server MUST NOT tell of an inner error in a body.',
    async ({ begin }) => {
      const someone = await begin()
      await someone.cause('break')
      const { text } = await someone.read()
      const trace = /Traceback|File ".*", line \d+|\bat .+:\d+:\d+|\w+(Error|Exception)\b/.exec(text)?.[0]
      holds(trace === undefined, `the body of a read that failed inside has ${show(trace)}`)
    },
    { needs: ['break'] },
  ),
]

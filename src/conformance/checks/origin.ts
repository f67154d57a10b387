// Checks CSRF protection and CORS: who may write, and who may read the responses.
import { type ConformanceCheck, must } from '../check.ts'
import type { Fields } from '../exchange.ts'
import { equals, hasStatus, holds, isProblem, isState, show } from '../expectations.ts'
import { NotRun } from '../failure.ts'
import type { World } from '../world.ts'

const evil = 'https://evil.example'
const token = 'A server MAY want a token beside it (a header, as the app'
const allowed = 'For other origins that are allowed: `Access-Control-Allow-Origin` with that origin'

/** A check that a commit and an end with some fields are refused, and that nothing is stored. */
function refused(name: string, fieldSets: readonly Fields[]): ConformanceCheck {
  return must(name, 'A PATCH or DELETE MUST come from a page of the same origin', async ({ begin, keys }) => {
    const someone = await begin()
    for (const fields of fieldSets) {
      isProblem(await someone.commit({ set: keys.entry(keys.second, 1) }, fields), 403, 'csrf')
      isProblem(await someone.end(someone.state.lineage, fields), 403, 'csrf')
    }
    const { data, last } = isState(await someone.read())
    equals([data, last], [keys.entry(keys.first, 1), 1], 'data and `last` afterwards')
  })
}

/** Whether the server wants a token, by whether it gives one. */
async function withToken({ begin, settings }: World): Promise<{ someone: Awaited<ReturnType<World['begin']>>; header: string }> {
  const someone = await begin()
  if (someone.jar.get(settings.csrfCookie) === undefined && someone.state.csrf === undefined)
    throw new NotRun('the server gives no CSRF token')
  return { someone, header: settings.csrfHeader }
}

function allowedOf({ settings }: World): string {
  if (settings.allowedOrigin === undefined) throw new NotRun('no other origin that is allowed was named')
  return settings.allowedOrigin
}

/** Who may write, and who may read the responses. */
export const originChecks: readonly ConformanceCheck[] = [
  refused('other-origin-is-refused', [
    { Origin: evil },
    { Origin: 'null' },
    { Origin: evil, 'Sec-Fetch-Site': 'cross-site' },
    { Origin: null, 'Sec-Fetch-Site': 'cross-site' },
    { Origin: null, 'Sec-Fetch-Site': 'same-site' },
  ]),
  refused('no-origin-is-refused', [{ Origin: null }]),

  must('sec-fetch-site-is-enough', '`Sec-Fetch-Site` decides if it is present', async ({ begin, keys: { second, entry } }) => {
    const someone = await begin()
    isState(await someone.commit({ set: entry(second, 1) }, { Origin: null, 'Sec-Fetch-Site': 'same-origin' }))
  }),

  must('reading-wants-no-origin', '403 (not for GET)', async ({ begin }) => {
    const someone = await begin()
    for (const fields of [{ Origin: evil, 'Sec-Fetch-Site': 'cross-site' }, { Origin: null }]) hasStatus(await someone.read(fields), 200)
  }),

  must('wanted-token-is-checked', token, async (world) => {
    const { first, second, entry } = world.keys
    const { someone, header } = await withToken(world)
    for (const value of [null, 'x'.repeat(64)]) {
      isProblem(await someone.commit({ set: entry(second, 1) }, { [header]: value }), 403, 'csrf')
      isProblem(await someone.end(someone.state.lineage, { [header]: value }), 403, 'csrf')
    }
    equals(isState(await someone.read()).data, entry(first, 1), 'the data afterwards')
  }),

  must('token-is-read-again', 'the client then reads without a condition and tries once more', async (world) => {
    const { second, entry } = world.keys
    const { someone, header } = await withToken(world)
    isProblem(await someone.commit({ set: entry(second, 1) }, { [header]: null }), 403, 'csrf')
    await someone.read()
    isState(await someone.commit({ set: entry(second, 1) }))
  }),

  must('other-origin-reads-nothing', allowed, async ({ begin }) => {
    const reply = await (await begin()).read({ Origin: evil })
    const field = reply.headers.get('Access-Control-Allow-Origin')
    holds(field !== evil && field !== '*', `a page of ${evil} is told Access-Control-Allow-Origin: ${show(field)}`)
  }),

  must('options-are-answered', '`OPTIONS` | preflight of CORS | 204', async ({ visitor }) => {
    hasStatus(await (await visitor()).ask('OPTIONS'), 204)
  }),

  must('allowed-origin-is-told', allowed, async (world) => {
    const { second, entry } = world.keys
    const origin = allowedOf(world)
    const someone = await world.begin()
    for (const reply of [await someone.read({ Origin: origin }), await someone.commit({ set: entry(second, 1) }, { Origin: origin })]) {
      hasStatus(reply, 200)
      const field = (name: string): string => reply.headers.get(name) ?? ''
      equals(field('Access-Control-Allow-Origin'), origin, 'Access-Control-Allow-Origin')
      equals(field('Access-Control-Allow-Credentials'), 'true', 'Access-Control-Allow-Credentials')
      const exposed = field('Access-Control-Expose-Headers')
        .toLowerCase()
        .split(/\s*,\s*/)
      for (const name of ['etag', 'retry-after', 'session-version', 'session-request'])
        holds(exposed.includes(name), `${name} is not exposed: ${show(exposed)}`)
      holds(/(^|,)\s*origin\s*(,|$)/i.test(field('Vary')), `Vary is ${show(field('Vary'))} where CORS is spoken`)
    }
  }),

  must('preflight-may-be-kept', 'and a preflight with `Access-Control-Max-Age`', async (world) => {
    const origin = allowedOf(world)
    const wanted = ['content-type', 'idempotency-key', 'prefer', 'session-client', 'session-lineage', 'session-request']
    const reply = await (await world.visitor()).ask('OPTIONS', {
      Origin: origin,
      'Access-Control-Request-Method': 'PATCH',
      'Access-Control-Request-Headers': wanted.join(','),
    })
    hasStatus(reply, 204)
    const field = (name: string): string => (reply.headers.get(name) ?? '').toLowerCase()
    equals(field('Access-Control-Allow-Origin'), origin, 'Access-Control-Allow-Origin of the preflight')
    equals(field('Access-Control-Allow-Credentials'), 'true', 'Access-Control-Allow-Credentials of the preflight')
    for (const method of ['patch', 'delete'])
      holds(field('Access-Control-Allow-Methods').includes(method), `the preflight does not allow ${method}`)
    for (const name of wanted)
      holds(field('Access-Control-Allow-Headers').includes(name), `the preflight does not allow the header ${name}`)
    holds(Number(field('Access-Control-Max-Age')) > 0, `Access-Control-Max-Age is ${show(field('Access-Control-Max-Age'))}`)
  }),
]

// Sends requests that nearly are of the protocol to the handler. FUZZ_RUNS and FUZZ_SEED draw more, or others.
import process from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createMemoryStore, createSessionHandler, type SessionStore } from 'sojourn/server'
import { expect, test } from 'vitest'
import { parseJson } from '../../src/protocol/json.ts'
import { commonHeaders } from '../../src/server/common-headers.ts'
import { createDraw } from './random.ts'
import { type Drawn, drawRequest, host, type Known, listed } from './requests.ts'

const runs = Number(process.env.FUZZ_RUNS ?? 20_000)
const seed = Number(process.env.FUZZ_SEED ?? 1)
const secret = 'PRIVATE-VALUE'

/** The bytes on the heap after a full collection. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  return process.memoryUsage().heapUsed
}

function createStage() {
  let nowMs = 1_700_000_000_000
  let writes = 0
  const inner = createMemoryStore({ now: () => nowMs })
  const counted: SessionStore = {
    ...inner,
    write: async (write) => {
      const isWritten = await inner.write(write)
      if (isWritten) writes += 1
      return isWritten
    },
    remove: async (id, revision) => {
      const isRemoved = await inner.remove(id, revision)
      if (isRemoved) writes += 1
      return isRemoved
    },
  }
  const errors: unknown[] = []
  const handler = createSessionHandler({
    store: counted,
    keys: ['theme', 'cart', 'draft', 'plan'],
    readOnly: ['plan'],
    cookie: { name: 'sid', secure: false },
    origins: [listed],
    maxAgeMs: 400_000,
    maxSessionBytes: 4_096,
    now: () => nowMs,
    onError: (error) => errors.push(error),
  })
  return { handler, errors, writes: () => writes, pass: () => (nowMs += 1_000) }
}

type Stage = ReturnType<typeof createStage>

/** A request of the Fetch standard; undefined if it has no words for what was drawn. */
function toRequest({ method, path, headers, body }: Drawn): Request | undefined {
  try {
    const hasBody = body !== undefined && method !== 'GET' && method !== 'HEAD'
    return new Request(`https://${host}${path}`, { method, headers, ...(hasBody && { body }) })
  } catch {
    return undefined
  }
}

/** What is wrong with a response; empty if nothing is. */
async function faultsOf(request: Request, response: Response, written: number): Promise<string[]> {
  const { status, headers } = response
  const text = await response.clone().text()
  const faults: string[] = []
  const must = (holds: boolean, fault: string): void => void (holds || faults.push(fault))
  must(status < 500, `status ${status}: ${text.slice(0, 200)}`)
  must(!text.includes(secret), 'a private value is in the response')
  must(status < 400 || written === 0, `${status}, and ${written} writes`)
  for (const [name, value] of Object.entries(commonHeaders)) must(headers.get(name) === value, `${name}: ${headers.get(name)}`)
  if (status >= 400 && request.method !== 'HEAD') {
    must(headers.get('Content-Type') === 'application/problem+json', `a ${status} of ${headers.get('Content-Type')}`)
    const problem = (parseJson(text) ?? {}) as { readonly type?: string; readonly status?: number }
    must(
      problem.status === status && Boolean(problem.type?.startsWith('urn:sojourn:problem:')),
      `no problem document: ${text.slice(0, 200)}`,
    )
  }
  return faults
}

/** Notes what a response tells of a session, so that later requests can name it. Server code gives some of them private keys. */
async function learn(stage: Stage, sessions: Known[], response: Response, drawn: Drawn): Promise<void> {
  if (drawn.method !== 'PATCH' || response.status !== 200) return
  const state = (await response.json()) as { readonly lineage: string; readonly version: string; readonly last: number }
  const cookie = response.headers.get('Set-Cookie')?.split(';')[0] ?? drawn.headers.Cookie
  const client = /^"([\w-]+)\//.exec(drawn.headers['Idempotency-Key'] ?? '')?.[1]
  if (!cookie || !client || state.lineage === null) return
  const at = sessions.findIndex(({ lineage }) => lineage === state.lineage)
  const known: Known = { cookie, client, lineage: state.lineage, version: state.version, n: state.last }
  if (at >= 0) sessions[at] = known
  else sessions[sessions.length % 50] = known
  if (at < 0 && sessions.length % 3 === 0) {
    const session = await stage.handler.open(new Request(`https://${host}/`, { headers: { Cookie: cookie } }))
    await session.transaction((tx) => {
      tx.private.set('hidden', secret)
      tx.private.set('_secret', secret)
      tx.set('plan', 'free')
    })
  }
}

/** What a run of the fuzz came to. */
interface Found {
  readonly faults: string[]
  readonly statuses: ReadonlyMap<number, number>
  readonly errors: readonly unknown[]
  readonly heapGrowth: number
}

type Serve = (request: Request, stage: Stage) => Promise<Response>

/** Sends drawn requests until one response is wrong. */
async function fuzz(count: number, serve: Serve = (request, { handler }) => handler(request)): Promise<Found> {
  const draw = createDraw(seed)
  const stage = createStage()
  const sessions: Known[] = []
  const faults: string[] = []
  const statuses = new Map<number, number>()
  let heapBefore = 0
  for (let run = 0; run < count && faults.length === 0; run += 1) {
    if (run === Math.floor(count / 4)) heapBefore = heapBytes()
    stage.pass()
    const drawn = drawRequest(draw, sessions.filter(Boolean))
    const request = toRequest(drawn)
    if (!request) continue
    const before = stage.writes()
    const response = await serve(request, stage)
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
    const found = await faultsOf(request, response, stage.writes() - before)
    faults.push(...found.map((fault) => `run ${run}: ${fault} ${JSON.stringify(drawn).slice(0, 1_000)}`))
    await learn(stage, sessions, response, drawn)
  }
  return { faults, statuses, errors: stage.errors, heapGrowth: heapBytes() - heapBefore }
}

test(`${runs} requests that nearly are of the protocol: no 5xx, nothing stored on a refusal, a problem document each time`, {
  timeout: 3_600_000,
}, async () => {
  const { faults, statuses, errors, heapGrowth } = await fuzz(runs)
  expect(faults).toEqual([])
  expect(errors).toEqual([])
  expect(Object.keys(Object.prototype)).toEqual([])
  expect(heapGrowth).toBeLessThan(8_000_000)
  // The draws reach every part of the protocol, and store something.
  for (const status of [200, 204, 304, 400, 403, 405, 409, 410, 413, 415, 422])
    expect([status, statuses.get(status) ?? 0]).toEqual([status, expect.toSatisfy((count) => count > 0)])
  expect(statuses.get(200)).toBeGreaterThan(runs / 20)
})

test.each<[string, Serve, RegExp]>([
  [
    'a private value in a read',
    async (request, { handler }) => {
      const response = await handler(request)
      if (request.method !== 'GET' || response.status !== 200) return response
      const hidden = (await handler.open(request)).private.get('hidden') ?? null
      return new Response(JSON.stringify({ ...(await response.json()), hidden }), response)
    },
    /a private value is in the response/,
  ],
  [
    'a write beside a conflict',
    async (request, { handler }) => {
      const response = await handler(request.clone())
      if (response.status === 409) await (await handler.open(request)).set('theme', 'neon')
      return response
    },
    /409, and [1-9]\d* writes/,
  ],
  [
    'a 500 for a lone surrogate',
    async (request, { handler }) =>
      (await request.clone().text()).includes('\\ud800') ? new Response(null, { status: 500 }) : handler(request),
    /status 500/,
  ],
  [
    'a refusal without a problem document',
    async (request, { handler }) => {
      const response = await handler(request)
      return response.status === 422 ? new Response('Unprocessable', { status: 422, headers: response.headers }) : response
    },
    /no problem document|JSON/,
  ],
  [
    'a response that a cache may keep',
    async (request, { handler }) => {
      const response = await handler(request)
      if (response.status === 304) response.headers.delete('Cache-Control')
      return response
    },
    /Cache-Control: null/,
  ],
])('the fuzz finds a planted fault: %s', async (_, serve, fault) => {
  const { faults } = await fuzz(5_000, serve)
  expect(faults.join('\n')).toMatch(fault)
})

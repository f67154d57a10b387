// A visitor of the server suite: writes to its session repeatedly and checks what was stored.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type Agent, type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** Somebody with a session, who writes it again and again. */
export interface Visitor {
  /** Writes one key and waits for the response, whose bytes it gives. */
  commit(): Promise<number>
  /** Fails where the last commit is not what is stored. */
  check(): Promise<void>
}

/** Where a visitor goes, and with how many keys in the session. */
export interface Visit {
  readonly origin: string
  readonly agent: Agent
  readonly keys: number
}

interface Exchange {
  readonly method: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** What a key holds: some 40 bytes, another with each commit. */
const toValue = (commit: number): string => `${commit}`.padStart(40, '.')

/** Sends over the agent's connections; keeps the cookie. */
function createExchange({ origin, agent }: Visit) {
  let cookie: string | undefined
  return async ({ method, headers = {}, body }: Exchange): Promise<{ response: IncomingMessage; bytes: Buffer }> => {
    const sent = request(origin, { method, agent, headers: { Origin: origin, ...headers, ...(cookie && { Cookie: cookie }) } })
    sent.end(body && JSON.stringify(body))
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    const bytes = await buffer(response)
    assert.equal(response.statusCode, 200, `${bytes}`)
    cookie = response.headers['set-cookie']?.[0]?.split(';')[0] ?? cookie
    return { response, bytes }
  }
}

const toData = (keys: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: keys }, (_, at) => [`key-${at}`, toValue(0)]))

/** Reads the session, whose data has to hold the value of a commit. */
async function checkStored(exchange: ReturnType<typeof createExchange>, commit: number): Promise<void> {
  const { bytes } = await exchange({ method: 'GET' })
  assert.equal(JSON.parse(`${bytes}`).data['key-0'], toValue(commit), 'what is stored')
}

/** A visitor of Sojourn's handler, who knows the version as its client does. */
export async function visitSojourn(visit: Visit, prefer = 'return=minimal'): Promise<Visitor> {
  const exchange = createExchange(visit)
  const client = randomBytes(16).toString('base64url')
  let lineage: string | null = null
  let base = 'v0'
  let n = 0

  async function commit(set: Readonly<Record<string, string>>): Promise<Buffer> {
    const body = { lineage, base, after: n, set }
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': `"${client}/${++n}"`, ...(prefer && { Prefer: prefer }) }
    const { response, bytes } = await exchange({ method: 'PATCH', headers, body })
    base = response.headers['session-version'] as string
    return bytes
  }

  ;({ lineage } = JSON.parse(`${await commit(toData(visit.keys))}`))
  return {
    commit: async () => (await commit({ 'key-0': toValue(n + 1) })).length,
    check: () => checkStored(exchange, n),
  }
}

/** A visitor of an app with express-session. */
export async function visitExpress(visit: Visit): Promise<Visitor> {
  const exchange = createExchange(visit)
  let n = 0
  const commit = async (body: unknown): Promise<number> => (await exchange({ method: 'PUT', body })).bytes.length
  await commit(toData(visit.keys))
  return {
    commit: () => commit({ 'key-0': toValue(++n) }),
    check: () => checkStored(exchange, n),
  }
}

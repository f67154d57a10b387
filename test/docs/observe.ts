// Gives a client one response and puts into the words of docs/errors.md what it does.
import type { MockSessionServer } from 'sojourn/msw'
import { advance, createServer, flush, follow, open } from '../client/harness.ts'
import { type GivenResponse, toBody } from './responses.ts'

/** A request as it left. */
interface Sent {
  readonly method: string
  readonly key: string | null
  readonly body: string
}

const initial = { theme: 'light', count: 1 } as const

/** What the server of the canned responses has of the session: another value, to see whether the client applies it. */
async function toState(mock: Pick<MockSessionServer, 'fetch' | 'url'>): Promise<object> {
  const state = (await (await mock.fetch(mock.url)).json()) as { data: object; version: string }
  return { ...state, version: `${state.version}x`, data: { ...state.data, theme: 'dark' }, tags: undefined }
}

/** The response repeats `Session-Request` as the server does. */
function toResponse(response: GivenResponse, state: object, request: Request): Response {
  if (response.status === undefined) throw new TypeError('Failed to fetch')
  const isBodiless = response.status === 204 || response.status === 304
  return new Response(isBodiless ? null : toBody(response, state), {
    status: response.status,
    headers: { 'Session-Request': request.headers.get('Session-Request') ?? '', ...response.headers },
  })
}

/** A client whose requests of a method get the responses, one each; everything else reaches the server. */
async function begin(method: string, ...responses: GivenResponse[]) {
  const mock = createServer({ initial })
  const state = await toState(mock)
  const sent: Sent[] = []
  let isArmed = false
  const session = open(mock, {
    async fetch(input, init) {
      const request = new Request(input, init)
      if (!isArmed) return mock.fetch(request)
      sent.push({ method: request.method, key: request.headers.get('Idempotency-Key'), body: await request.clone().text() })
      const response = request.method === method ? responses.shift() : undefined
      return response ? toResponse(response, state, request) : mock.fetch(request)
    },
  })
  await session.get('count')
  await flush()
  isArmed = true
  return { mock, session, sent }
}

const clientOf = (key: string | null | undefined): string | undefined => key?.split('/')[0]

/** Returns what a client does after a response to its commit, in the words of the page. `isGone` ends the session in the meantime. */
export async function observeCommit(response: GivenResponse, isGone = false): Promise<string> {
  const { mock, session, sent } = await begin('PATCH', response)
  const written = follow(() => session.update('count', (count) => count + 1))
  if (isGone) await mock.flush()
  await advance(60_000)
  const [first, second] = sent.filter(({ method }) => method === 'PATCH')
  const refetches = sent[1]?.method === 'GET' ? 'refetches, ' : ''
  const { code } = (written.error ?? {}) as { code?: string }
  if (session.getSnapshot().status === 'needs-auth' && session.pending.length === 1 && sent.length === 1) return 'pauses'
  if (code === 'rejected') return 'rejects'
  if (code === 'ended') return `${refetches}ends`
  if (written.status !== 'resolved') return `is ${written.status}`
  if (!second) return session.pending.length === 0 ? 'takes' : 'stops'
  if (second.key === first?.key) return second.body === first?.body ? `${refetches}again` : `${refetches}again with another body`
  return clientOf(second.key) === clientOf(first?.key) ? `${refetches}rebases` : `${refetches}rebases as another client`
}

/** The code of the error of a commit that gets no response first, and this one then; undefined if it is stored. */
export async function observeRepetition(response: GivenResponse): Promise<unknown> {
  const { session } = await begin('PATCH', { hasState: false }, response)
  const written = follow(() => session.update('count', (count) => count + 1))
  await advance(60_000)
  return written.status === 'pending' ? 'pending' : (written.error as { code?: string } | undefined)?.code
}

/** The same for a read. */
export async function observeRead(response: GivenResponse): Promise<string> {
  const { session, sent } = await begin('GET', response)
  const asked = follow(() => session.revalidate())
  await flush()
  const theme = session.peek('theme')
  await advance(60_000)
  if (session.getSnapshot().status === 'needs-auth' && asked.status === 'rejected' && sent.length === 1) return 'pauses'
  if (asked.status !== 'resolved') return `is ${asked.status}`
  if (sent.length > 1) return theme === 'light' ? 'again' : 'takes, again'
  return theme === 'dark' ? 'takes' : 'keeps'
}

/** The same for an end. */
export async function observeEnd(response: GivenResponse): Promise<string> {
  const { session, sent } = await begin('DELETE', response)
  const ended = follow(() => session.end())
  await advance(60_000)
  if (session.getSnapshot().status === 'needs-auth' && ended.status === 'pending' && sent.length === 1) return 'pauses'
  if (ended.status !== 'resolved') return `is ${ended.status}`
  return sent[1]?.method === 'GET' ? 'refetches' : 'again'
}

// Gives a client one response and puts into the words of docs/errors.md what it does.
import type { MockSessionServer } from 'sojourn/msw'
import { advance, createServer, flush, follow, open } from '../client/harness.ts'
import { type Answer, toBody } from './answers.ts'

/** A request as it left. */
interface Sent {
  readonly method: string
  readonly key: string | null
  readonly body: string
}

const initial = { theme: 'light', count: 1 } as const

/** What the server of the canned answers tells of the session: another value, so that one sees whether it is taken. */
async function toState(mock: Pick<MockSessionServer, 'fetch' | 'url'>): Promise<object> {
  const state = (await (await mock.fetch(mock.url)).json()) as { data: object; version: string }
  return { ...state, version: `${state.version}x`, data: { ...state.data, theme: 'dark' }, tags: undefined }
}

/** The response repeats `Session-Request` as the server does. */
function toResponse(answer: Answer, state: object, request: Request): Response {
  if (answer.status === undefined) throw new TypeError('Failed to fetch')
  const isBodiless = answer.status === 204 || answer.status === 304
  return new Response(isBodiless ? null : toBody(answer, state), {
    status: answer.status,
    headers: { 'Session-Request': request.headers.get('Session-Request') ?? '', ...answer.headers },
  })
}

/** A client whose requests of a method get the answers, one each; everything else gets to the server. */
async function begin(method: string, ...answers: Answer[]) {
  const mock = createServer({ initial })
  const state = await toState(mock)
  const sent: Sent[] = []
  let isArmed = false
  const session = open(mock, {
    async fetch(input, init) {
      const request = new Request(input, init)
      if (!isArmed) return mock.fetch(request)
      sent.push({ method: request.method, key: request.headers.get('Idempotency-Key'), body: await request.clone().text() })
      const answer = request.method === method ? answers.shift() : undefined
      return answer ? toResponse(answer, state, request) : mock.fetch(request)
    },
  })
  await session.get('count')
  await flush()
  isArmed = true
  return { mock, session, sent }
}

const clientOf = (key: string | null | undefined): string | undefined => key?.split('/')[0]

/** Says in the words of the page what a client does after a commit got the answer. `isGone`: the session ends meanwhile. */
export async function observeCommit(answer: Answer, isGone = false): Promise<string> {
  const { mock, session, sent } = await begin('PATCH', answer)
  const written = follow(() => session.update('count', (count) => count + 1))
  if (isGone) await mock.flush()
  await advance(60_000)
  const [first, second] = sent.filter(({ method }) => method === 'PATCH')
  const looks = sent[1]?.method === 'GET' ? 'looks, ' : ''
  const { code } = (written.error ?? {}) as { code?: string }
  if (session.getSnapshot().status === 'needs-auth' && session.pending.length === 1 && sent.length === 1) return 'pauses'
  if (code === 'rejected') return 'rejects'
  if (code === 'ended') return `${looks}ends`
  if (written.status !== 'resolved') return `is ${written.status}`
  if (!second) return session.pending.length === 0 ? 'takes' : 'stops'
  if (second.key === first?.key) return second.body === first?.body ? `${looks}again` : `${looks}again with another body`
  return clientOf(second.key) === clientOf(first?.key) ? `${looks}anew` : `${looks}anew as another client`
}

/** The code of the error of a commit that gets no answer first, and this one then; undefined where it is stored. */
export async function observeRepetition(answer: Answer): Promise<unknown> {
  const { session } = await begin('PATCH', { hasState: false }, answer)
  const written = follow(() => session.update('count', (count) => count + 1))
  await advance(60_000)
  return written.status === 'pending' ? 'pending' : (written.error as { code?: string } | undefined)?.code
}

/** The same for a read. */
export async function observeRead(answer: Answer): Promise<string> {
  const { session, sent } = await begin('GET', answer)
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
export async function observeEnd(answer: Answer): Promise<string> {
  const { session, sent } = await begin('DELETE', answer)
  const ended = follow(() => session.end())
  await advance(60_000)
  if (session.getSnapshot().status === 'needs-auth' && ended.status === 'pending' && sent.length === 1) return 'pauses'
  if (ended.status !== 'resolved') return `is ${ended.status}`
  return sent[1]?.method === 'GET' ? 'looks' : 'again'
}

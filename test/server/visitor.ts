// One visitor of a handler, for the tests of this folder: sends requests and keeps the cookie.
import { parseSetCookie } from 'cookie'
import type { State } from '../../src/protocol/state.ts'

export const url = 'https://shop.test/session'

const words =
  'theme cart a b c count mine kept crowd two other note items who theirs small seen phantom one needle late large first user visits n month'

/** The keys that clients may use in these tests: some words, and numbered ones. */
export const keys: readonly string[] = [...words.split(' '), ...Array.from({ length: 100 }, (_, index) => `key${index}`)]

type Handler = (request: Request) => Promise<Response>

/** A response, read. */
export interface Reply {
  readonly status: number
  readonly headers: Headers
  /** The body's members; of a 200, 409 and 410 those of a state. */
  readonly body: State & { readonly type?: string; readonly conflicts?: string[]; readonly errors?: object[]; readonly limit?: number }
  /** The name of the problem. */
  readonly problem: string | undefined
  readonly setCookie: string | null
}

export interface VisitorOptions {
  readonly client?: string
  /** The cookie pair to begin with. */
  readonly cookie?: string
}

/** One browser with one client: keeps the cookie, fills in what the last state told, and does nothing by itself. */
export interface Visitor {
  readonly client: string
  /** The cookie pair, as `name=value`. */
  cookie: string | undefined
  /** The last state that a response brought. */
  state: State
  /** The number of the last commit. */
  n: number
  read(headers?: Record<string, string>): Promise<Reply>
  commit(members?: object, headers?: Record<string, string>): Promise<Reply>
  /** Sends a body as it is. */
  send(body: string | Uint8Array<ArrayBuffer>, headers?: Record<string, string>): Promise<Reply>
  /** The request that `commit` would send, to send it when and as often as wanted. */
  prepare(members?: object, headers?: Record<string, string>): () => Promise<Reply>
  end(lineage?: string | null, headers?: Record<string, string>): Promise<Reply>
}

let clients = 0
/** A client id that no other call has given. */
export function newClient(): string {
  clients += 1
  return `client-${String(clients).padStart(20, '0')}`
}

export function createVisitor(handler: Handler, options: VisitorOptions = {}): Visitor {
  const client = options.client ?? newClient()
  const empty: State = { lineage: null, version: 'v0', data: {}, tags: {}, last: 0, expiry: { age: 0, atBrowserClose: false } }

  async function exchange(init: RequestInit, cookie = visitor.cookie): Promise<Reply> {
    const headers = new Headers(init.headers)
    if (cookie !== undefined && !headers.has('Cookie')) headers.set('Cookie', cookie)
    const reply = await toReply(await handler(new Request(url, { ...init, headers })))
    if (reply.setCookie !== null) {
      const { name, value, maxAge } = parseSetCookie(reply.setCookie)
      visitor.cookie = maxAge === 0 ? undefined : `${name}=${value}`
    }
    if (reply.body.data) visitor.state = reply.body
    return reply
  }

  const patch = (n: number, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>): RequestInit => ({
    method: 'PATCH',
    body,
    headers: { Origin: new URL(url).origin, 'Content-Type': 'application/json', 'Idempotency-Key': `"${client}/${n}"`, ...headers },
  })

  function prepare(members: object = {}, headers: Record<string, string> = {}): () => Promise<Reply> {
    visitor.n += 1
    const { lineage, version, last } = visitor.state
    const init = patch(visitor.n, JSON.stringify({ lineage, base: version, after: last, ...members }), headers)
    const { cookie } = visitor
    return () => exchange(init, cookie)
  }

  const visitor: Visitor = {
    client,
    cookie: options.cookie,
    state: empty,
    n: 0,
    read: (headers) => exchange({ headers: { 'Session-Client': client, ...headers } }),
    commit: (members, headers) => prepare(members, headers)(),
    send: (body, headers = {}) => exchange(patch(visitor.n + 1, body, headers)),
    prepare,
    end: (lineage = visitor.state.lineage, headers) =>
      exchange({
        method: 'DELETE',
        headers: { Origin: new URL(url).origin, ...(lineage !== null && { 'Session-Lineage': lineage }), ...headers },
      }),
  }
  return visitor
}

/** Another client with the same cookie jar at this moment: a tab, or a script of the same page. */
export async function openTab(handler: Handler, visitor: Visitor): Promise<Visitor> {
  const tab = createVisitor(handler, { ...(visitor.cookie !== undefined && { cookie: visitor.cookie }) })
  await tab.read()
  return tab
}

export async function toReply(response: Response): Promise<Reply> {
  const text = await response.text()
  const body = (text === '' ? {} : JSON.parse(text)) as Reply['body']
  return {
    status: response.status,
    headers: response.headers,
    body,
    problem: /[\w-]+$/.exec(body.type ?? '')?.[0],
    setCookie: response.headers.get('Set-Cookie'),
  }
}

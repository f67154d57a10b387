// Builds a server with one fault by wrapping the real handler or its store.
import type { SessionHandler } from 'sojourn/server'
import type { Commit } from '../../../src/protocol/commit.ts'
import type { State } from '../../../src/protocol/state.ts'
import type { Answering, TestServerOptions } from '../server.ts'

/** A server with one fault, and what the check that finds it says. */
export interface Fault extends TestServerOptions {
  readonly sees: string
}

/** The faults of some checks, by the names of the checks. */
export type Faults = Readonly<Record<string, Fault>>

/** A commit as it came, with whatever else is in it. */
export type CommitBody = Commit & Readonly<Record<string, unknown>>
/** The body of an answer. */
export type StateBody = State & Readonly<Record<string, unknown>>
/** What an answer was given to. */
export interface From {
  /** The commit; undefined where the body was none. */
  readonly body: CommitBody | undefined
  readonly request: Request
  /** The value of the session's cookie. */
  readonly cookie: string
}

type Wrap = (handler: SessionHandler) => Answering

/** Which requests or answers a fault is about; every member that is given has to fit. */
export interface Where {
  readonly method?: string
  readonly status?: number
}

const fits = ({ method, status }: Where, request: Request, response?: Response): boolean =>
  (method === undefined || method === request.method) && (status === undefined || status === response?.status)

/** Changes answers. `body` is what the request brought, `cookie` the value of its cookie. */
export function answers(where: Where, change: (response: Response, from: From) => Response | Promise<Response>): Wrap {
  return (handler) => async (request) => {
    const text = await request.clone().text()
    const response = await handler(request)
    return fits(where, request, response) ? change(response, { body: parse(text), request, cookie: keyOf(request) }) : response
  }
}

/** Changes the JSON of answers. */
export function states(where: Where, change: (state: StateBody, from: From) => object): Wrap {
  return answers(where, async (response, from) => {
    const text = await response.text()
    if (text === '') return new Response(null, response)
    return new Response(JSON.stringify(change(JSON.parse(text) as StateBody, from)), response)
  })
}

/** Sets header fields of answers, or takes them away. */
export function fields(where: Where, given: Readonly<Record<string, string | null>>): Wrap {
  return answers(where, (response) => withFields(response, given))
}

/** An answer with other header fields. */
export function withFields(response: Response, given: Readonly<Record<string, string | null>>): Response {
  const changed = new Response(response.body, response)
  for (const [name, value] of Object.entries(given)) {
    if (value === null) changed.headers.delete(name)
    else changed.headers.set(name, value)
  }
  return changed
}

/** Changes the header fields of requests before the handler sees them. */
export function requests(
  where: Where,
  change: (headers: Headers, handler: SessionHandler, request: Request) => void | Promise<void>,
): Wrap {
  return (handler) => async (request) => {
    if (!fits(where, request)) return handler(request)
    const headers = new Headers(request.headers)
    await change(headers, handler, request)
    return handler(await rebuild(request, headers))
  }
}

/** Changes commits before the handler sees them. */
export function commits(
  change: (commit: CommitBody, from: { request: Request; handler: SessionHandler }) => object | Promise<object>,
): Wrap {
  return (handler) => async (request) => {
    if (request.method !== 'PATCH') return handler(request)
    const commit = parse(await request.clone().text())
    if (commit === undefined) return handler(request)
    return handler(await rebuild(request, request.headers, JSON.stringify(await change(commit, { request, handler }))))
  }
}

/** Changes the text of commits before the handler sees it. */
export function texts(change: (text: string) => string): Wrap {
  return (handler) => async (request) =>
    handler(request.method === 'PATCH' ? await rebuild(request, request.headers, change(await request.text())) : request)
}

/** Commits under client ids of their own, on the version of now: the server has no memory of what it stored. */
export function forgetful(isForgotten: (request: Request, commit: CommitBody) => boolean = () => true): Wrap {
  return (handler) => async (request) => {
    if (request.method !== 'PATCH' || !request.headers.has('Cookie')) return handler(request)
    const commit = parse(await request.clone().text())
    if (commit === undefined || !isForgotten(request, commit)) return handler(request)
    const headers = new Headers(request.headers)
    headers.set('Idempotency-Key', `"${crypto.randomUUID()}/1"`)
    const { version: base } = await stateOf(handler, request)
    return handler(await rebuild(request, headers, JSON.stringify({ ...commit, after: 0, base })))
  }
}

/** Forgets a client once so many other commits have come. */
export function forgettingAfter(limit: number): Wrap {
  const seen = new Map<string, number>()
  let count = 0
  return forgetful((request) => {
    const client = clientOf(request) ?? ''
    const before = seen.get(client)
    count += 1
    seen.set(client, count)
    return before !== undefined && count - before > limit
  })
}

const clientOf = (request: Request): string | undefined => /"(.+)\//.exec(request.headers.get('Idempotency-Key') ?? '')?.[1]

/** The state that a request's session is in, for the client of the request. */
export async function stateOf(handler: SessionHandler, request: Request): Promise<StateBody> {
  const client = clientOf(request)
  const headers = { Cookie: request.headers.get('Cookie') ?? '', ...(client !== undefined && { 'Session-Client': client }) }
  return (await handler(new Request(request.url, { headers }))).json()
}

/** The same request with other fields, and with another body where one is given. */
export async function rebuild(request: Request, headers: Headers, body?: string): Promise<Request> {
  const { method, url } = request
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(url, {
    method,
    headers: without(headers, 'Content-Length'),
    ...(hasBody && { body: body ?? (await request.arrayBuffer()) }),
  })
}

/** A `Set-Cookie` of the session. */
export const setCookie = (value: string): Record<string, string> => ({ 'Set-Cookie': `__Host-session=${value}; Path=/; Secure; HttpOnly` })

/** The value of the session's cookie. */
export function keyOf(request: Request): string {
  return /__Host-session=([^;]*)/.exec(request.headers.get('Cookie') ?? '')?.[1] ?? ''
}

function without(headers: Headers, name: string): Headers {
  const copy = new Headers(headers)
  copy.delete(name)
  return copy
}

function parse(text: string): CommitBody | undefined {
  try {
    return JSON.parse(text) as CommitBody
  } catch {
    return undefined
  }
}

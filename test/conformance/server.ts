// Owns a reference server for the conformance checks: the handler behind a real port, with a control URL. Tests start it; what a
// check says of it is theirs to judge.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createMemoryStore, type SessionHandler, type SessionHandlerOptions, type SessionStore } from 'sojourn/server'
import { toNodeListener } from 'sojourn/server/node'
import type { Json } from '../../src/protocol/json.ts'
import { commonHeaders } from '../../src/server/common-headers.ts'
import { type ExposureOptions, toExposure } from '../../src/server/exposure.ts'
import { createHandler } from '../../src/server/handler.ts'
import { type Order, play } from './play.ts'

/** What answers a request of the session; a test wraps the handler to break it. */
export type Answering = (request: Request) => Promise<Response>

/** How the server of a test is made. */
export interface TestServerOptions extends Partial<Omit<SessionHandlerOptions, 'now'>> {
  /** Wraps the handler; `store` is the one that it works on. */
  readonly wrap?: (handler: SessionHandler) => Answering
  /** Wraps the control URL in the same way. */
  readonly wrapControl?: (control: Answering, handler: SessionHandler) => Answering
  /** The keys that the checks are given. @default eight keys that take any JSON, and one that is read-only */
  readonly checkKeys?: CheckKeyOptions
  /** What the server exposes. @default those keys */
  readonly exposure?: ExposureOptions
  /** Makes the store, from the clock of the server. */
  readonly createStore?: (now: () => number) => SessionStore
}

/** The options of the checks that name keys. */
export interface CheckKeyOptions {
  readonly keys: readonly string[]
  readonly readOnly?: readonly string[]
  readonly values?: Readonly<Record<string, readonly Json[]>>
}

/** Eight keys with names that are easy to get wrong. */
export const anyKeys: CheckKeyOptions = {
  keys: ['theme', 'cart', 'note', '10', 'constructor', 'a_b', 'ü', ''],
  readOnly: ['plan'],
}

/** The reference handler behind a real port, with the control URL of docs/conformance.md, which no production server has. */
export interface TestServer extends CheckKeyOptions {
  readonly url: string
  readonly control: string
  /** Lets time pass on the server alone. */
  wait(ms: number): Promise<void>
  close(): Promise<void>
}

/** The origin that the server allows by CORS. */
export const allowedOrigin = 'https://app.example'

/** Serves a session at `/session` and takes events at `/control`. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const {
    wrap = (handler) => handler,
    wrapControl = (control) => control,
    checkKeys = anyKeys,
    exposure: exposed = { keys: checkKeys.keys.concat(checkKeys.readOnly ?? []), readOnly: checkKeys.readOnly },
    createStore = (now) => createMemoryStore({ now }),
    ...rest
  } = options
  const exposure = toExposure(exposed)
  let skewMs = 0
  const now = (): number => Date.now() + skewMs
  // A store that is down is no news here.
  const common = { onError: () => {}, csrf: () => csrfToken, origins: [allowedOrigin], ...rest, now }
  const handler = createHandler({ store: createStore(now), ...common }, exposure)
  const down = createHandler({ ...common, store: brokenStore, now }, exposure)
  const broken = new Set<string>()

  const response = (request: Request): Promise<Response> => (broken.delete(cookieOf(request)) ? down(request) : handler(request))
  const session = wrap(withToken(Object.assign(response, handler)))
  const control = wrapControl((request) => cause(request, { handler, broken, now }), handler)
  const server = createServer(
    toNodeListener((request) => {
      return new URL(request.url).pathname === '/control' ? control(request) : session(request)
    }),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    ...checkKeys,
    url: `${origin}/session`,
    control: `${origin}/control`,
    wait: async (ms) => {
      skewMs += ms
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const csrfToken = 'a-token-as-the-forms-of-an-app-have-it'

/** Wants the token of the state next to the origin, as an app's own forms do; the handler leaves that to the app. */
function withToken(handler: SessionHandler): SessionHandler {
  const response = async (request: Request): Promise<Response> => {
    const isUnsafe = request.method === 'PATCH' || request.method === 'DELETE'
    if (!isUnsafe || request.headers.get('X-CSRFToken') === csrfToken) return handler(request)
    const problem = { type: 'urn:sojourn:problem:csrf', title: 'The token is wrong', status: 403 }
    const headers = { 'Content-Type': 'application/problem+json' }
    return Response.json(problem, { status: 403, headers: { ...commonHeaders, ...headers, ...echo(request) } })
  }
  return Object.assign(response, handler)
}

function echo({ headers }: Request): Record<string, string> {
  const request = headers.get('Session-Request')
  return request === null ? {} : { 'Session-Request': request }
}

interface Stage {
  readonly handler: SessionHandler
  /** Cookies whose next request finds no store. */
  readonly broken: Set<string>
  readonly now: () => number
}

/** Does what the server's own code would, in a request of the visitor. */
async function cause(request: Request, { handler, broken, now }: Stage): Promise<Response> {
  const order = (await request.json()) as Order
  const session = await handler.open(request)
  const played = await play(session, order)
  if (played) return session.respond(played)
  if (order.event === 'expire') {
    const over = now() + 20
    await session.setExpiry(new Date(over))
    while (now() <= over) await new Promise((resolve) => setTimeout(resolve, 5))
    // Time that passes tells no browser.
    return new Response(null, { status: 204 })
  }
  if (order.event !== 'break') return new Response(null, { status: 501 })
  broken.add(cookieOf(request))
  return session.respond(new Response(null, { status: 204 }))
}

const cookieOf = (request: Request): string => request.headers.get('Cookie') ?? ''

const fail = (): Promise<never> => Promise.reject(new TypeError('the disk is on fire'))
const brokenStore: SessionStore = { read: fail, write: fail, remove: fail, sweep: fail }

// Declares the options of the mock server and checks those that no type can. Called once by mock-session.
import type * as z from 'zod/v4/core'
import { SessionConfigError } from '../src/errors/session-config-error.ts'
import type { JsonObject } from '../src/protocol/json.ts'
import type { SessionInputs, SessionValues } from '../src/schema/types.ts'
import type { ServerSession, SessionHandlerOptions } from '../src/server/index.ts'
import { isTrustworthy } from './cookie-jar.ts'
import { engines, type MockBackendName } from './django/engine.ts'
import type { MockValues } from './values.ts'

type HandlerOptions = Pick<
  SessionHandlerOptions,
  | 'cookie'
  | 'maxAgeMs'
  | 'maxLifetimeMs'
  | 'maxBodyBytes'
  | 'maxKeys'
  | 'maxSessionBytes'
  | 'origins'
  | 'validate'
  | 'identity'
  | 'admit'
  | 'onError'
  | 'randomBytes'
>

/** What an endpoint gets. */
export interface MockEndpointContext<S extends z.$ZodObject = z.$ZodObject> {
  /** The request, with its cookies. */
  readonly request: Request
  /** The session of the browser that asks, as the app's own server code has it. What it changes is stored and its cookie set with the answer. */
  readonly session: ServerSession<SessionValues<S>, SessionInputs<S>>
}

/** What an endpoint answers: a Response, plain JSON for a 200, nothing for a 204. A redirect reaches the page as it is: nothing follows it. */
// biome-ignore lint/suspicious/noConfusingVoidType: `({ session }) => session.signIn('ann')` gives a Promise<void>
export type MockEndpointResult = Response | JsonObject | undefined | void

/** One endpoint of the app. */
export type MockEndpoint<S extends z.$ZodObject = z.$ZodObject> = (
  context: MockEndpointContext<S>,
) => MockEndpointResult | Promise<MockEndpointResult>

/** A check of a CSRF token as Django's: a cookie that script can read, sent back in a header. */
export interface MockCsrfOptions {
  /**
   * The cookie that holds the token.
   *
   * @default 'csrftoken'
   */
  readonly cookieName?: string | undefined
  /**
   * The header that PATCH, DELETE and the endpoints' unsafe methods must carry it in.
   *
   * @default 'X-CSRFToken'
   */
  readonly headerName?: string | undefined
}

/** The options of `createMockSessionServer`, beside those of `createSessionHandler` that it hands on. */
export interface MockSessionServerOptions<S extends z.$ZodObject = z.$ZodObject> extends HandlerOptions {
  /**
   * Where the session is. A relative URL is relative to the page, or to `http://localhost/` where there is none.
   * With `http:` it has to be localhost, since the session cookie is `Secure`.
   *
   * @default '/session'
   */
  readonly url?: string | undefined
  /**
   * Keep sessions as a Django project with this session engine and `sojourn_django` does: what server code may undo, what the
   * cache may lose, what the cookie cannot hold. Tests meet it by `evict`, `deleteRow` and the faults `write-over` and
   * `stale-cache`, and by what `signed_cookies` does not promise.
   *
   * @default undefined: the handler of `sojourn/server` over a store in memory
   * @example
   * const mock = createMockSessionServer({ schema, backend: 'cache' })
   */
  readonly backend?: MockBackendName | undefined
  /**
   * The schema of the client. The server then exposes its keys and no others, and checks what clients write, as
   * `createSessionHandler({ schema })` does; `initial` and `write` take the app's values and check them.
   *
   * @default undefined: every key is exposed, which a warning says once
   */
  readonly schema?: S | undefined
  /** The keys of the schema that clients cannot write, as for `createSessionHandler`. @default [] */
  readonly readOnly?: readonly (keyof SessionValues<S>)[] | undefined
  /**
   * What the session of the default browser holds at the start.
   *
   * @default no session at all
   */
  readonly initial?: MockValues<S> | undefined
  /** Who is signed in at the start, in the default browser. */
  readonly signedInAs?: string | undefined
  /**
   * Endpoints of the app that change the session, by method and path, for all browsers.
   *
   * @example
   * endpoints: {
   *   'POST /login': async ({ request, session }) => {
   *     const { name } = await request.json()
   *     await session.signIn(name)
   *   },
   * }
   */
  readonly endpoints?: Readonly<Record<string, MockEndpoint<S>>> | undefined
  /**
   * Check a CSRF token as Django does, and tell it in states.
   *
   * @default false: the server asks for the same origin alone
   */
  readonly csrf?: boolean | MockCsrfOptions | undefined
  /**
   * The wall clock of the server and of the cookies, in milliseconds since the epoch. `advance` adds to it.
   *
   * @default Date.now, so that fake timers which fake Date move it too
   */
  readonly now?: (() => number) | undefined
  /**
   * The timer of `delayMs`.
   *
   * @default the global setTimeout at the time of the request, so that fake timers move it
   */
  readonly setTimeout?: ((run: () => void, ms: number) => unknown) | undefined
  /**
   * Where the default browser shows cookies that script may read.
   *
   * @default the global document, where there is one
   */
  readonly document?: { cookie: string } | undefined
}

const fail = (reason: string): never => {
  throw new SessionConfigError(`Failed to create the mock server: ${reason}`)
}

/**
 * Reads the option `url`.
 *
 * @throws SessionConfigError for a URL at which no browser would keep the session cookie.
 */
export function toSessionUrl({ url = '/session', cookie }: Pick<MockSessionServerOptions, 'url' | 'cookie'>): URL {
  const page = globalThis.location?.href ?? ''
  const base = page.startsWith('http') ? page : 'http://localhost/'
  if (!URL.canParse(url, base)) fail(`"${url}" is no URL.`)
  const parsed = new URL(url, base)
  if (!isTrustworthy(parsed) && cookie?.secure !== false) {
    fail(`no browser keeps a Secure cookie of ${parsed.origin}. Use https, localhost, or cookie: { name: 'session', secure: false }.`)
  }
  return parsed
}

/** @throws SessionConfigError for a `backend` that is no session engine of Django. */
export function checkEngine(engine: MockBackendName | undefined): void {
  if (engine === undefined || engines.includes(engine)) return
  fail(`"${engine}" is no session engine of Django. Set the option backend to one of ${engines.join(', ')}.`)
}

/** @throws SessionConfigError for an endpoint whose name is not a method and a path. */
export function checkEndpoints(endpoints: Readonly<Record<string, MockEndpoint>>): void {
  for (const name of Object.keys(endpoints)) {
    if (!/^[A-Z]+ \/\S*$/.test(name)) fail(`"${name}" is no endpoint. Name it by method and path, such as "POST /login".`)
  }
}

/**
 * Refuses to run where script may not see cookies: a browser drops `Cookie` from requests and `Set-Cookie` from answers
 * that script makes, and the session would be another one at every request.
 *
 * @throws SessionConfigError in a real browser.
 */
export function checkPlatform(): void {
  const { headers } = new Response(null)
  headers.append('Set-Cookie', 'probe=1')
  if (headers.getSetCookie().length > 0) return
  fail('a browser hides cookies from script. Run it in Node, with happy-dom or jsdom where a DOM is needed.')
}

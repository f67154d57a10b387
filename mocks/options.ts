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
  | 'streams'
  | 'maxSessionBytes'
  | 'origins'
  | 'validate'
  | 'identity'
  | 'admit'
  | 'onError'
  | 'randomBytes'
>

/** What an endpoint receives. */
export interface MockEndpointContext<S extends z.$ZodObject = z.$ZodObject> {
  /** The request, with its cookies. */
  readonly request: Request
  /** The session of the requesting browser, as for the app's own server code. Changes are stored; the response sets the cookie. */
  readonly session: ServerSession<SessionValues<S>, SessionInputs<S>>
}

/** What an endpoint returns: a Response, plain JSON for a 200, nothing for a 204. The page gets a redirect as it is; it is not followed. */
// biome-ignore lint/suspicious/noConfusingVoidType: `({ session }) => session.signIn('ann')` gives a Promise<void>
export type MockEndpointResult = Response | JsonObject | undefined | void

/** One endpoint of the app. */
export type MockEndpoint<S extends z.$ZodObject = z.$ZodObject> = (
  context: MockEndpointContext<S>,
) => MockEndpointResult | Promise<MockEndpointResult>

/** The options of a CSRF check as in Django: the token is in a cookie that script can read, and returns in a header. */
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

/** The options of `createMockSessionServer`, in addition to those that it passes to `createSessionHandler`. */
export interface MockSessionServerOptions<S extends z.$ZodObject = z.$ZodObject> extends HandlerOptions {
  /**
   * The session's URL. Relative to the page, or to `http://localhost/` without a page. An `http:` URL must be on localhost,
   * because the session cookie is `Secure`.
   *
   * @default '/session'
   */
  readonly url?: string | undefined
  /**
   * Stores sessions as a Django project with this session engine and `sojourn_django` does: server code can undo writes, the
   * cache can lose sessions, and a cookie can be too small. Tests provoke this with `evict`, `deleteRow` and the faults
   * `write-over` and `stale-cache`.
   *
   * @default undefined: the handler of `sojourn/server` over a store in memory
   * @example
   * const mock = createMockSessionServer({ schema, backend: 'cache' })
   */
  readonly backend?: MockBackendName | undefined
  /**
   * The client's schema. The server then exposes only its keys and checks what clients write, as
   * `createSessionHandler({ schema })` does. `initial` and `write` take the app's values and check them.
   *
   * @default undefined: every key is exposed, and a warning says so once
   */
  readonly schema?: S | undefined
  /** The keys of the schema that clients cannot write, as for `createSessionHandler`. @default [] */
  readonly readOnly?: readonly (keyof SessionValues<S>)[] | undefined
  /**
   * The data of the default browser's session at the start.
   *
   * @default no session at all
   */
  readonly initial?: MockValues<S> | undefined
  /** The user who is signed in at the start, in the default browser. */
  readonly signedInAs?: string | undefined
  /**
   * The app's endpoints that change the session, by method and path, for all browsers.
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
   * Checks a CSRF token as Django does and sends it in states.
   *
   * @default false: the server only requires the same origin
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
   * The document whose `cookie` mirrors the default browser's script-readable cookies.
   *
   * @default the global document, if there is one
   */
  readonly document?: { cookie: string } | undefined
}

const fail = (reason: string): never => {
  throw new SessionConfigError(`Failed to create the mock server: ${reason}`)
}

/**
 * Returns the session's absolute URL.
 *
 * @throws SessionConfigError if browsers would reject the session cookie from that URL.
 */
export function toSessionUrl({ url = '/session', cookie }: Pick<MockSessionServerOptions, 'url' | 'cookie'>): URL {
  const page = globalThis.location?.href ?? ''
  const base = page.startsWith('http') ? page : 'http://localhost/'
  if (!URL.canParse(url, base)) fail(`"${url}" is not a URL.`)
  const parsed = new URL(url, base)
  if (!isTrustworthy(parsed) && cookie?.secure !== false) {
    fail(`browsers reject a Secure cookie from ${parsed.origin}. Use https, localhost, or cookie: { name: 'session', secure: false }.`)
  }
  return parsed
}

/** Checks the option `backend`. @throws SessionConfigError if it is not one of Django's session engines. */
export function checkEngine(engine: MockBackendName | undefined): void {
  if (engine === undefined || engines.includes(engine)) return
  fail(`"${engine}" is not a session engine of Django. Set the option backend to one of ${engines.join(', ')}.`)
}

/** Checks the option `endpoints`. @throws SessionConfigError if a name is not a method and a path. */
export function checkEndpoints(endpoints: Readonly<Record<string, MockEndpoint>>): void {
  for (const name of Object.keys(endpoints)) {
    if (!/^[A-Z]+ \/\S*$/.test(name)) fail(`"${name}" does not name an endpoint. Use a method and a path, such as "POST /login".`)
  }
}

/**
 * Refuses to run in a real browser, which strips `Cookie` and `Set-Cookie` from requests and responses that script creates:
 * each request would get another session.
 *
 * @throws SessionConfigError in a real browser.
 */
export function checkPlatform(): void {
  const { headers } = new Response(null)
  headers.append('Set-Cookie', 'probe=1')
  if (headers.getSetCookie().length > 0) return
  fail('browsers hide cookies from script. Run the tests in Node, with happy-dom or jsdom if they need a DOM.')
}

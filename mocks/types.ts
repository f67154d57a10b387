import type { HttpHandler } from 'msw'
import type * as z from 'zod/v4/core'
import type { JsonObject } from '../src/protocol/json.ts'
import type { SessionInputs, SessionValues } from '../src/schema/types.ts'
import type { MockCookie } from './cookie-jar.ts'
import type { MockFault, MockFaultHandle, MockNetworkFaultName, MockAnswerName } from './fault.ts'

/** Values to store, of the app's types; undefined deletes. */
export type MockValues<S extends z.$ZodObject> = { readonly [K in keyof SessionInputs<S>]?: SessionInputs<S>[K] | undefined }

/** What `write` takes: the keys to change, or a function from the values to the keys to change. */
export type MockWrite<S extends z.$ZodObject> = MockValues<S> | ((values: SessionValues<S>) => MockValues<S>)

/** What `writeWire` takes: the keys to change, as they travel, or a function from the stored ones; undefined deletes. */
export type MockWireWrite = Readonly<Record<string, unknown>> | ((data: JsonObject) => Readonly<Record<string, unknown>>)

/** One request that a page sent, and what became of it. */
export interface MockRequest {
  /** The name of the browser. */
  readonly browser: string
  /** The method, in capitals. */
  readonly method: string
  /** The absolute URL. */
  readonly url: string
  /** The header fields that the page sent, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** The body as JSON, as text where it is none, undefined where there is none. */
  readonly body: unknown
  /** The id of the session client, if the request named one. */
  readonly client: string | undefined
  /** The commit number of a PATCH. */
  readonly n: number | undefined
  /** What the page saw: a status, a network error, its own abort, or nothing yet. */
  readonly status: number | 'lost' | 'aborted' | 'waiting'
  /** What the server answered, once for each time that the request arrived: empty where it never did. */
  readonly served: readonly number[]
}

/** One browser with cookies of its own: another device, or another visitor. Two clients with its `fetch` are two tabs. */
export interface MockBrowser {
  /** Its name in `mock.requests`. */
  readonly name: string
  /**
   * The `fetch` of a page of this browser. It reaches the session and the endpoints and rejects everything else with
   * `SessionUsageError`. A network fault rejects with a `TypeError`, an abort with the signal's reason.
   */
  readonly fetch: typeof globalThis.fetch
  /**
   * MSW handlers for the session and the endpoints, as this browser. One list of a server may hold the handlers of one
   * browser only; `server.use(...phone.handlers)` changes over.
   */
  readonly handlers: readonly HttpHandler[]
  /** The cookies that it holds, those that script cannot read among them. */
  readonly cookies: readonly MockCookie[]
  /** What `document.cookie` would say: the cookies that script can read. */
  readonly documentCookie: string
  /** Loses every request of this browser, until `online()`. */
  offline(): void
  /** Ends `offline()`. */
  online(): void
  /** Closes the browser and opens it again: cookies without an age are gone. */
  restart(): void
}

/** A browser's options. */
export interface MockBrowserOptions {
  /**
   * Its name in `mock.requests`.
   *
   * @default 'browser 2', 'browser 3', …
   */
  readonly name?: string | undefined
  /** Who is signed in from the start, as `mock.signIn` does. */
  readonly signedInAs?: string | undefined
  /**
   * The origin of its pages. With another one than the session's, requests carry cookies only with
   * `credentials: 'include'`. Preflights and the hiding of answers by CORS are not modelled.
   *
   * @default the origin of the session's URL
   */
  readonly origin?: string | undefined
  /**
   * Where cookies that script may read are shown, as a browser shows them in `document.cookie`.
   *
   * @default the global document for the default browser where there is one, nowhere for the others
   */
  readonly document?: { cookie: string } | undefined
}

/** A session server for tests, in memory. */
export interface MockSessionServer<S extends z.$ZodObject = z.$ZodObject> extends MockBrowser {
  /** The absolute URL of the session. */
  readonly url: string
  /** Every request so far, in the order in which they left. */
  readonly requests: readonly MockRequest[]
  /** Makes another browser, without cookies. */
  browser(options?: MockBrowserOptions): MockBrowser

  /** What the server has stored for a browser: public keys, as they travel. Empty where it has no session. */
  data(browser?: MockBrowser): Promise<JsonObject>
  /** The public id of a browser's session; null where it has none. */
  lineage(browser?: MockBrowser): Promise<string | null>
  /** Who is signed in, in a browser. */
  identity(browser?: MockBrowser): Promise<string | null>
  /**
   * Writes values of the app beside the client, as server code or another tab does. Creates the session where there is none.
   *
   * @throws SessionSchemaError for what the schema refuses; `writeWire` writes it all the same.
   * @example
   * await mock.write({ theme: 'dark' })
   * await mock.write(({ cart }) => ({ cart: [...cart, 'tea'] }))
   */
  write(values: MockWrite<S>, browser?: MockBrowser): Promise<void>
  /** Writes values as they travel, past the schema: what an older deploy left, keys of other code, `_` keys. */
  writeWire(values: MockWireWrite, browser?: MockBrowser): Promise<void>
  /** Ends a browser's session in the store and leaves its cookie, as time does: the cookie names no session then. */
  expire(browser?: MockBrowser): Promise<void>
  /** Ends a browser's session and deletes its cookie, as Django's `flush()` in another tab does. */
  flush(browser?: MockBrowser): Promise<void>
  /** Gives a browser's session a new key, as Django's `cycle_key()` in another tab does. */
  rotateKey(browser?: MockBrowser): Promise<void>
  /** Signs somebody in, as a log-in in another tab does: a new key, and a new session where somebody else was signed in. */
  signIn(identity: string, browser?: MockBrowser): Promise<void>
  /** Signs out, as Django's `logout()` in another tab does: `flush` by another name. */
  signOut(browser?: MockBrowser): Promise<void>
  /** Gives a browser a new CSRF token, as a log-in does. Wants the option `csrf`. */
  rotateCsrf(browser?: MockBrowser): void

  /**
   * Scripts a fault for the coming requests to the session. Faults are used up in the order in which they were scripted.
   *
   * @throws SessionConfigError for a fault that cannot work.
   * @example
   * mock.next('lose-answer')
   * mock.next({ fault: 'rate-limited', times: 2, method: 'PATCH', retryAfterSeconds: 30 })
   * const held = mock.next('hold')
   * await held.reached()
   * await held.release()
   */
  next(fault: MockNetworkFaultName | MockAnswerName | MockFault<MockWrite<S>>): MockFaultHandle
  /** Lets go every request that a fault holds, and holds nothing more by those faults. Resolves when all have arrived. */
  release(): Promise<void>
  /** Moves the clock of the server and of the cookies on, in milliseconds. Timers of the page do not move with it. */
  advance(ms: number): void
  /**
   * Starts over, as after `createMockSessionServer`: the store, the cookies of every browser, the faults, the log and
   * the clock. What is under way is lost. For `afterEach`.
   */
  reset(): void
}

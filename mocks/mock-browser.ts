// Declares the public type of a browser and its options. Types only: browsers.ts creates them.
import type { HttpHandler } from 'msw'
import type { MockCookie } from './cookie-jar.ts'

/** One browser with its own cookies: another device, or another visitor. Two clients with its `fetch` are two tabs. */
export interface MockBrowser {
  /** Its name in `mock.requests`. */
  readonly name: string
  /**
   * The `fetch` of a page in this browser. It reaches the session and the endpoints and rejects any other URL with
   * `SessionUsageError`. A network fault rejects with a `TypeError`, an abort with the signal's reason.
   */
  readonly fetch: typeof globalThis.fetch
  /**
   * MSW handlers for the session and the endpoints, acting as this browser. An MSW server can hold the handlers of one
   * browser at a time; `server.use(...phone.handlers)` switches to another.
   */
  readonly handlers: readonly HttpHandler[]
  /** Its cookies, including those that script cannot read. */
  readonly cookies: readonly MockCookie[]
  /** What `document.cookie` would return: the cookies that script can read. */
  readonly documentCookie: string
  /** Loses every request of this browser, until `online()`. */
  offline(): void
  /** Breaks every event stream of this browser, as a proxy does that cuts connections. The client opens another one. */
  breakStreams(): void
  /** Ends `offline()`. */
  online(): void
  /** Closes and reopens the browser, which drops cookies without an age. */
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
  /** The user who is signed in from the start, as by `mock.signIn`. */
  readonly signedInAs?: string | undefined
  /**
   * The origin of its pages. If it differs from the session's, requests carry cookies only with `credentials: 'include'`.
   * Preflights, CORS filtering of responses and `SameSite` are not modelled.
   *
   * @default the origin of the session's URL
   */
  readonly origin?: string | undefined
  /**
   * The document whose `cookie` mirrors the cookies that script may read.
   *
   * @default the global document, if there is one, for the default browser; none for the others
   */
  readonly document?: { cookie: string } | undefined
}

// Declares the public type of a browser and its options. Types only: browsers.ts creates them.
import type { HttpHandler } from 'msw'
import type { MockCookie } from './cookie-jar.ts'

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
   * `credentials: 'include'`. Preflights, the hiding of answers by CORS and `SameSite` are not modelled.
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

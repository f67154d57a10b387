// Declares the public type of the mock server: all that a test can read, write, script and reset. Types only.
import type * as z from 'zod/v4/core'
import type { JsonObject } from '../src/protocol/json.ts'
import type { MockAnswerName, MockFault, MockFaultHandle, MockNetworkFaultName } from './fault.ts'
import type { MockBrowser, MockBrowserOptions } from './mock-browser.ts'
import type { MockRequest } from './request-log.ts'
import type { MockWireWrite, MockWrite } from './values.ts'

/** An in-memory session server for tests. */
export interface MockSessionServer<S extends z.$ZodObject = z.$ZodObject> extends MockBrowser {
  /** The absolute URL of the session. */
  readonly url: string
  /** Every request so far, in the order of sending. */
  readonly requests: readonly MockRequest[]
  /** Creates another browser, without cookies. */
  browser(options?: MockBrowserOptions): MockBrowser

  /**
   * Returns what the server has stored for a browser, as server code reads it: every key except `_` ones, exposed or not, in
   * its stored form. Empty if there is no session. With `backend: 'cached_db'` this is what the cache holds.
   */
  data(browser?: MockBrowser): Promise<JsonObject>
  /** Returns the public id of a browser's session; null if it has none. */
  lineage(browser?: MockBrowser): Promise<string | null>
  /** Returns who is signed in, in a browser; null for nobody. */
  identity(browser?: MockBrowser): Promise<string | null>
  /**
   * Writes values of the app past the client, as server code or another tab does. Creates the session if there is none.
   *
   * @throws SessionSchemaError if the schema refuses a value; `writeWire` writes it regardless.
   * @example
   * await mock.write({ theme: 'dark' })
   * await mock.write(({ cart }) => ({ cart: [...cart, 'tea'] }))
   */
  write(values: MockWrite<S>, browser?: MockBrowser): Promise<void>
  /** Writes wire values past the schema: what an older deploy left, keys of other code, `_` keys. */
  writeWire(values: MockWireWrite, browser?: MockBrowser): Promise<void>
  /**
   * Ends a browser's session in the store, as its expiry would. The cookie stays and then names no session.
   *
   * @throws SessionUsageError with `backend: 'signed_cookies'`, because the server stores no session: use `advance` instead.
   */
  expire(browser?: MockBrowser): Promise<void>
  /**
   * Evicts a browser's session from the cache, as a full cache or its restart does. With `backend: 'cache'` the session is
   * gone and its cookie stays; with `cached_db` the row stays.
   *
   * @throws SessionUsageError with any other backend, because it has no cache.
   */
  evict(browser?: MockBrowser): Promise<void>
  /**
   * Deletes the row of a browser's session, as SQL or `clearsessions` does. With `backend: 'db'` the session is gone; with
   * `cached_db` it is gone for clients, while server code still reads it from the cache until it saves.
   *
   * @throws SessionUsageError with any other backend, because it has no rows.
   */
  deleteRow(browser?: MockBrowser): Promise<void>
  /** Ends a browser's session and deletes its cookie, as Django's `flush()` in another tab does. */
  flush(browser?: MockBrowser): Promise<void>
  /** Rotates the key of a browser's session, as Django's `cycle_key()` in another tab does. */
  rotateKey(browser?: MockBrowser): Promise<void>
  /** Signs a user in, as a log-in in another tab does: a new key, and a new session if another user was signed in. */
  signIn(identity: string, browser?: MockBrowser): Promise<void>
  /** Signs out, as Django's `logout()` in another tab does. The same as `flush`. */
  signOut(browser?: MockBrowser): Promise<void>
  /** Gives a browser a new CSRF token, as a log-in does. Needs the option `csrf`. */
  rotateCsrf(browser?: MockBrowser): void

  /**
   * Scripts a fault for the next requests to the session. Faults are used up in the order in which they are scripted.
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
  /** Releases every request that a fault holds and stops those faults from holding more. Resolves when all have arrived. */
  release(): Promise<void>
  /**
   * Resolves when no request is in flight, except those that are held or delayed. Suites with fake timers need it, because
   * a request takes asynchronous steps that fake timers do not wait for.
   */
  idle(): Promise<void>
  /** Advances the clock of the server and of the cookies, in milliseconds. The page's timers stay where they are. */
  advance(ms: number): void
  /**
   * Resets everything to the state after `createMockSessionServer`: the store, the cookies of every browser, the faults, the
   * log and the clock. Requests in flight are lost. Call it in `afterEach`.
   */
  reset(): void
}

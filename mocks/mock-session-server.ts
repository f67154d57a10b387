// Declares the public type of the mock server: all that a test can read, write, script and reset. Types only.
import type * as z from 'zod/v4/core'
import type { JsonObject } from '../src/protocol/json.ts'
import type { MockAnswerName, MockFault, MockFaultHandle, MockNetworkFaultName } from './fault.ts'
import type { MockBrowser, MockBrowserOptions } from './mock-browser.ts'
import type { MockRequest } from './request-log.ts'
import type { MockWireWrite, MockWrite } from './values.ts'

/** A session server for tests, in memory. */
export interface MockSessionServer<S extends z.$ZodObject = z.$ZodObject> extends MockBrowser {
  /** The absolute URL of the session. */
  readonly url: string
  /** Every request so far, in the order in which they left. */
  readonly requests: readonly MockRequest[]
  /** Makes another browser, without cookies. */
  browser(options?: MockBrowserOptions): MockBrowser

  /**
   * Returns what the server has stored for a browser, as its own code reads it: every key but `_` ones, exposed or not, in its
   * stored form. Empty if it has no session. With `backend: 'cached_db'` that is what the cache holds.
   */
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
  /**
   * Ends a browser's session in the store and leaves its cookie, as time does: the cookie names no session then.
   *
   * @throws SessionUsageError with `backend: 'signed_cookies'`, where the server holds none: move the clock on by `advance`.
   */
  expire(browser?: MockBrowser): Promise<void>
  /**
   * Takes a browser's session out of the cache, as a full cache or its restart does. With `backend: 'cache'` the session is
   * gone and its cookie left; with `cached_db` the row is still there.
   *
   * @throws SessionUsageError with any other backend: nothing is evicted there.
   */
  evict(browser?: MockBrowser): Promise<void>
  /**
   * Deletes the row of a browser's session, as SQL or `clearsessions` does. With `backend: 'db'` the session is gone; with
   * `cached_db` it is gone for clients, and server code reads it from the cache until it saves.
   *
   * @throws SessionUsageError with any other backend: there are no rows.
   */
  deleteRow(browser?: MockBrowser): Promise<void>
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
  /**
   * Resolves when every request that arrived is answered; those that are held or delayed do not count. For suites on
   * fake timers: a request takes steps that they do not wait for.
   */
  idle(): Promise<void>
  /** Moves the clock of the server and of the cookies on, in milliseconds. Timers of the page do not move with it. */
  advance(ms: number): void
  /**
   * Starts over, as after `createMockSessionServer`: the store, the cookies of every browser, the faults, the log and
   * the clock. What is under way is lost. For `afterEach`.
   */
  reset(): void
}

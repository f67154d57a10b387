// Declares the public types of the faults that a test can script with `mock.next`. Types only: fault-script applies them.
import type { MockBrowser } from './mock-browser.ts'

/**
 * What can happen to a request:
 *
 * - `lose-request`: it never arrives; the page gets a network error.
 * - `lose-answer`: it arrives and is stored; the page gets a network error and no cookie.
 * - `break-answer`: it arrives; status and cookies reach the page, then the body fails with a network error.
 * - `truncate-answer`: as `break-answer`, but the body ends normally in the middle of its JSON.
 * - `empty-answer`: as `break-answer`, but the body is empty.
 * - `stall-answer`: as `break-answer`, but the body never ends; only an abort ends the page's wait.
 * - `duplicate`: it arrives twice; the page gets the second response.
 * - `late-copy`: it arrives; a copy waits in the network and arrives after `release()`.
 * - `hold`: it waits in front of the server until `release()`.
 * - `hold-answer`: it arrives at once; the response, cookies included, waits until `release()`.
 * - `delay`: it arrives after `delayMs`.
 * - `write-beside`: `write` is stored just before the request arrives, so that a commit of the same keys gets a 409.
 * - `write-over`: server code reads the session before the request arrives and then saves the whole session with `write`, as
 *   Django's `request.session` does. This undoes what the request stored. Needs the option `backend`.
 * - `stale-cache`: server code that missed the cache reads the row before the request arrives and fills the cache afterwards.
 *   From then on server code reads, and saves, the old session. Needs the option `backend: 'cached_db'`.
 * - `csrf`: 403 with the protocol's problem `csrf`.
 * - `forbidden`: 403 with an HTML page, as Django's CSRF failure.
 * - `unauthenticated`: 401 with the protocol's problem `unauthenticated`.
 * - `rate-limited`: 429 with `Retry-After`.
 * - `unavailable`: 503 with `Retry-After`.
 * - `server-error`: 500 in plain text.
 * - `server-error-page`: 500 with an HTML page, as from a proxy.
 * - `captive-portal`: 200 with an HTML page, as from a hotel's network.
 */
export type MockFaultName = MockNetworkFaultName | MockAnswerName | 'delay' | 'write-beside' | 'write-over'

/** The faults of the network, which have no required options. */
export type MockNetworkFaultName =
  | 'lose-request'
  | 'lose-answer'
  | 'break-answer'
  | 'truncate-answer'
  | 'empty-answer'
  | 'stall-answer'
  | 'duplicate'
  | 'late-copy'
  | 'hold'
  | 'hold-answer'
  | 'stale-cache'

/** The faults that respond in the server's place. The request is not stored unless `stored` is set. */
export type MockAnswerName =
  | 'csrf'
  | 'forbidden'
  | 'unauthenticated'
  | 'rate-limited'
  | 'unavailable'
  | 'server-error'
  | 'server-error-page'
  | 'captive-portal'

/** The options of every fault. */
export interface MockFaultScope {
  /**
   * How many requests it applies to.
   *
   * @default 1
   */
  readonly times?: number | undefined
  /**
   * Only requests of this method, such as `PATCH`.
   *
   * @default any method
   */
  readonly method?: string | undefined
  /**
   * Only requests of this browser.
   *
   * @default any browser
   */
  readonly browser?: MockBrowser | undefined
  /**
   * Milliseconds before the request arrives, on the timer of the option `setTimeout`.
   *
   * @default 0
   */
  readonly delayMs?: number | undefined
  /**
   * Waits for `release()`: the `request` in front of the server, or the `answer` in front of the page.
   * `{ fault: 'lose-answer', hold: 'answer' }` stores the commit at once and loses the response at `release()`.
   */
  readonly hold?: 'request' | 'answer' | undefined
}

/** A fault of the network. */
export interface MockNetworkFault extends MockFaultScope {
  /** What happens to the request. */
  readonly fault: MockNetworkFaultName
}

/** A fault that responds in the server's place. */
export interface MockAnswerFault extends MockFaultScope {
  /** What the page gets. */
  readonly fault: MockAnswerName
  /** A status other than the fault's own, such as 502 for `server-error-page`. */
  readonly status?: number | undefined
  /**
   * Seconds of `Retry-After`.
   *
   * @default 1 for `rate-limited` and `unavailable`, none for the others
   */
  readonly retryAfterSeconds?: number | undefined
  /**
   * Whether the request arrives and is stored first, so that only its response is replaced.
   *
   * @default false
   */
  readonly stored?: boolean | undefined
}

/** A request that arrives late. */
export interface MockDelayFault extends MockFaultScope {
  /** What happens to the request. */
  readonly fault: 'delay'
  /** Milliseconds before the request arrives, on the timer of the option `setTimeout`. */
  readonly delayMs: number
}

/** Another writer's write, stored just before the request arrives or over what the request stored. */
export interface MockWriteBesideFault<W> extends MockFaultScope {
  /** What happens to the request. */
  readonly fault: 'write-beside' | 'write-over'
  /** What to write, as for `mock.write`. */
  readonly write: W
}

/** A fault with its options. `W` is what `mock.write` accepts. */
export type MockFault<W = unknown> = MockNetworkFault | MockAnswerFault | MockDelayFault | MockWriteBesideFault<W>

/** A scripted fault, to wait for and to cancel. */
export interface MockFaultHandle {
  /** How many requests it has applied to so far. */
  readonly used: number
  /** Resolves when the fault has applied to its first request: it is held by then, or its delay has started. */
  reached(): Promise<void>
  /** Releases what this fault holds and stops it from holding more. Resolves when what was held has arrived. */
  release(): Promise<void>
  /** Cancels the fault for further requests. What it holds stays held until `release()`. */
  cancel(): void
}

// Declares the public types of the faults that a test can script with `mock.next`. Types only: fault-script applies them.
import type { MockBrowser } from './mock-browser.ts'

/**
 * What can befall a request:
 *
 * - `lose-request`: never arrives; the page sees a network error.
 * - `lose-answer`: arrives and is stored; the page sees a network error and gets no cookie.
 * - `break-answer`: arrives; status and cookies reach the page, the body breaks off with a network error.
 * - `truncate-answer`: as `break-answer`, but the body just ends, in the middle of its JSON.
 * - `empty-answer`: as `break-answer`, but the body is empty.
 * - `stall-answer`: as `break-answer`, but the body never ends; only an abort gets the page out.
 * - `duplicate`: arrives twice; the page sees the second answer.
 * - `late-copy`: arrives; a copy of it waits in the network until `release()` and arrives then.
 * - `hold`: waits before the server until `release()`.
 * - `hold-answer`: arrives at once; its answer, cookies included, waits until `release()`.
 * - `delay`: arrives after `delayMs`.
 * - `write-beside`: `write` is stored just before the request arrives. A commit of the same keys is then answered with 409.
 * - `write-over`: server code reads the session before the request arrives and saves it after, with `write`, whole, as Django's
 *   `request.session` does: what the request stored is undone. Wants the option `backend`.
 * - `stale-cache`: server code that found no cache entry reads the row before the request arrives and fills the cache after.
 *   Server code then reads, and saves, what was before. Wants the option `backend: 'cached_db'`.
 * - `csrf`: 403 with the protocol's problem `csrf`.
 * - `forbidden`: 403 with an HTML page, as Django's CSRF failure.
 * - `unauthenticated`: 401 with the protocol's problem: sign in first.
 * - `rate-limited`: 429 with `Retry-After`.
 * - `unavailable`: 503 with `Retry-After`.
 * - `server-error`: 500 in plain text.
 * - `server-error-page`: 500 with an HTML page, as a proxy's.
 * - `captive-portal`: 200 with an HTML page, as a hotel's network answers.
 */
export type MockFaultName = MockNetworkFaultName | MockAnswerName | 'delay' | 'write-beside' | 'write-over'

/** The faults of the network, which need no particulars. */
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

/** The faults that answer in the server's place. The request is not stored, unless `stored` is set. */
export type MockAnswerName =
  | 'csrf'
  | 'forbidden'
  | 'unauthenticated'
  | 'rate-limited'
  | 'unavailable'
  | 'server-error'
  | 'server-error-page'
  | 'captive-portal'

/** What every fault can be told. */
export interface MockFaultScope {
  /**
   * How many requests it befalls.
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
   * Milliseconds that the request waits before it arrives, on the timer of the option `setTimeout`.
   *
   * @default 0
   */
  readonly delayMs?: number | undefined
  /**
   * Wait for `release()`: the `request` before the server, or the `answer` before the page.
   * `{ fault: 'lose-answer', hold: 'answer' }` is stored at once and lost when the test says so.
   */
  readonly hold?: 'request' | 'answer' | undefined
}

/** A fault of the network. */
export interface MockNetworkFault extends MockFaultScope {
  /** What befalls the request. */
  readonly fault: MockNetworkFaultName
}

/** A fault that answers in the server's place. */
export interface MockAnswerFault extends MockFaultScope {
  /** What the page gets. */
  readonly fault: MockAnswerName
  /** Another status than the fault's own, such as 502 for `server-error-page`. */
  readonly status?: number | undefined
  /**
   * Seconds of `Retry-After`.
   *
   * @default 1 for `rate-limited` and `unavailable`, none for the others
   */
  readonly retryAfterSeconds?: number | undefined
  /**
   * Let the request arrive and be stored first, and replace only its answer.
   *
   * @default false
   */
  readonly stored?: boolean | undefined
}

/** A request that arrives late. */
export interface MockDelayFault extends MockFaultScope {
  /** What befalls the request. */
  readonly fault: 'delay'
  /** Milliseconds that the request waits before it arrives, on the timer of the option `setTimeout`. */
  readonly delayMs: number
}

/** Somebody else's write, stored just before the request arrives, or over what it stored. */
export interface MockWriteBesideFault<W> extends MockFaultScope {
  /** What befalls the request. */
  readonly fault: 'write-beside' | 'write-over'
  /** What is stored, as the argument of `mock.write`. */
  readonly write: W
}

/** A fault with its particulars. `W` is what `mock.write` takes. */
export type MockFault<W = unknown> = MockNetworkFault | MockAnswerFault | MockDelayFault | MockWriteBesideFault<W>

/** A scripted fault, to wait for and to end. */
export interface MockFaultHandle {
  /** How many requests it has befallen so far. */
  readonly used: number
  /** Resolves when the fault has befallen its first request: a held one is at its gate then, a delayed one has begun to wait. */
  reached(): Promise<void>
  /** Lets go what this fault holds, and holds nothing from now on. Resolves when what was held has arrived. */
  release(): Promise<void>
  /** Takes back what is left of the fault. What it holds stays held until `release()`. */
  cancel(): void
}

// Declares the counter that every contender of the counting workloads implements.
import type { Browser } from '../lib/browser.ts'

/** One contender's client of a number that others count up too. */
export interface Counter {
  /** The resource, whose GET answers `{ data: { count } }`. */
  readonly url: string
  /** Adds one. Resolves when the server has acknowledged it. */
  increment(): Promise<unknown>
}

/** Makes a client of the session that the browser has the cookie of, or of a plain resource if it needs one. */
export type CreateCounter = (browser: Browser, plainUrl: string) => Counter | Promise<Counter>

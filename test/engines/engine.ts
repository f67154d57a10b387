// What the tests of the three engines ask of a browser, and where the engines are found on this machine. The drivers
// implement it; tests call it. It never knows the app under test.

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** One tab. A function that runs in the page is given as text, so it may use the page's globals alone. */
export interface Tab {
  /** Goes to a URL as a visitor who types it, and resolves once the page has loaded. */
  goto(url: string): Promise<void>
  /** Runs a function in the page and resolves with its result, which must be JSON. A promise is awaited. */
  evaluate<T, A extends Json = null>(run: (argument: A) => T | Promise<T>, argument?: A): Promise<T>
  /** Runs a function in the page and does not wait for what it starts. */
  start<A extends Json = null>(run: (argument: A) => unknown, argument?: A): Promise<void>
  /** Reloads the page. */
  reload(): Promise<void>
  /** Goes back in the history by a timer of the page, so that the page may come from the back/forward cache. */
  back(): Promise<void>
  /** Closes the tab, as a visitor does. */
  close(): Promise<void>
  /** Brings the tab to the front. */
  show(): Promise<void>
}

/** One visitor: a cookie jar and any number of tabs. */
export interface EngineVisitor {
  /** Opens an empty tab in front of the others. */
  newTab(): Promise<Tab>
  /** Closes every tab and forgets the cookies. */
  close(): Promise<void>
}

/** A running browser. */
export interface Engine {
  newVisitor(): Promise<EngineVisitor>
  close(): Promise<void>
}

/** The engines that the tests know. */
export type EngineName = 'chromium' | 'firefox' | 'webkit'

/** Writes the call of a function as an expression that a page can run. */
export const toExpression = <A>(run: (argument: A) => unknown, argument?: A): string => `(${run})(${JSON.stringify(argument ?? null)})`

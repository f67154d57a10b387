// Owns the browsers of one mock server: creates them, starts them and resets them. Called by mock-session; sends no request itself.
import { SessionUsageError } from '../src/errors/session-usage-error.ts'
import type { MockBrowser, MockBrowserOptions } from './mock-browser.ts'
import type { Send } from './network.ts'
import { breakStreams, createPage, type Page } from './page.ts'

/** What browsers need from the mock server. */
export interface BrowserPorts {
  /** The origin of pages that set no other. */
  readonly origin: string
  now(): number
  readonly send: Send
  /** Makes the MSW handlers of one browser. */
  toHandlers(fetch: typeof globalThis.fetch): MockBrowser['handlers']
}

/** Stores what a test wants a browser to start with. */
export type Start = (page: Page) => Promise<void>

/** The browsers of one mock server. */
export interface Browsers {
  /** Creates a browser. `start` runs now and after each `reset`; every request of the browser waits for it. */
  open(options: MockBrowserOptions, start: Start): MockBrowser
  /** Returns a browser's internal state. @throws SessionUsageError for a browser of another server. */
  pageOf(browser: MockBrowser): Page
  /** Registers another object as the same browser. */
  alias(browser: MockBrowser, other: MockBrowser): void
  /** Empties every jar, brings every browser online and restarts it. */
  reset(): void
}

function begin(page: Page, start: Start): void {
  const started = page.ready.catch(() => {})
  page.ready = started.then(() => {
    // An earlier start may have stored cookies until now.
    page.cookies.clear()
    return start(page)
  })
  // `fetch` and `write` await it and throw its error. Without a caller it must not raise an unhandled rejection.
  page.ready.catch(() => {})
}

/** Creates an empty collection of browsers. */
export function createBrowsers({ origin, now, send, toHandlers }: BrowserPorts): Browsers {
  const pages = new Map<MockBrowser, Page>()
  const starts = new Map<Page, Start>()

  const pageOf = (browser: MockBrowser): Page => {
    const page = pages.get(browser)
    if (page) return page
    throw new SessionUsageError('Failed to find the browser: another mock server created it. Pass a browser of this server.')
  }

  return {
    pageOf,
    open: ({ name = `browser ${starts.size + 1}`, origin: pageOrigin = origin, document }, start) => {
      const page = createPage({ name, origin: pageOrigin, document }, now)
      const fetch: typeof globalThis.fetch = (input, init) => send(page, input, init)
      const browser: MockBrowser = {
        name: page.name,
        fetch,
        handlers: toHandlers(fetch),
        get cookies() {
          return page.cookies.list()
        },
        get documentCookie() {
          return page.cookies.readable()
        },
        offline: () => {
          page.isOffline = true
          breakStreams(page)
        },
        breakStreams: () => breakStreams(page),
        online: () => {
          page.isOffline = false
        },
        restart: () => page.cookies.close(),
      }
      pages.set(browser, page)
      starts.set(page, start)
      begin(page, start)
      return browser
    },
    alias: (browser, other) => void pages.set(other, pageOf(browser)),
    reset: () => {
      for (const [page, start] of starts) {
        page.cookies.clear()
        page.isOffline = false
        page.epoch += 1
        breakStreams(page)
        begin(page, start)
      }
    },
  }
}

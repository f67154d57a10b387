// Owns the browsers of one mock server: creates them, starts them and resets them. Called by mock-session; sends no request itself.
import { SessionUsageError } from '../src/errors/session-usage-error.ts'
import type { MockBrowser, MockBrowserOptions } from './mock-browser.ts'
import type { Send } from './network.ts'
import { createPage, type Page } from './page.ts'

/** What browsers need of their surroundings. */
export interface BrowserPorts {
  /** The origin of pages that name no other. */
  readonly origin: string
  now(): number
  readonly send: Send
  /** Makes the MSW handlers of one browser. */
  toHandlers(fetch: typeof globalThis.fetch): MockBrowser['handlers']
}

/** Stores what a test wishes a browser to start with. */
export type Start = (page: Page) => Promise<void>

/** The browsers of one mock server. */
export interface Browsers {
  /** Makes a browser; `start` runs now and after each `reset`, and every request of the browser waits for it. */
  open(options: MockBrowserOptions, start: Start): MockBrowser
  /** The inside of a browser. @throws SessionUsageError for a browser of another server. */
  pageOf(browser: MockBrowser): Page
  /** Makes another object stand for a browser. */
  alias(browser: MockBrowser, other: MockBrowser): void
  /** Empties every jar, brings every browser online and starts them anew. */
  reset(): void
}

function begin(page: Page, start: Start): void {
  const started = page.ready.catch(() => {})
  page.ready = started.then(() => {
    // After what a start before this one has stored.
    page.cookies.clear()
    return start(page)
  })
  // Told to whoever waits for it, by `fetch` or `write`.
  page.ready.catch(() => {})
}

/** Makes the collection of a mock server's browsers. */
export function createBrowsers({ origin, now, send, toHandlers }: BrowserPorts): Browsers {
  const pages = new Map<MockBrowser, Page>()
  const starts = new Map<Page, Start>()

  const pageOf = (browser: MockBrowser): Page => {
    const page = pages.get(browser)
    if (page) return page
    throw new SessionUsageError('Failed to find the browser: another mock server made it. Give one of this server.')
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
        },
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
        page.era += 1
        begin(page, start)
      }
    },
  }
}

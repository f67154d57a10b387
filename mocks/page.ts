// Owns what the network knows of one browser: cookies, connection, origin. Adds the header fields that only a browser may set.
import { type BrowserCookies, createBrowserCookies } from './browser-cookies.ts'
import type { PlainRequest } from './exchange.ts'
import type { MockBrowserOptions } from './mock-browser.ts'

/** One browser as the network sees it. */
export interface Page {
  readonly name: string
  readonly origin: string
  readonly cookies: BrowserCookies
  /** Resolves when what the test wished for the start (`initial`, `signedInAs`) is stored. */
  ready: Promise<void>
  isOffline: boolean
  /** Counts the resets: what left before the last one is lost. */
  era: number
}

/** The options of a browser with their defaults. */
export interface PageOptions extends Pick<MockBrowserOptions, 'document'> {
  readonly name: string
  readonly origin: string
}

/** Makes the inside of a browser. */
export function createPage({ name, origin, document }: PageOptions, now: () => number): Page {
  return {
    name,
    origin,
    cookies: createBrowserCookies(now, document),
    ready: Promise.resolve(),
    isOffline: false,
    era: 0,
  }
}

const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD'

/** Whether a browser sends and takes cookies with a request. */
export function hasCredentials({ credentials, url }: Pick<PlainRequest, 'credentials' | 'url'>, { origin }: Page): boolean {
  return credentials === 'include' || (credentials === 'same-origin' && url.origin === origin)
}

/** The header fields of a request with those that only a browser sets: what leaves now is not changed by what comes later. */
export function withBrowserHeaders(request: PlainRequest, page: Page): PlainRequest {
  const headers = new Map(request.headers)
  const isSameOrigin = request.url.origin === page.origin
  for (const name of ['cookie', 'origin', 'sec-fetch-site']) headers.delete(name)
  const cookie = hasCredentials(request, page) ? page.cookies.header(request.url) : undefined
  if (cookie !== undefined) headers.set('cookie', cookie)
  if (!isSameOrigin || !isSafe(request.method)) headers.set('origin', page.origin)
  headers.set('sec-fetch-site', isSameOrigin ? 'same-origin' : 'cross-site')
  return { ...request, headers }
}

// Owns what the network knows of one browser: cookies, connection, origin. Adds the header fields that only a browser may set.
import { type BrowserCookies, createBrowserCookies } from './browser-cookies.ts'
import { type PlainRequest, toNetworkError } from './exchange.ts'
import type { MockBrowserOptions } from './mock-browser.ts'

/** One browser as the network sees it. */
export interface Page {
  readonly name: string
  readonly origin: string
  readonly cookies: BrowserCookies
  /** Resolves when what the test wants at the start (`initial`, `signedInAs`) is stored. */
  ready: Promise<void>
  isOffline: boolean
  /** Breaks each of its event streams, as a lost connection does. */
  readonly streams: Set<() => void>
  /** Counts the resets. A request from before the last reset is lost. */
  epoch: number
}

/** A browser's options, with defaults applied. */
export interface PageOptions extends Pick<MockBrowserOptions, 'document'> {
  readonly name: string
  readonly origin: string
}

/** Creates a browser's internal state. */
export function createPage({ name, origin, document }: PageOptions, now: () => number): Page {
  return {
    name,
    origin,
    cookies: createBrowserCookies(now, document),
    ready: Promise.resolve(),
    isOffline: false,
    streams: new Set(),
    epoch: 0,
  }
}

const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD'

/** Returns whether a browser sends and accepts cookies with a request. */
export function hasCredentials({ credentials, url }: Pick<PlainRequest, 'credentials' | 'url'>, { origin }: Page): boolean {
  return credentials === 'include' || (credentials === 'same-origin' && url.origin === origin)
}

/** Returns a copy of a request with the header fields that only a browser sets, as they are at the time of sending. */
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

/** Breaks every event stream of a page. */
export function breakStreams({ streams }: Page): void {
  for (const end of [...streams]) end()
}

/** Ties an event stream to its page: it breaks with the page's connection, and the server learns when the page reads no more. */
export function tieStream(body: ReadableStream<Uint8Array>, { streams }: Page): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let release = (): void => {}
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const end = (): void => {
        release()
        controller.error(toNetworkError())
        void reader.cancel().catch(() => {})
      }
      release = () => void streams.delete(end)
      streams.add(end)
    },
    async pull(controller) {
      const { done, value } = await reader.read()
      if (!done) return controller.enqueue(value)
      release()
      controller.close()
    },
    cancel() {
      release()
      return reader.cancel()
    },
  })
}

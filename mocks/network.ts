// Carries a request from a page to the server and its response back. Called by the browsers' `fetch`; faults are applied by the port
// `pass`.
import { SessionUsageError } from '../src/errors/session-usage-error.ts'
import type { Activity } from './activity.ts'
import { type PlainRequest, type PlainResponse, toNetworkError, toPageResponse, toPlainRequest, untilAborted } from './exchange.ts'
import type { Exchange } from './fault-script.ts'
import type { MockEndpoint } from './options.ts'
import { hasCredentials, type Page, tieStream, withBrowserHeaders } from './page.ts'
import type { LogEntry, RequestLog } from './request-log.ts'

/** What the network connects. */
export interface NetworkPorts {
  /** The session's URL. */
  readonly url: URL
  /** The app's endpoints, by method and path. */
  readonly endpoints: Readonly<Record<string, MockEndpoint>>
  readonly log: RequestLog
  readonly activity: Activity
  /** Serves a request that arrived. */
  serve(request: PlainRequest, endpoint: MockEndpoint | undefined): Promise<PlainResponse>
  /** Delivers a request to the session through the scripted faults. */
  applyFault(exchange: Exchange): Promise<PlainResponse>
}

/** A request that has left its page. */
interface InFlight {
  readonly plain: PlainRequest
  readonly entry: LogEntry
  readonly response: Promise<PlainResponse>
}

/** Sends a page's request, as `fetch` does. */
export type Send = (page: Page, input: RequestInfo | URL, init?: RequestInit) => Promise<Response>

const isSame = (a: URL, b: URL): boolean => a.origin === b.origin && a.pathname === b.pathname

/** Creates the network between pages and server. */
export function createNetwork({ url: sessionUrl, endpoints, log, activity, serve, applyFault }: NetworkPorts): Send {
  const findEndpoint = ({ method, url }: PlainRequest): MockEndpoint | undefined => {
    const name = `${method} ${url.pathname}`
    return url.origin === sessionUrl.origin && Object.hasOwn(endpoints, name) ? endpoints[name] : undefined
  }

  const travel = async (page: Page, request: PlainRequest, entry: LogEntry, endpoint: MockEndpoint | undefined): Promise<PlainResponse> => {
    const { epoch } = page
    if (page.isOffline) throw toNetworkError()
    const deliver = async (): Promise<PlainResponse> => {
      const served = await serve(request, endpoint)
      entry.serve(served.status)
      return served
    }
    const response = await (endpoint ? deliver() : applyFault({ request, page, deliver }))
    if (page.isOffline || page.epoch !== epoch) throw toNetworkError()
    return response
  }

  const start = async (page: Page, input: RequestInfo | URL, init: RequestInit | undefined): Promise<InFlight> => {
    const plain = await toPlainRequest(input, init, sessionUrl.href)
    const endpoint = findEndpoint(plain)
    if (!endpoint && !isSame(plain.url, sessionUrl)) {
      const known = [sessionUrl.href, ...Object.keys(endpoints)].join(', ')
      throw new SessionUsageError(
        `Failed to fetch ${plain.method} ${plain.url.href}: the mock server serves ${known}. Correct the URL, or add it to the option endpoints.`,
      )
    }
    await page.ready
    const entry = log.add(page.name, plain)
    return { plain, entry, response: travel(page, withBrowserHeaders(plain, page), entry, endpoint) }
  }

  return async (page, input, init) => {
    const end = activity.begin()
    const starting = start(page, input, init)
    // Counts as activity until the server is done, because an aborted request continues there.
    starting.then(({ response }) => response.then(end, end), end)
    const { plain, entry, response } = await starting
    try {
      const received = await untilAborted(response, plain.signal)
      // Not earlier: a browser ignores the cookies of a response that the page has aborted.
      if (hasCredentials(plain, page)) page.cookies.store(plain.url, received.setCookies)
      entry.end(received.status)
      const { body } = received
      return toPageResponse(body instanceof ReadableStream ? { ...received, body: tieStream(body, page) } : received)
    } catch (error) {
      // Nobody reads an event stream whose request was aborted.
      response
        .then(async ({ body }) => {
          if (body instanceof ReadableStream) await body.cancel()
        })
        .catch(() => {})
      entry.end(plain.signal?.aborted === true ? 'aborted' : 'lost')
      throw error
    }
  }
}

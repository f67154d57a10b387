// Carries a request from a page to the server and its response back. Called by the browsers' `fetch`; faults are applied by the port
// `pass`.
import { SessionUsageError } from '../src/errors/session-usage-error.ts'
import type { Activity } from './activity.ts'
import { type PlainAnswer, type PlainRequest, toNetworkError, toPageResponse, toPlainRequest, untilAborted } from './exchange.ts'
import type { Passage } from './fault-script.ts'
import type { MockEndpoint } from './options.ts'
import { hasCredentials, type Page, withBrowserHeaders } from './page.ts'
import type { LogEntry, RequestLog } from './request-log.ts'

/** What lies at the ends of the network, and on the way. */
export interface NetworkPorts {
  /** The session's URL. */
  readonly url: URL
  /** By method and path. */
  readonly endpoints: Readonly<Record<string, MockEndpoint>>
  readonly log: RequestLog
  readonly activity: Activity
  /** Answers one arrival. */
  answer(request: PlainRequest, endpoint: MockEndpoint | undefined): Promise<PlainAnswer>
  /** Takes a request to the session through the scripted faults. */
  pass(passage: Passage): Promise<PlainAnswer>
}

/** A request that has left its page. */
interface Departed {
  readonly plain: PlainRequest
  readonly entry: LogEntry
  readonly travelling: Promise<PlainAnswer>
}

/** Sends a request of a page, as `fetch` does. */
export type Send = (page: Page, input: RequestInfo | URL, init?: RequestInit) => Promise<Response>

const isSame = (a: URL, b: URL): boolean => a.origin === b.origin && a.pathname === b.pathname

/** Makes the way from the pages to the server. */
export function createNetwork({ url: sessionUrl, endpoints, log, activity, answer, pass }: NetworkPorts): Send {
  const findEndpoint = ({ method, url }: PlainRequest): MockEndpoint | undefined => {
    const name = `${method} ${url.pathname}`
    return url.origin === sessionUrl.origin && Object.hasOwn(endpoints, name) ? endpoints[name] : undefined
  }

  const travel = async (page: Page, request: PlainRequest, entry: LogEntry, endpoint: MockEndpoint | undefined): Promise<PlainAnswer> => {
    const { era } = page
    if (page.isOffline) throw toNetworkError()
    const deliver = async (): Promise<PlainAnswer> => {
      const answered = await answer(request, endpoint)
      entry.serve(answered.status)
      return answered
    }
    const answered = await (endpoint ? deliver() : pass({ request, page, deliver }))
    if (page.isOffline || page.era !== era) throw toNetworkError()
    return answered
  }

  const depart = async (page: Page, input: RequestInfo | URL, init: RequestInit | undefined): Promise<Departed> => {
    const plain = await toPlainRequest(input, init, sessionUrl.href)
    const endpoint = findEndpoint(plain)
    if (!endpoint && !isSame(plain.url, sessionUrl)) {
      const known = [sessionUrl.href, ...Object.keys(endpoints)].join(', ')
      throw new SessionUsageError(
        `Failed to fetch ${plain.method} ${plain.url.href}: the mock server answers ${known}. Correct the URL, or add it to the option endpoints.`,
      )
    }
    await page.ready
    const entry = log.add(page.name, plain)
    return { plain, entry, travelling: travel(page, withBrowserHeaders(plain, page), entry, endpoint) }
  }

  return async (page, input, init) => {
    const end = activity.begin()
    const departing = depart(page, input, init)
    // Counted until the server is done with it: what the page aborts goes on.
    departing.then(({ travelling }) => travelling.then(end, end), end)
    const { plain, entry, travelling } = await departing
    try {
      const answered = await untilAborted(travelling, plain.signal)
      // Here and not earlier: the cookies of an answer that the page has given up are nobody's.
      if (hasCredentials(plain, page)) page.cookies.store(plain.url, answered.setCookies)
      entry.end(answered.status)
      return toPageResponse(answered)
    } catch (error) {
      entry.end(plain.signal?.aborted === true ? 'aborted' : 'lost')
      throw error
    }
  }
}

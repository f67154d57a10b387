// Records every request of every browser for `mock.requests`. Written by network only; never changes a request.
import { idempotencyKeyHeader, parseIdempotencyKey, sessionClientHeader } from '../src/protocol/headers.ts'
import type { PlainRequest } from './exchange.ts'

/** One request that a page sent, and what became of it. */
export interface MockRequest {
  /** The name of the browser. */
  readonly browser: string
  /** The method, in capitals. */
  readonly method: string
  /** The absolute URL. */
  readonly url: string
  /** The header fields that the page sent, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** The body as JSON, as text where it is none, undefined where there is none. */
  readonly body: unknown
  /** The id of the session client, if the request named one. */
  readonly client: string | undefined
  /** The commit number of a PATCH. */
  readonly n: number | undefined
  /** What the page saw: a status, a network error, its own abort, or nothing yet. */
  readonly status: number | 'lost' | 'aborted' | 'waiting'
  /** What the server answered, once for each time that the request arrived: empty where it never did. */
  readonly served: readonly number[]
}

/** The log's entry of one request, filled in as its story goes on. */
export interface LogEntry {
  /** The server answered one arrival. */
  serve(status: number): void
  /** What the page saw; the first word counts. */
  end(status: number | 'lost' | 'aborted'): void
}

/** The requests of all browsers, in the order in which they left. */
export interface RequestLog {
  readonly requests: readonly MockRequest[]
  add(browser: string, request: PlainRequest): LogEntry
  clear(): void
}

function toBody(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return text
  }
}

/** Makes an empty log. */
export function createRequestLog(): RequestLog {
  const entries: { request: MockRequest }[] = []
  return {
    get requests() {
      return entries.map(({ request }) => request)
    },
    add: (browser, { method, url, headers, body }) => {
      const key = parseIdempotencyKey(headers.get(idempotencyKeyHeader.toLowerCase()) ?? null)
      const entry: { request: MockRequest } = {
        request: {
          browser,
          method,
          url: url.href,
          headers: Object.fromEntries(headers),
          body: toBody(body),
          client: key?.client ?? headers.get(sessionClientHeader.toLowerCase()),
          n: key?.n,
          status: 'waiting',
          served: [],
        },
      }
      entries.push(entry)
      const change = (parts: Partial<MockRequest>): void => {
        entry.request = { ...entry.request, ...parts }
      }
      return {
        serve: (status) => change({ served: [...entry.request.served, status] }),
        end: (status) => {
          if (entry.request.status === 'waiting') change({ status })
        },
      }
    },
    clear: () => entries.splice(0),
  }
}

// Records every request of every browser for `mock.requests`. Written by network only; never changes a request.
import { idempotencyKeyHeader, parseIdempotencyKey, sessionClientHeader } from '../src/protocol/headers.ts'
import type { PlainRequest } from './exchange.ts'

/** One request that a page sent, and its outcome. */
export interface MockRequest {
  /** The name of the browser. */
  readonly browser: string
  /** The method, in upper case. */
  readonly method: string
  /** The absolute URL. */
  readonly url: string
  /** The header fields that the page sent, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** The parsed JSON body; text if it is not JSON, undefined without a body. */
  readonly body: unknown
  /** The id of the session client, if the request carries one. */
  readonly client: string | undefined
  /** The commit number of a PATCH. */
  readonly n: number | undefined
  /** What the page received: a status, a network error, its own abort, or nothing yet. */
  readonly status: number | 'lost' | 'aborted' | 'waiting'
  /** The server's status for each time the request arrived; empty if it never arrived. */
  readonly served: readonly number[]
}

/** The log entry of one request, completed step by step. */
export interface LogEntry {
  /** Records the server's status for one arrival. */
  serve(status: number): void
  /** Records what the page received. Only the first call counts. */
  end(status: number | 'lost' | 'aborted'): void
}

/** The requests of all browsers, in the order of sending. */
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

/** Creates an empty log. */
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

// Sends one request through ky and reads the whole response. The client gives it to the pipeline; it never retries.
import ky from 'ky'
import { parseJson } from '../protocol/json.ts'
import type { Transport } from './transport.ts'

/** What the transport over ky needs to know. */
export interface KyTransportOptions {
  readonly url: string
  readonly credentials: RequestCredentials
  readonly fetch?: typeof fetch | undefined
}

/** Creates the transport over ky: one attempt each, since retrying is the pipeline's; the signal covers the body too. */
export function createKyTransport({ url, credentials, fetch }: KyTransportOptions): Transport {
  return async ({ method, headers, body, keepalive, signal }) => {
    const response = await ky(url, {
      method,
      headers,
      credentials,
      signal,
      retry: 0,
      throwHttpErrors: false,
      timeout: false,
      // A redirect is a log-in page or a missing slash, never the session; no cache may answer for the server.
      redirect: 'error',
      cache: 'no-store',
      ...(body !== undefined && { body }),
      ...(keepalive && { keepalive }),
      // Firefox drops keepalive from a Request, and ky always builds one, so the init says it too (test/engines/leaving.test.ts).
      fetch: (input, init) => (fetch ?? globalThis.fetch)(input, { ...init, ...(keepalive && { keepalive }) }),
    })
    const text = await response.text()
    return { status: response.status, header: (name) => response.headers.get(name), body: parseJson(text) }
  }
}

// The fetch of a simulated browser, over the same wire as the simulation's transport. tab.ts passes it to clients in mode `pages`.
import type { SimulatedBrowser } from '../browser.ts'
import { type LightResponse, real } from '../host.ts'

/** What fetch sends over the wire. */
export interface Exchange {
  readonly method: 'GET' | 'PATCH' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  readonly keepalive: boolean
  readonly signal: AbortSignal
}

/**
 * Creates the fetch of a browser. Firefox 153 drops `keepalive` from a Request, and knows it from the init alone
 * (test/engines/leaving.test.ts).
 */
export function createFetch(browser: SimulatedBrowser, exchange: (sent: Exchange) => Promise<LightResponse>): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const isKept = init?.keepalive ?? (browser.engine() !== 'firefox' && request.keepalive)
    const text = await request.text()
    const { status, headers, body } = await exchange({
      method: request.method as Exchange['method'],
      headers: Object.fromEntries(Array.from(request.headers, ([name, value]) => [fieldNames.get(name) ?? name, value])),
      body: text === '' ? undefined : text,
      keepalive: isKept,
      signal: init?.signal ?? (input instanceof Request ? input.signal : request.signal),
    })
    return new real.Response(body, { status, headers: [...headers.fields] as [string, string][] })
  }
}

/** The names of fields as the wire reads them. */
const fieldNames = new Map(['Idempotency-Key', 'Session-Client', 'Session-Lineage'].map((name) => [name.toLowerCase(), name]))

// Owns the transport over plain fetch. `sojourn/fetch` gives it to the client; it makes one attempt and never retries.
import { attempt, type FetchOptions } from './request-init.ts'
import type { Transport } from './transport.ts'

/** Creates the transport over fetch. */
export function createFetchTransport(options: FetchOptions): Transport {
  return (request) => attempt(request, options, (url, init) => (options.fetch ?? globalThis.fetch)(url, init))
}

// Owns the transport over plain fetch. `sojourn/fetch` gives it to the client; it makes one attempt and never retries.
import { type FetchOptions, readAnswer, toRequestInit } from './request-init.ts'
import type { Transport } from './transport.ts'

/** Creates the transport over fetch. */
export function createFetchTransport({ url, credentials, fetch }: FetchOptions): Transport {
  return async (request) => readAnswer(await (fetch ?? globalThis.fetch)(url, toRequestInit(request, credentials)))
}

// A counter over an endpoint that adds on the server: no conflict is possible.
import type { CreateCounter } from '../counter.ts'
import { send } from '../plain-client.ts'

/** An endpoint that does nothing but add: one request for each increment, and nobody has to read first. */
export const createCounter: CreateCounter = (browser, url) => ({
  url,
  increment: () => send(browser, url, { method: 'POST', data: { count: 1 } }),
})

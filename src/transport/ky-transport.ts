// Owns the transport over ky. `sojourn` gives it to the client; it makes one attempt and never retries.
import defaultKy, { type InitHook, type KyInstance, type Options } from 'ky'
import { parseUrl } from '../protocol/origin.ts'
import { attempt, type FetchOptions } from './request-init.ts'
import type { Transport } from './transport.ts'

/** What the transport over ky needs to know. */
export interface KyOptions extends FetchOptions {
  /** The app's own instance, with its hooks and headers. */
  readonly ky?: KyInstance | undefined
}

/** What the pipeline decides, and no instance and no hook: retries, time limits, and what a response of any status means. */
const decided = (fetch: typeof globalThis.fetch): Options => ({
  fetch,
  retry: 0,
  throwHttpErrors: false,
  timeout: false,
  totalTimeout: false,
  json: undefined,
})

/** Creates the transport over ky. */
export function createKyTransport({ ky = defaultKy, ...options }: KyOptions): Transport {
  return (request) => {
    const { keepalive } = request
    // The last `init` hook runs after those of the instance, and sees the fetch that the instance was given.
    const decide: InitHook = (hooked) => {
      const send = options.fetch ?? hooked.fetch ?? globalThis.fetch
      // Firefox drops keepalive from a Request, and ky always builds one, so the init says it too (test/engines/leaving.test.ts).
      const once: typeof send = (to, given) => send(to, { ...given, ...(keepalive && { keepalive }) })
      // An init hook changes the options that it is given.
      Object.assign(hooked, decided(once))
    }
    // An instance joins only text to its `prefix`.
    return attempt(request, options, (url, init) => ky(parseUrl(url) ?? url, { ...init, hooks: { init: [decide] } }))
  }
}

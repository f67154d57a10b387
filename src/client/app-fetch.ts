// Owns the app's own requests to its server: the CSRF header for the origins that may have it. `core.ts` creates it, `life.ts` calls it.
import { parseUrl } from '../protocol/origin.ts'
import { requestRead } from '../sync/commands.ts'
import type { Sync } from '../sync/engine.ts'
import { baseOf, toCredentials } from './ports.ts'

/** The app's own requests. */
export interface AppFetch {
  /** Resolves with the CSRF header for a target; empty if it may not have the token. */
  csrfHeaders(target?: string | URL): Promise<Record<string, string>>
  /** Sends one request, as fetch does. */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
}

/** What the requests need of the client's options. */
export interface AppFetchOptions {
  readonly url: string
  readonly fetch: typeof fetch | undefined
  readonly credentials: RequestCredentials | undefined
}

const safe: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'TRACE']

/** Creates the app's own requests. */
export function createAppFetch(sync: Sync, { url, fetch, credentials }: AppFetchOptions): AppFetch {
  const resolve = (target: string | URL): URL | undefined => parseUrl(target, baseOf() ?? url)

  async function csrfHeaders(target: string | URL = url): Promise<Record<string, string>> {
    const { csrf } = sync.ports.exchange
    const read = (): Promise<Record<string, string>> => csrf(sync.state.csrfToken, sync.state.isTokenRefused, resolve(target)?.href)
    const headers = await read()
    if (Object.keys(headers).length > 0 || sync.cache.base) return headers
    // The state tells the token, and its response sets the cookie.
    await requestRead(sync, 'full').catch(() => {})
    return read()
  }
  return {
    csrfHeaders,
    async fetch(input, init = {}) {
      const request = typeof input === 'object' && 'url' in input ? input : undefined
      const target = request?.url ?? String(input)
      const method = (init.method ?? request?.method ?? 'GET').toUpperCase()
      const headers = new Headers(init.headers ?? request?.headers)
      const added = safe.includes(method) ? {} : await csrfHeaders(target)
      for (const [name, value] of Object.entries(added)) if (!headers.has(name)) headers.set(name, value)
      // As for the session's own requests: cookies go along to the page's origin and to the session's.
      const isOfSession = !request && resolve(target)?.origin === parseUrl(url)?.origin
      const own = isOfSession ? { credentials: credentials ?? toCredentials(url) } : {}
      return (fetch ?? globalThis.fetch)(input, { ...own, ...init, headers })
    },
  }
}

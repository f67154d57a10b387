// Owns how a client finds its URL, its credentials and its channel in the page. `core.ts` calls it at creation and at the first use.
import { SessionConfigError } from '../errors/session-config-error.ts'
import type { SessionChannel } from '../platform/channel.ts'
import { isBrowser } from '../platform/locks.ts'
import { parseUrl } from '../protocol/origin.ts'

/** What relative URLs are relative to, as for fetch: `<base href>` counts. Undefined without a page or worker. */
export function baseOf(): string | undefined {
  if (typeof document !== 'undefined') return document.baseURI
  if (typeof location === 'undefined') return
  // A worker that was made from a blob has the origin of its page.
  return location.protocol === 'blob:' ? location.origin : location.href
}

/** A URL that a client can use, or why it cannot. */
export interface SessionUrl {
  readonly url: string
  /** Fails every request: a module that a server only imports may name a URL that is relative to the page. */
  readonly fault: SessionConfigError | undefined
}

/** Resolves the URL of the session against the page. `isOwn`: the app sends requests by itself, so any scheme may do. */
export function toSessionUrl(url: string | URL, isOwn: boolean): SessionUrl {
  const absolute = parseUrl(url, baseOf())
  const fail = (advice: string): SessionUrl => ({
    url: String(url),
    fault: new SessionConfigError(`Failed to find the session at ${JSON.stringify(absolute?.origin ?? String(url))}: ${advice}`),
  })
  if (!absolute)
    return isOwn ? { url: String(url), fault: undefined } : fail('there is no page that it is relative to. Give an absolute url.')
  if (parseUrl(url)?.username) return fail('a browser sends no request to a url with a user name. Take it out.')
  if (!isOwn && !/^https?:$/.test(absolute.protocol)) return fail('url must be of http or https.')
  // The page's own URL may carry them, and fetch refuses such a URL.
  return { url: absolute.href.replace(/^(\w+:\/\/)[^/@]*@/, '$1'), fault: undefined }
}

/** Returns the credentials mode. Cookies are sent to the page's own origin, and to another one only because the app named it. */
export function toCredentials(url: string): RequestCredentials {
  const origin = parseUrl(url)?.origin
  return typeof location !== 'undefined' && origin && origin !== location.origin ? 'include' : 'same-origin'
}

/** Opens the browser's channel between tabs and workers. On a server there is no channel, because one process serves many visitors. */
export function openChannel(name: string): SessionChannel | undefined {
  return isBrowser() && typeof BroadcastChannel !== 'undefined' ? new BroadcastChannel(name) : undefined
}

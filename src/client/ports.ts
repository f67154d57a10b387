// Owns how a client finds its URL, its credentials and its channel in the page. `core.ts` calls it at creation and at the first use.
import type { SessionChannel } from '../platform/channel.ts'
import { isBrowser } from '../platform/locks.ts'

/** The session's absolute URL, where there is a page that makes it absolute. */
export function toAbsolute(url: string | URL): string {
  return typeof location === 'undefined' || !URL.canParse(String(url), location.href) ? String(url) : new URL(url, location.href).href
}

/** Cookies go along to the page's own origin, and to another one only because the app named it. */
export function toCredentials(url: string): RequestCredentials {
  return typeof location !== 'undefined' && URL.canParse(url) && new URL(url).origin !== location.origin ? 'include' : 'same-origin'
}

/** Opens the browser's channel between tabs and workers; none on a server, where one process serves many visitors. */
export function openChannel(name: string): SessionChannel | undefined {
  return isBrowser() && typeof BroadcastChannel !== 'undefined' ? new BroadcastChannel(name) : undefined
}

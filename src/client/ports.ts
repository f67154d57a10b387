import type { SessionChannel } from '../browser/tabs.ts'
import type { SessionLock } from '../sync/sync.ts'

/** The session's absolute URL, where there is a page that makes it absolute. */
export function toAbsolute(url: string | URL): string {
  return typeof location === 'undefined' || !URL.canParse(String(url), location.href) ? String(url) : new URL(url, location.href).href
}

/** Cookies go along to the page's own origin, and to another one only because the app named it. */
export function toCredentials(url: string): RequestCredentials {
  return typeof location !== 'undefined' && URL.canParse(url) && new URL(url).origin !== location.origin ? 'include' : 'same-origin'
}

/** The browser's channel between tabs; none on a server, where one process serves many visitors. */
export function openChannel(name: string): SessionChannel | undefined {
  return typeof document === 'undefined' || typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(name)
}

/** The browser's lock between tabs; undefined where it has none. */
export function openLock(name: string): SessionLock | undefined {
  const locks = typeof document === 'undefined' || typeof navigator === 'undefined' ? undefined : navigator.locks
  if (!locks) return
  return async (run) => {
    const isDone = await locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock) await run(false)
      return lock !== null
    })
    if (!isDone) await locks.request(name, () => run(true))
  }
}

// Owns the port to the page's life: focus, hiding, leaving, the back/forward cache, the network. The client's wiring starts it with the
// first use and stops it with `dispose`. It never decides what the client does.
import type { Clock } from './clock.ts'

/** What happens to the page. */
export interface PageEvents {
  /** The visitor returned to the page. At most once in five seconds, delayed rather than dropped. */
  onReturn(): void
  /** The page became hidden, and may be left: this task may be its last. */
  onHide(): void
  /** The page is being left, for the back/forward cache if `isKept`. */
  onLeave(isKept: boolean): void
  /** The browser reports that it is online again. */
  onOnline(): void
  /** The page came back from the back/forward cache: anything may have happened. */
  onThaw(): void
}

const throttleMs = 5000

/** Calls at once, then at most once in the throttle; a call in between is delayed, never dropped. */
function throttle(clock: Clock, run: () => void): { readonly call: () => void; readonly stop: () => void } {
  let last = Number.NEGATIVE_INFINITY
  let timer: unknown
  function fire(): void {
    timer = undefined
    last = clock.now()
    run()
  }
  return {
    call() {
      const waitMs = last + throttleMs - clock.now()
      if (waitMs <= 0) fire()
      else timer ??= clock.setTimeout(fire, waitMs)
    },
    stop: () => clock.clearTimeout(timer),
  }
}

/** Whether the page is hidden; false if there is no page. Browsers run a hidden page's timers once a second. */
export const isPageHidden = (): boolean => typeof document !== 'undefined' && document.visibilityState === 'hidden'

/** Whether the browser says that it has no network. It says so reliably; that it has one is a guess. */
export const isBrowserOffline = (): boolean => typeof navigator !== 'undefined' && navigator.onLine === false

/** Listens to the page's life; does nothing if there is no page. Returns the function that stops it. */
export function watchPage(clock: Clock, events: PageEvents): () => void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => {}
  const returning = throttle(clock, events.onReturn)
  const controller = new AbortController()
  const on = (target: EventTarget, type: string, run: (event: Event) => void): void =>
    target.addEventListener(type, run, { signal: controller.signal })
  const isKept = (event: Event): boolean => (event as PageTransitionEvent).persisted
  on(window, 'focus', returning.call)
  on(document, 'visibilitychange', () => (isPageHidden() ? events.onHide() : returning.call()))
  on(window, 'online', events.onOnline)
  on(window, 'pagehide', (event) => events.onLeave(isKept(event)))
  on(window, 'pageshow', (event) => isKept(event) && events.onThaw())
  return () => {
    controller.abort()
    returning.stop()
  }
}

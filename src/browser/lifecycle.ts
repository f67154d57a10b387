import type { Clock } from '../sync/clock.ts'

/** What the page's life asks of the client. */
export interface LifecycleEvents {
  /** The page is looked at again: look whether the session changed. At most once in five seconds, late rather than never. */
  onFocus(): void
  /** The page is looked at no more, and may be left. */
  onHide(): void
  /** The browser says that it is online again. */
  onOnline(): void
  /** The page goes into the back/forward cache. */
  onFreeze(): void
  /** The page came back from there: anything may have happened. */
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

/** Listens to the page's life; nothing where there is no page. Returns what ends it. */
export function watchLifecycle(clock: Clock, events: LifecycleEvents): () => void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => {}
  const focus = throttle(clock, events.onFocus)
  const controller = new AbortController()
  const on = (target: EventTarget, type: string, run: (event: Event) => void): void =>
    target.addEventListener(type, run, { signal: controller.signal })
  on(window, 'focus', focus.call)
  on(document, 'visibilitychange', () => (document.visibilityState === 'visible' ? focus.call : events.onHide)())
  on(window, 'online', events.onOnline)
  on(window, 'pagehide', (event) => (event as PageTransitionEvent).persisted && events.onFreeze())
  on(window, 'pageshow', (event) => (event as PageTransitionEvent).persisted && events.onThaw())
  return () => {
    controller.abort()
    focus.stop()
  }
}

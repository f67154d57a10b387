// One simulated browser: cookie jar, channel and locks that its tabs share.
import type { SessionChannel } from '../../src/platform/channel.ts'
import type { LightResponse } from './host.ts'
import type { Scheduler } from './scheduler.ts'
import type { ServiceWorker } from './service-worker.ts'
import { createWebLocks, type SimulatedLocks } from './web-locks.ts'

/** One browser: a cookie jar, a channel and a lock that its tabs share. */
export interface SimulatedBrowser {
  readonly name: string
  readonly visitor: string
  /** The session cookie that goes with a request now. */
  cookie(): string | undefined
  /** Takes the cookie of an answer. */
  take(response: LightResponse, isApp: boolean): void
  /** Puts a key in the jar, as a second device does that got the same one. */
  setCookie(cookie: string | undefined): void
  openChannel(page: Page): SessionChannel
  /** Its Web Locks, as one page has them. */
  openLocks(page: Page): SimulatedLocks
  /** What the tab of a crashed page held is free again. */
  release(page: Page): void
  isOffline: boolean
  /** Its service worker, from now on. */
  install(worker: ServiceWorker): void
  worker(): ServiceWorker | undefined
  /** `firefox` and `webkit` differ in what becomes of a fetch when its page is left. */
  setEngine(name: string): void
  engine(): string
  /** How long the slowest message between its tabs has taken, in milliseconds. */
  slowestMs: number
}

/** The page that a client lives in, as its surroundings see it. */
export interface Page {
  readonly name: string
  readonly isGone: boolean
  /** It was closed by the visitor: what is not kept alive goes with it. */
  readonly isLeft?: boolean
  /** How often it was frozen by a browser that never settles what was in flight. */
  readonly freezes?: number
  /** Runs something in the page: later where it sleeps, never where it is gone. */
  enter(run: () => void): void
}

export interface BrowserParts {
  readonly scheduler: Scheduler
  readonly wallClock: () => number
  /** How long a message from one tab to another takes, in milliseconds. */
  readonly messageMs: (from: string) => number
  /** Told every cookie that the browser takes. */
  readonly onCookie: (cookie: string, isApp: boolean) => void
  /** Told of each thing that may come again and again without time passing; true where it does. */
  readonly isSpinning: () => boolean
}

export function createBrowser(
  name: string,
  visitor: string,
  { scheduler, wallClock, messageMs, onCookie, isSpinning }: BrowserParts,
): SimulatedBrowser {
  let jar: { readonly value: string; readonly until: number } | undefined
  const listeners = new Map<Page, (event: { readonly data: unknown }) => void>()
  let worker: ServiceWorker | undefined
  let engine = 'chromium'
  const locks = createWebLocks(scheduler, isSpinning)
  const arrivals = new Map<string, number>()

  const browser: SimulatedBrowser = {
    name,
    visitor,
    isOffline: false,
    slowestMs: 0,
    install(next) {
      worker = next
    },
    worker: () => worker,
    setEngine(next) {
      engine = next
    },
    engine: () => engine,
    cookie: () => (jar && jar.until > wallClock() ? jar.value : undefined),
    take({ headers }, isApp) {
      const line = headers.get('Set-Cookie')
      if (line === null) return
      const value = line.slice(line.indexOf('=') + 1, line.indexOf(';'))
      const maxAge = /Max-Age=(\d+)/.exec(line)?.[1]
      onCookie(value, isApp)
      jar =
        value === '' ? undefined : { value, until: maxAge === undefined ? Number.POSITIVE_INFINITY : wallClock() + Number(maxAge) * 1000 }
    },
    setCookie(cookie) {
      jar = cookie === undefined ? undefined : { value: cookie, until: Number.POSITIVE_INFINITY }
    },
    openChannel: (page) => ({
      postMessage(message) {
        const others = [...listeners].filter(([other]) => other !== page)
        const text = others.length > 0 ? JSON.stringify(message) : ''
        for (const [other, listener] of others) {
          const ms = messageMs(page.name)
          browser.slowestMs = Math.max(browser.slowestMs, ms)
          // In order, as from one tab to another; between different tabs there is none.
          const way = `${page.name}>${other.name}`
          const at = Math.max(arrivals.get(way) ?? 0, scheduler.now() + ms)
          arrivals.set(way, at)
          scheduler.after(at - scheduler.now(), () =>
            other.enter(() => listeners.get(other) === listener && listener({ data: JSON.parse(text) })),
          )
        }
      },
      addEventListener: (_, listener) => void listeners.set(page, listener),
      close: () => void listeners.delete(page),
    }),
    openLocks: locks.open,
    release(page) {
      listeners.delete(page)
      locks.release(page)
    },
  }
  return browser
}

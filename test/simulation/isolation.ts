// Judges that no commit is in flight during an exclusive section.
import type { SimulatedBrowser } from './browser.ts'
import type { Tab, World } from './parts.ts'

/** What takes as long as the limit of `exclusive` is given up, and so is the waiting for it; in milliseconds. */
const limitMs = 9_000
/** Tabs that hear of each other later than this are not held in time. */
const promptMs = 20

/** Holds that no commit of a browser's tabs is under way while an exclusive request runs. Reads set no cookie, and a new tab begins with one. */
export function createIsolation(
  { scheduler, fail }: Pick<World, 'scheduler' | 'fail'>,
  tabs: ReadonlyMap<string, Tab>,
): World['isolation'] {
  const running = new Map<SimulatedBrowser, { readonly tab: string; readonly since: number; readonly askedAt: number; count: number }>()
  return {
    begin(tab, browser, since) {
      const now = scheduler.now()
      const run = running.get(browser)
      running.set(browser, { tab, since: run?.since ?? now, askedAt: run?.askedAt ?? since, count: (run?.count ?? 0) + 1 })
      // A page that slept has lost its hold of the others.
      const holder = tabs.get(tab)
      if (browser.slowestMs > promptMs || now - since >= limitMs || (holder && Math.max(holder.wokenAt, holder.leftAt) >= since)) return
      for (const { name, browser: own, traffic, isSleeping, isGone, wokenAt } of tabs.values()) {
        if (own === browser && traffic.open?.isUnsafe && !traffic.open.signal.aborted && !isSleeping && !isGone && wokenAt < since)
          fail(`exclusive: ${name} has a commit under way`)
      }
    },
    end(browser) {
      const run = running.get(browser)
      if (!run) return
      run.count--
      if (run.count === 0) running.delete(browser)
    },
    send({ name, browser, wokenAt }) {
      const run = running.get(browser)
      // A page that slept has lost its hold of the others. So has one that was left, and a client that was disposed of in its section.
      const holder = run && tabs.get(run.tab)
      if (holder && (holder.isDisposed || holder.wokenAt >= run.askedAt || holder.leftAt >= run.askedAt)) return
      if (!run || browser.slowestMs > promptMs || scheduler.now() - run.since >= limitMs || wokenAt >= run.askedAt) return
      fail(`exclusive: ${name} sends a commit meanwhile`)
    },
  }
}

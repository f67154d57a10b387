// The page of one simulated tab: it may sleep, be gone, be left and come back. tab.ts creates it; it knows nothing of the client.
import type { Page, SimulatedBrowser } from './browser.ts'
import { createPageEvents, type PageEvents } from './pages/page-events.ts'
import type { Traffic, World } from './parts.ts'

/** Where the page of a tab stands. */
export interface PageState extends Page {
  isGone: boolean
  isDisposed: boolean
  isSleeping: boolean
  /** Something has happened in it since the last check. */
  isTouched: boolean
  wokenAt: number
  /** It was closed by the visitor: what is not kept alive goes with it. */
  isLeft: boolean
  /** How often it was frozen by a browser that never settles what was in flight. */
  freezes: number
}

/** A page, and what the visitor and the browser do with it. */
export interface PageLife {
  readonly page: PageState
  wake(): void
  /** `hasWrites` tells whether it has writes in hand that may leave with it. */
  leave(isKept: boolean, traffic: Traffic, hasWrites: () => boolean): void
  comeBack(traffic: Traffic): void
}

/** How soon after its return a page has given up what the browser never settles, in milliseconds. */
const returnMs = 1_000

/** Creates a page that is shown. */
export function createPage(name: string, browser: SimulatedBrowser, world: World): PageLife {
  const { scheduler } = world
  const held: (() => void)[] = []
  const events: PageEvents = createPageEvents()
  const page: PageState = {
    name,
    isGone: false,
    isDisposed: false,
    isSleeping: false,
    isTouched: true,
    isLeft: false,
    freezes: 0,
    wokenAt: scheduler.now(),
    enter(run) {
      if (page.isGone) return
      if (page.isSleeping) return void held.push(run)
      page.isTouched = true
      world.enterPage(events)
      run()
    },
  }

  function wake(): void {
    page.isSleeping = false
    page.wokenAt = scheduler.now()
    for (const run of held.splice(0)) scheduler.after(0, () => page.enter(run))
  }

  return {
    page,
    wake,
    leave(isKept, traffic, hasWrites) {
      page.enter(() => {
        if (page.isDisposed) return
        const isIdle = traffic.open === undefined
        if (isIdle && hasWrites() && !isKept) traffic.leftAt = traffic.commits
        events.visibility = 'hidden'
        events.dispatch('visibilitychange')
        events.dispatch('pagehide', isKept)
        scheduler.after(0, () => {
          page.isSleeping = isKept
          page.isLeft = !isKept
          page.isGone = !isKept
          if (isKept && browser.engine() === 'webkit') page.freezes++
          if (!isKept) browser.release(page)
        })
      })
    },
    comeBack(traffic) {
      if (!page.isSleeping || page.isGone) return
      const open = traffic.open
      wake()
      page.enter(() => {
        events.visibility = 'visible'
        events.dispatch('pageshow', true)
        events.dispatch('visibilitychange')
      })
      scheduler.after(returnMs, () => {
        if (open && traffic.open === open && !open.signal.aborted && browser.engine() === 'webkit')
          world.fail(`left: ${name} waits for a fetch that its browser never settles`)
      })
    },
  }
}

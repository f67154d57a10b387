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
  /** When it was last left. */
  leftAt: number
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
  /** `versionOf` gives the version that the client is at. */
  comeBack(traffic: Traffic, versionOf: () => string | undefined): void
  /** The visitor switches to another tab. */
  hide(): void
  /** How long a timer of the page takes at least, in milliseconds: a second in a hidden one. */
  timerMs(): number
}

/** How soon after its return a page has given up what the browser never settles, in milliseconds. */
const returnMs = 1_000
/** How soon after its return a page shows what the server had by then, in milliseconds: after a commit in flight and a read. */
const readMs = 6_000
/** How long a timer of a hidden page takes at least, in milliseconds. */
const hiddenTimerMs = 1_000

/** Creates a page that is shown. */
export function createPage(name: string, browser: SimulatedBrowser, world: World): PageLife {
  const { scheduler, server } = world
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
    leftAt: Number.NEGATIVE_INFINITY,
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
        page.leftAt = scheduler.now()
        const isIdle = traffic.open === undefined
        if (isIdle && hasWrites() && !isKept && !world.hasExclusives) traffic.leftAt = traffic.commits
        if (!isKept) traffic.leftWith = traffic.open?.key
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
    hide() {
      page.enter(() => {
        events.visibility = 'hidden'
        events.dispatch('visibilitychange')
      })
    },
    timerMs: () => (events.visibility === 'hidden' && !page.isGone ? hiddenTimerMs : 0),
    comeBack(traffic, versionOf) {
      if (!page.isSleeping || page.isGone) return
      const { open } = traffic
      const stored = server.reach(browser.cookie())
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
      scheduler.after(readMs, () => {
        const shown = server.versions.get(versionOf() ?? '')
        const isOld = stored && (shown ? shown.lineage === stored.lineage && shown.index < stored.index : true)
        if (isOld && !page.isSleeping && !page.isGone && !world.hasExclusives)
          world.fail(`left: ${name} shows an old state ${readMs} ms after its return`)
      })
    },
  }
}

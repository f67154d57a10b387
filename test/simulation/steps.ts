// Applies a step of a script to its tab, browser or server.
import type { SimulatedBrowser } from './browser.ts'
import type { Orders } from './judge-stored.ts'
import { attack } from './lists/attack.ts'
import type { Tab, World } from './parts.ts'
import type { Step } from './script.ts'
import { createServiceWorker } from './service-worker.ts'

/** What the steps of a script are done with. */
export interface StepParts {
  readonly world: World
  readonly browsers: ReadonlyMap<string, SimulatedBrowser>
  readonly tabs: ReadonlyMap<string, Tab>
  /** Opens a tab with its first step. */
  readonly tabOf: (name: string) => Tab
  readonly orders: Orders
}

/** Gives what does one step. */
export function createSteps({ world, browsers, tabs, tabOf, orders }: StepParts): (step: Step) => void {
  const { server } = world
  const saved = new Map<string, { readonly text: string; readonly index: number }>()

  /** What was stored after the state that is put back is undone, record and all. */
  function restore(cookie: string | undefined, name: string): void {
    const former = saved.get(name)
    const lineage = server.reach(cookie)?.lineage
    if (!former || lineage === undefined || !server.restore(cookie, former.text)) return
    for (const { ledger } of tabs.values()) {
      for (const { stored, undone } of ledger.entries)
        if ((stored.get(lineage) ?? -1) > former.index && stored.delete(lineage)) undone.add(lineage)
      orders.delete(`${ledger.tab} ${lineage}`)
    }
  }

  function stepBrowser(browser: SimulatedBrowser, step: Step): void {
    const { what, args } = step
    const cookie = browser.cookie()
    const [first = ''] = args as string[]
    if (what === 'offline' || what === 'online') browser.isOffline = what === 'offline'
    else if (what === 'join') browser.setCookie(browsers.get(first)?.cookie())
    else if (what === 'expire') server.expire(cookie)
    else if (what === 'evict') server.evict(cookie)
    else if (what === 'kill') server.kill()
    else if (what === 'refuse') server.refuse(first, Number(args[1]))
    else if (what === 'attack') void attack(world, cookie, first, Number(args[1]))
    else if (what === 'engine') browser.setEngine(first)
    else if (what === 'worker') browser.install(createServiceWorker(first, args[1] === true))
    else if (what === 'save') {
      const reached = server.reach(cookie)
      if (reached) saved.set(first, { text: server.save(cookie) as string, index: reached.index })
    } else if (what === 'restore') restore(cookie, first)
    else world.request(browser, step).catch(() => {})
  }

  return (step) => {
    const { who, what, args } = step
    world.note?.(who, `> ${what} ${args.join(' ')}`)
    const browser = browsers.get(who)
    if (browser) return stepBrowser(browser, step)
    const tab = tabOf(who)
    if (what === 'leave') tab.leave(args[0] === true)
    else if (what === 'return') tab.return()
    else if (what === 'hide') tab.hide()
    else if (what === 'sleep' || what === 'wake' || what === 'crash') tab[what]()
    else tab.perform(step)
  }
}

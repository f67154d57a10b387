// Draws the steps of a history of mode `pages`: visitors who write, hide their pages and leave. generate.ts of the simulation calls it.
import type { Random } from '../random.ts'
import type { BrowserPlan, Step } from '../script.ts'

type Add = (at: number, who: string, what: string, ...args: Step['args']) => void

/** What one page does. */
interface Page {
  readonly random: Random
  readonly add: Add
  readonly tab: string
  /** The name of its next call. */
  readonly id: () => string
}

/** Draws writes, often in the same task; a large one is more than keepalive carries of a page that is shown. */
function drawWrites({ random, add, tab, id }: Page, start: number): number {
  let at = start
  const count = random.int(3)
  for (let index = 0; index < count; index++) {
    if (random.chance(0.15)) add(at, tab, 'large', id())
    else add(at, tab, 'update', 'n', id())
    at += random.chance(0.7) ? 0 : random.int(60)
  }
  return at
}

/** Draws a page that is closed, or goes into the back/forward cache and comes back. */
function drawLeaving({ random, add, tab, id }: Page, at: number): void {
  const isKept = random.chance(0.4)
  add(at, tab, 'leave', isKept)
  if (!isKept) return
  add(at + 1 + random.int(6000), tab, 'return')
  add(at + 6100 + random.int(500), tab, 'update', 'n', id())
}

/** Draws writes, and pages that are hidden, closed or go into the back/forward cache, often in the same task. */
export function drawPageSteps(random: Random, browsers: readonly BrowserPlan[]): Step[] {
  const steps: Step[] = []
  const add: Add = (at, who, what, ...args) => void steps.push({ at, who, what, args })
  const areHidden = random.chance(0.15)
  for (const { name, tabs, visitor } of browsers) {
    add(0, name, 'engine', random.pick(['chromium', 'firefox', 'webkit']))
    for (const tab of tabs) {
      let number = 0
      const page: Page = { random, add, tab, id: () => `${tab}${++number}` }
      let at = random.int(200)
      add(at, tab, 'get', 'n')
      if (random.chance(0.7)) add(at + 50, tab, 'update', 'n', page.id())
      // In the middle of its first commit, or after it.
      at += random.chance(0.3) ? 60 + random.int(80) : 300 + random.int(500)
      if (random.chance(0.15))
        add(Math.max(0, at - random.int(100)), tab, 'exclusive', ...random.pick([['look'], ['rotate'], ['sign-in', visitor]]))
      if (areHidden) {
        add(1_000, tab, 'hide')
        add(1_000 + random.int(20), tab, 'chain', 'n', page.id())
      } else drawLeaving(page, drawWrites(page, at))
    }
  }
  return steps.sort((a, b) => a.at - b.at)
}

// Draws the steps of a history of mode `pages`: visitors who write and leave. generate.ts of the simulation calls it.
import type { Random } from '../random.ts'
import type { BrowserPlan, Step } from '../script.ts'

/** Draws writes, and pages that are closed or go into the back/forward cache, often in the same task. */
export function drawPageSteps(random: Random, browsers: readonly BrowserPlan[]): Step[] {
  const steps: Step[] = []
  const add = (at: number, who: string, what: string, ...args: Step['args']): void => void steps.push({ at, who, what, args })
  for (const { name, tabs } of browsers) {
    add(0, name, 'engine', random.pick(['chromium', 'firefox', 'webkit']))
    let number = 0
    for (const tab of tabs) {
      let at = random.int(200)
      add(at, tab, 'get', 'n')
      if (random.chance(0.7)) add(at + 50, tab, 'update', 'n', `${tab}${++number}`)
      at += 300 + random.int(500)
      const count = random.int(3)
      for (let index = 0; index < count; index++) {
        add(at, tab, 'update', 'n', `${tab}${++number}`)
        at += random.chance(0.7) ? 0 : random.int(60)
      }
      const isKept = random.chance(0.4)
      add(at, tab, 'leave', isKept)
      if (isKept) add(at + 1 + random.int(6000), tab, 'return')
      if (isKept) add(at + 6100 + random.int(500), tab, 'update', 'n', `${tab}${++number}`)
    }
  }
  return steps.sort((a, b) => a.at - b.at)
}

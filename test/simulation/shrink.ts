// Shrinks a failing script.
import type { Fate, Script, Step } from './script.ts'

/** Whether a script still shows what a longer one shows. */
export type Fails = (script: Script) => Promise<boolean>

/** Leaves out as many items as it can: large pieces first, then one by one, until none can go. */
async function reduce<T>(items: readonly T[], stillFails: (rest: readonly T[]) => Promise<boolean>): Promise<readonly T[]> {
  let kept = items
  for (let size = Math.ceil(items.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < kept.length; ) {
      const rest = [...kept.slice(0, start), ...kept.slice(start + size)]
      if (await stillFails(rest)) kept = rest
      else start += size
    }
  }
  return kept
}

/** Simpler fates that may do as well. */
function simpler(fate: Fate): Fate[] {
  const { kind, out, back, copy } = fate
  const options: Fate[] = []
  if (out !== undefined) options.push({ ...fate, out: undefined as never })
  if (back !== undefined) options.push({ ...fate, back: undefined as never })
  if (copy !== undefined) options.push({ ...fate, copy: undefined as never })
  if (kind !== undefined) options.push({ ...fate, kind: undefined as never }, { ...fate, kind: 'cut' })
  return options.map((option) => Object.fromEntries(Object.entries(option).filter(([, value]) => value !== undefined)))
}

const isLess = (a: Fate, b: Fate): boolean => JSON.stringify(a).length < JSON.stringify(b).length

/** The smallest script that it finds which fails in the same way. */
export async function shrink(script: Script, fails: Fails): Promise<Script> {
  let best = script
  const attempt = async (next: Script): Promise<boolean> => {
    const isFailing = await fails(next)
    if (isFailing) best = next
    return isFailing
  }
  for (let round = 0; round < 4; round++) {
    const before = best
    await reduce<Step>(best.steps, (steps) => attempt({ ...best, steps }))
    await reduce([...best.fates], (fates) => attempt({ ...best, fates: new Map(fates) }))
    for (const [name, fate] of best.fates) {
      for (const option of simpler(fate))
        if (isLess(option, best.fates.get(name) ?? {})) await attempt({ ...best, fates: new Map(best.fates).set(name, option) })
    }
    if (best.latencyMs > 0) await attempt({ ...best, latencyMs: 0 })
    if (best.maxAgeMs !== 1_209_600_000) await attempt({ ...best, maxAgeMs: 1_209_600_000 })
    if (best.steps.length === before.steps.length && best.fates.size === before.fates.size) break
  }
  return dropTabs(best)
}

/** Leaves out browsers and tabs that have nothing to do. */
function dropTabs(script: Script): Script {
  const used = new Set(script.steps.flatMap(({ who, args }) => [who, ...args]))
  const browsers = script.browsers.map((browser) => ({ ...browser, tabs: browser.tabs.filter((tab) => used.has(tab)) }))
  return { ...script, browsers: browsers.filter(({ name, tabs }) => tabs.length > 0 || used.has(name)) }
}

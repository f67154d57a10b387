// Draws a history, its steps and its faults, from a seed.
import { drawEditSteps } from './edits/generate.ts'
import { drawEditProbabilities } from './edits/probabilities.ts'
import { drawListSteps } from './lists/generate.ts'
import { drawPlan } from './lists/plan.ts'
import { drawPageSteps } from './pages/generate.ts'
import { drawFate, drawProbabilities, shapes, type Weather, weathers } from './probabilities.ts'
import { createRandom, type Random } from './random.ts'
import type { BrowserPlan, Fate, Mode, Script, Step } from './script.ts'

/** A script and what befalls its messages, drawn from one seed. */
export interface Generated {
  readonly script: Script
  readonly drawFate: (name: string) => Fate | undefined
}

/** Draws the steps of a history. */
function drawSteps(random: Random, browsers: readonly BrowserPlan[], mode: Mode): Step[] {
  const steps: Step[] = []
  const probabilities = drawProbabilities(random, mode === 'old-views')
  const numbers = new Map<string, number>()
  const add = (at: number, who: string, what: string, ...args: Step['args']): void => void steps.push({ at, who, what, args })
  const idOf = (who: string): string => {
    const number = (numbers.get(who) ?? 0) + 1
    numbers.set(who, number)
    return `${who}${number}`
  }
  const whoOf = ({ visitor }: BrowserPlan): string => (random.chance(0.8) ? visitor : `${visitor}b`)

  function addBrowserStep(at: number, browser: BrowserPlan): void {
    const { name } = browser
    const what = random.weigh(probabilities.browserSteps)
    switch (what) {
      case 'sign-in':
        return add(at, name, what, whoOf(browser))
      case 'write':
        return add(at, name, what, random.pick(['r', 'x', 'j', 'm', 't']), idOf('S'))
      case 'lifetime':
        return add(at, name, what, 5 + random.int(100))
      case 'old-view':
        return add(at, name, what, random.pick(['r', 'x', 'j']), idOf('S'), random.int(3000))
      case 'save':
      case 'restore':
        return add(at, name, what, 'old')
      case 'offline':
        add(at, name, what)
        return add(at + random.int(6000), name, 'online')
      default:
        return add(at, name, what)
    }
  }

  function addTabStep(at: number, browser: BrowserPlan): void {
    const tab = random.pick(browser.tabs)
    const what = random.weigh(probabilities.tabSteps)
    const id = idOf(tab)
    switch (what) {
      case 'update':
      case 'set':
      case 'delete':
      case 'pop':
      case 'default':
        return add(at, tab, what, random.weigh(probabilities.keys), id)
      case 'tx':
        return add(at, tab, what, random.weigh(probabilities.transactions), id)
      case 'expiry':
        return add(at, tab, what, id, random.pick([1000 * (1 + random.int(60)), 'default', 'browser-close']))
      case 'bad':
        return add(at, tab, 'set', random.pick(['r', 'm', 'l']), id, `bad${id}`)
      case 'discard':
        return add(at, tab, what, random.int(3))
      case 'exclusive':
        return add(at, tab, what, ...random.pick([['sign-in', whoOf(browser)], ['sign-out'], ['rotate'], ['look']]))
      case 'notice':
        return add(at, tab, what, random.pick(['look', 'rotate']))
      case 'throw':
        return add(at, tab, what, random.weigh(probabilities.keys))
      case 'dehydrate':
        add(at, tab, what, id)
        return add(at + random.int(2000), random.pick(browser.tabs), 'hydrate', id)
      case 'get':
        return add(at, tab, what, 'n')
      case 'sleep':
        add(at, tab, what)
        return add(at + random.int(15_000), tab, 'wake')
      default:
        return add(at, tab, what, id)
    }
  }

  const isWild = random.chance(0.6)
  // Most of what breaks breaks early; some histories are long enough for what needs more.
  const count = random.chance(0.9) ? 1 + random.int(3) : 4 + random.int(9)
  let at = 0
  for (const { name } of browsers.slice(1))
    if (browsers.every(({ visitor }) => visitor === 'v1')) add(200 + random.int(2000), name, 'join', 'b1')
  for (let index = 0; index < count; index++) {
    at += random.chance(0.4) ? 0 : random.int(random.chance(0.3) ? 5000 : 200)
    const browser = random.pick(browsers)
    if (isWild && random.chance(0.2)) addBrowserStep(at, browser)
    else addTabStep(at, browser)
  }
  return steps.sort((a, b) => a.at - b.at)
}

/** Draws a history of mode `edits` or `caches`. */
function generateEdits(seed: number, mode: 'edits' | 'caches'): Generated {
  const random = createRandom(seed, mode)
  // Often nothing befalls a message, so that what two people do meets.
  const weather = random.chance(0.4) ? { fault: 0, delay: 0.05, copy: 0 } : random.pick(weathers)
  const probabilities = drawEditProbabilities(random)
  const browsers = random.pick(shapes)
  const script: Script = {
    seed,
    mode,
    browsers,
    maxAgeMs: random.chance(0.05) ? 5000 + random.int(60_000) : 1_209_600_000,
    latencyMs: random.chance(0.15) ? 1 + random.int(200) : 0,
    steps: drawEditSteps(random, browsers, probabilities, mode === 'caches'),
    fates: new Map(),
  }
  return { script, drawFate: (name) => drawFateOf(createRandom(seed, name), name, weather, probabilities.faults) }
}

/** Draws a history of mode `pages`: nothing befalls a message but that it takes its time. */
function generatePages(seed: number): Generated {
  const random = createRandom(seed, 'pages')
  const browsers = random.pick(shapes)
  const script: Script = {
    seed,
    mode: 'pages',
    browsers,
    maxAgeMs: 1_209_600_000,
    latencyMs: 0,
    steps: drawPageSteps(random, browsers),
    fates: new Map(),
  }
  function drawTime(name: string): Fate | undefined {
    const drawn = createRandom(seed, name)
    return drawn.chance(0.3) ? { out: drawn.int(400), back: drawn.int(400) } : undefined
  }
  return { script, drawFate: drawTime }
}

function drawFateOf(drawn: Random, name: string, weather: Weather, faults: Readonly<Record<string, number>>): Fate | undefined {
  if (!name.includes('~')) return drawFate(drawn, weather, faults)
  return drawn.chance(0.4) ? { out: drawn.int(20) } : undefined
}

/** Adds what befalls private and read-only keys. Drawn apart, so that a history without lists stays what it is. */
function addListSteps({ seed, browsers, steps }: Script): Step[] {
  const added = drawListSteps(createRandom(seed, 'private'), browsers, steps.at(-1)?.at ?? 0)
  return [...steps, ...added].sort((a, b) => a.at - b.at)
}

/** Draws a history. */
export function generate(seed: number, mode: Mode = 'normal'): Generated {
  if (mode === 'edits' || mode === 'caches') return generateEdits(seed, mode)
  if (mode === 'pages') return generatePages(seed)
  const random = createRandom(seed, 'script')
  const weather = random.pick(weathers)
  const browsers = random.pick(shapes)
  const exposure = mode === 'normal' ? drawPlan(seed) : undefined
  const script: Script = {
    seed,
    mode,
    browsers,
    exposure,
    maxAgeMs: random.chance(0.1) ? 5000 + random.int(60_000) : 1_209_600_000,
    latencyMs: random.chance(0.15) ? 1 + random.int(200) : 0,
    steps: drawSteps(random, browsers, mode),
    fates: new Map(),
  }
  const areMessagesSlow = random.chance(0.3)
  return {
    script: exposure ? { ...script, steps: addListSteps(script) } : script,
    drawFate(name) {
      const drawn = createRandom(seed, name)
      if (!name.includes('~')) return drawFate(drawn, weather)
      return drawn.chance(0.4) ? { out: drawn.int(areMessagesSlow ? 3000 : 20) } : undefined
    },
  }
}

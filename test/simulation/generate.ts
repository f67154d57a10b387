import { createRandom, type Random } from './random.ts'
import type { BrowserPlan, Fate, Mode, Script, Step } from './script.ts'

/** A script and what befalls its messages, drawn from one seed. */
export interface Generated {
  readonly script: Script
  readonly drawFate: (name: string) => Fate | undefined
}

/** How rough a history is. */
interface Weather {
  /** How often something befalls a request. */
  readonly fault: number
  /** How often a way takes longer than usual. */
  readonly delay: number
  readonly copy: number
}

const weathers: readonly Weather[] = [
  { fault: 0, delay: 0.3, copy: 0 },
  { fault: 0.15, delay: 0.3, copy: 0.05 },
  { fault: 0.35, delay: 0.4, copy: 0.15 },
  { fault: 0.1, delay: 0.5, copy: 0.4 },
  { fault: 0.6, delay: 0.5, copy: 0.1 },
]

const kinds = {
  lost: 6,
  cut: 8,
  'cookie-cut': 3,
  hang: 3,
  'rate-limited': 2,
  unavailable: 2,
  'unavailable-after': 2,
  'server-error': 2,
  'server-error-after': 3,
  'bad-gateway-after': 1,
  portal: 1,
  'html-forbidden': 0.7,
  csrf: 1,
  unauthenticated: 0.7,
  'html-bad-request': 0.4,
}

function drawDelay(random: Random): number {
  return random.chance(0.15) ? 500 + random.int(12_000) : random.int(400)
}

function drawFate(random: Random, weather: Weather): Fate | undefined {
  const fate: { -readonly [K in keyof Fate]: Fate[K] } = {}
  if (random.chance(weather.fault)) fate.kind = random.weigh(kinds)
  if (random.chance(weather.delay)) fate.out = drawDelay(random)
  if (random.chance(weather.delay)) fate.back = drawDelay(random)
  if (random.chance(weather.copy)) fate.copy = random.chance(0.5) ? random.int(1000) : random.int(30_000)
  return Object.keys(fate).length > 0 ? fate : undefined
}

const shapes: readonly (readonly BrowserPlan[])[] = [
  [{ name: 'b1', visitor: 'v1', tabs: ['A', 'B'] }],
  [{ name: 'b1', visitor: 'v1', tabs: ['A', 'B', 'C'] }],
  [
    { name: 'b1', visitor: 'v1', tabs: ['A'] },
    { name: 'b2', visitor: 'v1', tabs: ['C'] },
  ],
  [
    { name: 'b1', visitor: 'v1', tabs: ['A', 'B'] },
    { name: 'b2', visitor: 'v1', tabs: ['C'] },
  ],
  [
    { name: 'b1', visitor: 'v1', tabs: ['A', 'B'] },
    { name: 'b2', visitor: 'v2', tabs: ['C'] },
  ],
]

const tabSteps = {
  update: 10,
  set: 7,
  delete: 2,
  tx: 6,
  get: 2,
  pop: 0.7,
  default: 0.7,
  clear: 0.5,
  touch: 0.5,
  cycle: 0.7,
  expiry: 0.5,
  revalidate: 1,
  settled: 0.5,
  end: 0.5,
  resume: 0.5,
  sleep: 0.4,
  crash: 0.2,
  dispose: 0.15,
  discard: 0.5,
  exclusive: 1.2,
  notice: 0.4,
  throw: 0.3,
  entries: 0.3,
  ready: 0.3,
  dehydrate: 0.3,
  bad: 0.5,
}

const browserSteps = { 'sign-in': 2, 'sign-out': 1, rotate: 2, write: 4, lifetime: 0.5, offline: 2, expire: 0.7, evict: 1, kill: 1 }
const oldViewSteps = { ...browserSteps, 'old-view': 8, save: 5, restore: 4 }

const keyWeights = { n: 5, l: 5, r: 3, o: 2, m: 1, t: 1, j: 1, f: 1 }
const txWeights = { move: 4, flip: 3, keys: 2, look: 1, limit: 2, guard: 2 }

/** Draws a history. */
export function generate(seed: number, mode: Mode = 'normal'): Generated {
  const random = createRandom(seed, 'script')
  const weather = random.pick(weathers)
  const browsers = random.pick(shapes)
  const steps: Step[] = []
  const numbers = new Map<string, number>()
  const add = (at: number, who: string, what: string, ...args: Step['args']): void => void steps.push({ at, who, what, args })
  const idOf = (who: string): string => {
    const number = (numbers.get(who) ?? 0) + 1
    numbers.set(who, number)
    return `${who}${number}`
  }
  const whoOf = ({ visitor }: BrowserPlan): string => (random.chance(0.8) ? visitor : `${visitor}b`)
  const isWild = random.chance(0.6)
  let at = 0
  // Most of what breaks breaks early; some histories are long enough for what needs more.
  const count = random.chance(0.85) ? 1 + random.int(4) : 5 + random.int(8)
  for (const { name } of browsers.slice(1))
    if (browsers.every(({ visitor }) => visitor === 'v1')) add(200 + random.int(2000), name, 'join', 'b1')
  for (let index = 0; index < count; index++) {
    at += random.weigh({ none: 4, short: 4, long: 2 }) === 'none' ? 0 : random.int(random.chance(0.3) ? 5000 : 200)
    const browser = random.pick(browsers)
    if (isWild && random.chance(0.2)) {
      const what = random.weigh(mode === 'normal' ? { ...oldViewSteps, 'old-view': 0, save: 0, restore: 0 } : oldViewSteps)
      if (what === 'sign-in') add(at, browser.name, what, whoOf(browser))
      else if (what === 'write') add(at, browser.name, what, random.pick(['r', 'x', 'j', 'm', 't']), idOf('S'))
      else if (what === 'lifetime') add(at, browser.name, what, 5 + random.int(100))
      else if (what === 'old-view') add(at, browser.name, what, random.pick(['r', 'x', 'j']), idOf('S'), random.int(3000))
      else if (what === 'save' || what === 'restore') add(at, browser.name, what, 'old')
      else add(at, browser.name, what)
      if (what === 'offline') add(at + random.int(6000), browser.name, 'online')
      continue
    }
    const tab = random.pick(browser.tabs)
    const what = random.weigh(tabSteps)
    const id = idOf(tab)
    switch (what) {
      case 'update':
      case 'set':
      case 'delete':
      case 'pop':
      case 'default':
        add(at, tab, what, random.weigh(keyWeights), id)
        break
      case 'tx':
        add(at, tab, what, random.weigh(txWeights), id)
        break
      case 'expiry':
        add(at, tab, what, id, random.pick([1000 * (1 + random.int(60)), 'default', 'browser-close']))
        break
      case 'bad':
        add(at, tab, 'set', random.pick(['r', 'm', 'l']), id, `bad${id}`)
        break
      case 'discard':
        add(at, tab, what, random.int(3))
        break
      case 'exclusive':
        add(at, tab, what, ...random.pick([['sign-in', whoOf(browser)], ['sign-out'], ['rotate'], ['look']]))
        break
      case 'notice':
        add(at, tab, what, random.pick(['look', 'rotate']))
        break
      case 'throw':
        add(at, tab, what, random.weigh(keyWeights))
        break
      case 'dehydrate':
        add(at, tab, what, id)
        add(at + random.int(2000), random.pick(browser.tabs), 'hydrate', id)
        break
      case 'get':
        add(at, tab, what, 'n')
        break
      case 'sleep':
        add(at, tab, what)
        add(at + random.int(15_000), tab, 'wake')
        break
      default:
        add(at, tab, what, id)
    }
  }
  steps.sort((a, b) => a.at - b.at)
  const script: Script = {
    seed,
    mode,
    browsers,
    maxAgeMs: random.chance(0.1) ? 5000 + random.int(60_000) : 1_209_600_000,
    latencyMs: random.chance(0.15) ? 1 + random.int(200) : 0,
    steps,
    fates: new Map(),
  }
  const areMessagesSlow = random.chance(0.3)
  return {
    script,
    drawFate(name) {
      const drawn = createRandom(seed, name)
      if (!name.includes('~')) return drawFate(drawn, weather)
      return drawn.chance(0.4) ? { out: drawn.int(areMessagesSlow ? 3000 : 20) } : undefined
    },
  }
}

// Owns the probabilities of faults and steps.
import type { Random } from './random.ts'
import type { BrowserPlan, Fate } from './script.ts'

/** How rough a history is. */
export interface Weather {
  /** How often something befalls a request. */
  readonly fault: number
  /** How often a way takes longer than usual. */
  readonly delay: number
  readonly copy: number
}

export const weathers: readonly Weather[] = [
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

/** Draws what befalls a request; undefined where nothing does. */
export function drawFate(random: Random, weather: Weather, faults: Readonly<Record<string, number>> = kinds): Fate | undefined {
  const fate: { -readonly [K in keyof Fate]: Fate[K] } = {}
  if (random.chance(weather.fault)) fate.kind = random.weigh(faults)
  if (random.chance(weather.delay)) fate.out = drawDelay(random)
  if (random.chance(weather.delay)) fate.back = drawDelay(random)
  if (random.chance(weather.copy)) fate.copy = random.chance(0.5) ? random.int(1000) : random.int(30_000)
  return Object.keys(fate).length > 0 ? fate : undefined
}

/** Who is there. */
export const shapes: readonly (readonly BrowserPlan[])[] = [
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
/** Server code that saves whole dicts which it read before. */
const oldViewSteps = { 'old-view': 8, save: 5, restore: 4 }
const noOldViews = { 'old-view': 0, save: 0, restore: 0 }

const keys = { n: 5, l: 5, r: 3, o: 2, m: 1, t: 1, j: 1, f: 1 }
const transactions = { move: 4, flip: 3, keys: 2, look: 1, limit: 2, guard: 2 }

const emphases = [0, 0.5, 1, 3]

/**
 * Some kinds are left out of a history and some come often, in each history others. What only a meeting of a few kinds
 * shows comes sooner so than where each history has a little of everything.
 */
export function vary<N extends string>(random: Random, weights: Readonly<Record<N, number>>): Readonly<Record<N, number>> {
  const varied: Record<N, number> = { ...weights }
  for (const name in varied) varied[name] *= random.pick(emphases)
  return varied
}

/** How often what happens in one history. */
export interface Probabilities {
  readonly tabSteps: typeof tabSteps
  readonly browserSteps: typeof browserSteps & typeof oldViewSteps
  readonly keys: typeof keys
  readonly transactions: typeof transactions
}

/** Draws the probabilities of one history. */
export function drawProbabilities(random: Random, hasOldViews: boolean): Probabilities {
  return {
    tabSteps: vary(random, tabSteps),
    browserSteps: { ...vary(random, browserSteps), ...(hasOldViews ? vary(random, oldViewSteps) : noOldViews) },
    keys: vary(random, keys),
    transactions: vary(random, transactions),
  }
}

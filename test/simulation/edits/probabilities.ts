// How often what happens in a history of mode `edits`. generate.ts draws by it; scripts name nothing of it.
import { vary } from '../probabilities.ts'
import type { Random } from '../random.ts'
import { type Key, keyRules } from './keys.ts'

const tabSteps = {
  edit: 12,
  put: 5,
  keep: 5,
  change: 5,
  erase: 2,
  half: 1,
  count: 5,
  revalidate: 1,
  discard: 1,
  end: 0.7,
  cycle: 0.5,
  resume: 0.3,
  sleep: 0.4,
  crash: 0.3,
  exclusive: 0.6,
  touch: 0.4,
}

const browserSteps = { plant: 8, refuse: 5, 'sign-in': 1.5, rotate: 2, evict: 2, offline: 1, expire: 0.5, kill: 0.5, join: 1 }

const keys = Object.fromEntries(Object.keys(keyRules).map((key) => [key, key === 'theme' || key === 'form' || key === 'cart' ? 3 : 1]))

/** What befalls requests; each history has its own emphases. */
const faults = {
  lost: 4,
  cut: 6,
  'cookie-cut': 6,
  hang: 3,
  unavailable: 1,
  'server-error': 1,
  'server-error-after': 2,
  csrf: 0.5,
  'html-forbidden': 0.3,
}

type Weights<N extends string> = Readonly<Record<N, number>>

/** How often what happens in one history. */
export interface EditProbabilities {
  readonly tabSteps: Weights<keyof typeof tabSteps>
  readonly browserSteps: Weights<keyof typeof browserSteps>
  readonly keys: Weights<Key>
  readonly faults: Weights<keyof typeof faults>
  /** How often a history is one of people who edit one key at the same time, and of nothing else. */
  readonly meetings: number
  /** How often a step is a browser's. */
  readonly byBrowser: number
  /** How often a step of a tab is what was done before, there or in another tab. */
  readonly again: number
  /** How often a step comes at once, or within a round trip. */
  readonly quick: number
}

const only = <N extends string>(weights: Weights<N>, chosen: Partial<Weights<N>>): Weights<N> =>
  Object.fromEntries(Object.keys(weights).map((name) => [name, chosen[name as N] ?? 0])) as Weights<N>

/** The first commits of a visitor whose responses are lost, with new keys and other clients meanwhile: within a few round trips. */
const firstCommits: EditProbabilities = {
  tabSteps: only(tabSteps, { count: 1 }),
  browserSteps: only(browserSteps, { rotate: 2, 'sign-in': 1, evict: 3 }),
  keys: keys as Weights<Key>,
  faults: only(faults, { 'cookie-cut': 3, cut: 1, hang: 1 }),
  meetings: 0,
  byBrowser: 0.6,
  again: 0,
  quick: 1,
}

/** Draws the probabilities of one history. Most histories are about two or three keys: what only a meeting shows comes sooner so. */
export function drawEditProbabilities(random: Random): EditProbabilities {
  if (random.chance(0.08)) return firstCommits
  const chosen = new Set([0, 1, 2].map(() => random.weigh(keys)))
  return {
    tabSteps: vary(random, tabSteps),
    browserSteps: vary(random, browserSteps),
    keys: Object.fromEntries(Object.keys(keyRules).map((key) => [key, chosen.has(key) ? 1 : 0.02])) as Record<Key, number>,
    faults: vary(random, faults),
    meetings: 0.5,
    byBrowser: 0.35,
    again: random.pick([0, 0.2, 0.5]),
    quick: random.pick([0.3, 0.6, 0.9]),
  }
}

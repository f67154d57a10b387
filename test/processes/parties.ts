// Sets up who writes in a kill round: tabs, devices, visitors.
import { createRandom } from '../simulation/random.ts'
import { type Browser, createBrowser } from './browser.ts'
import type { Ledger } from './judge.ts'
import { createWriter, type Writer } from './writer.ts'

/** Who writes: four tabs each time. */
export const variants = {
  /** Four tabs of one browser. */
  tabs: { browsers: ['A', 'A', 'A', 'A'], visitors: 1, hasChannel: true, cycle: 0 },
  /** Four tabs that do not hear each other. */
  deaf: { browsers: ['A', 'A', 'A', 'A'], visitors: 1, hasChannel: false, cycle: 0 },
  /** Two devices of one visitor. */
  devices: { browsers: ['A', 'A', 'B', 'B'], visitors: 1, hasChannel: true, cycle: 0 },
  /** Two visitors. */
  visitors: { browsers: ['A', 'A', 'B', 'B'], visitors: 2, hasChannel: true, cycle: 0 },
  /** Four tabs that also change the session's key now and then. */
  rotating: { browsers: ['A', 'A', 'A', 'A'], visitors: 1, hasChannel: true, cycle: 0.05 },
} as const

export type Variant = keyof typeof variants

/** A browser with its tabs, and all that its visitor's tabs write. */
export interface Party {
  readonly browser: Browser
  readonly ledger: Ledger
  readonly writers: readonly Writer[]
  /** Creates the session by a first commit; resolves when it is there. */
  begin(): Promise<void>
}

/** Opens the browsers and tabs of a variant; `block` keeps their names apart from those of others. */
export function openParties(variant: Variant, { block, seed, url }: { block: number; seed: number; url: string }): Party[] {
  const { browsers, visitors, hasChannel, cycle } = variants[variant]
  const kinds = { count: 3, list: 3, order: 3, tabs: 2, ...(cycle > 0 && { cycle }) }
  const ledgers = new Map<string, Map<string, Writer['writes']>>()
  const parties = new Map<string, Party & { writers: Writer[] }>()
  browsers.forEach((home, index) => {
    const owner = visitors > 1 ? home : ''
    const ledger = ledgers.get(owner) ?? new Map<string, Writer['writes']>()
    const party = parties.get(home) ?? { browser: createBrowser(`${block}${home}`, url), ledger, writers: [], begin: () => writer.begin() }
    const name = `${block}${home}${index}`
    const writer = createWriter(name, party.browser, { url, random: createRandom(seed, name), hasChannel, kinds })
    ledgers.set(owner, ledger.set(name, writer.writes))
    parties.set(home, party)
    party.writers.push(writer)
  })
  return [...parties.values()]
}

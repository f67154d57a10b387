// Runs a batch of histories and returns the first that breaks an invariant.
import { generate } from './generate.ts'
import { installHost } from './host.ts'
import { playHistory } from './lists/compare.ts'
import { scenarios } from './scenarios/scenarios.ts'
import { type Mode, parseScript, type Script } from './script.ts'
import { shrink } from './shrink.ts'
import type { Outcome } from './world.ts'

/** Which histories to run. */
export interface Batch {
  readonly mode: Mode
  readonly firstSeed: number
  readonly count: number
  /** From one seed to the next: workers share a range. @default 1 */
  readonly stride?: number
  /** Looks for faults that match this alone, as a regular expression. */
  readonly only?: string | undefined
}

/** A history that breaks an invariant. */
export interface Broken {
  /** The seed, or the title of a scenario. */
  readonly of: number | string
  readonly fault: string
  readonly script: Script
  /** How many histories were run, this one included. */
  readonly count: number
}

/** The name of the invariant in a fault. */
export const invariantOf = (fault: string | undefined): string | undefined => fault?.split(':')[0]

/** Runs the history of a seed. */
export function runSeed(seed: number, mode: Mode, only?: RegExp): Promise<Outcome> {
  const { script, drawFate } = generate(seed, mode)
  return playHistory(script, { drawFate, only })
}

/** Runs histories until one breaks an invariant; undefined where none does. `onHistory` is told each before it runs. */
export async function runBatch(
  { mode, firstSeed, count, stride = 1, only }: Batch,
  onHistory: (of: number | string) => void,
): Promise<Broken | undefined> {
  const leave = installHost()
  const pattern = only === undefined ? undefined : new RegExp(only)
  try {
    for (let index = 0; index < count; index++) {
      const of = firstSeed + index * stride
      onHistory(of)
      const { fault, script } = await runSeed(of, mode, pattern)
      if (fault !== undefined) return { of, fault, script, count: index + 1 }
    }
  } finally {
    leave()
  }
}

/** Runs every scenario; gives the first that breaks an invariant. */
export async function runScenarios(onHistory: (of: string) => void): Promise<Broken | undefined> {
  for (const [of, text] of Object.entries(scenarios)) {
    onHistory(of)
    const { fault, script } = await playHistory(parseScript(text))
    if (fault !== undefined) return { of, fault, script, count: 0 }
  }
}

/** The smallest script that breaks the same invariant. */
export function shrinkBroken({ script, fault }: Broken, onHistory: () => void, only?: string): Promise<Script> {
  const pattern = only === undefined ? undefined : new RegExp(only)
  return shrink(script, async (next) => {
    onHistory()
    return invariantOf((await playHistory(next, { only: pattern })).fault) === invariantOf(fault)
  })
}

// Owns one run of chaos: several server processes over one real engine, real clients that write and rotate through a bad network, engine
// connections that are cut in mid-command, and an engine that crashes. Called by chaos.test.ts and by `npm run chaos`.
import { createRandom, type Random } from '../simulation/random.ts'
import type { Library } from './engine-store.ts'
import { type Engine, startEngine } from './engines.ts'
import { openParties, type Party } from './parties.ts'
import { type FaultyProxy, startFaultyProxy } from './proxy.ts'
import { createServerProcess } from './server-process.ts'
import { checkEnd, type Findings, report, within } from './settle.ts'
import { createTally } from './tally.ts'

/** How much of it. */
export interface ChaosOptions {
  readonly library: Library
  /** How many server processes there are. */
  readonly servers: number
  /** How many visitors, with four tabs each. */
  readonly visitors: number
  /** How many writes are acknowledged before it ends. */
  readonly writes: number
  readonly seed: number
}

/** What came of it. */
export interface ChaosReport {
  /** What is wrong; empty if all holds. */
  readonly faults: readonly string[]
  readonly figures: Readonly<Record<string, number>>
}

/** How long everything may take to settle, in milliseconds. It only bounds a failure. */
const settleMs = 90_000

interface Stage extends Findings {
  readonly engine: Engine
  readonly network: FaultyProxy
  readonly random: Random
}

/** Runs it once. */
export async function runChaos({ library, servers, visitors, writes, seed }: ChaosOptions): Promise<ChaosReport> {
  const { figures, count } = createTally()
  const engine = await startEngine(library)
  const processes = Array.from({ length: servers }, () => createServerProcess(JSON.stringify(engine.place), 'serve-engine.ts'))
  const network = await startFaultyProxy(createRandom(seed, 'network'))
  const stage: Stage = { engine, network, random: createRandom(seed, 'chaos'), faults: [], count }
  try {
    const ports = (await Promise.all(processes.map((each) => each.start()))) as number[]
    network.targets = ports
    const url = `http://127.0.0.1:${network.port}/session`
    const parties = Array.from({ length: visitors }, (_, block) => openParties('rotating', { block, seed: seed + block, url })).flat()
    await writeUnderStrikes(stage, parties, { writes, port: ports[0] as number })
  } finally {
    await Promise.all(processes.map((each) => each.close()))
    await network.close()
    await engine.close()
  }
  count('engine connections cut', sumOf(engine.proxies.map(({ cuts }) => cuts)))
  for (const [what, times] of Object.entries(network.figures)) count(`network ${what}`, times)
  return { faults: stage.faults, figures }
}

async function writeUnderStrikes(stage: Stage, parties: readonly Party[], goal: { writes: number; port: number }): Promise<void> {
  const writers = parties.flatMap((party) => party.writers)
  const describe = (): string => `nothing settles any more\n${writers.join('\n')}`
  const acknowledged = (): number => sumOf(writers.map(({ writes }) => writes.filter(({ status }) => status === 'acknowledged').length))
  try {
    const running = Promise.all(writers.map((writer) => writer.run()))
    running.catch(() => {})
    const reach = async (count: number): Promise<void> => {
      while (acknowledged() < count) await Promise.race([new Promise((resolve) => setTimeout(resolve, 5)), running])
    }
    let hasCrashed = false
    // By progress and not by time: on a slow machine nothing would ever come through between two strikes.
    for (let done = 0; done < goal.writes; done = acknowledged()) {
      if (!hasCrashed && done > goal.writes / 2) {
        hasCrashed = true
        await crash(stage)
      } else strike(stage)
      await within(reach(done + 1 + stage.random.int(4)), settleMs, describe)
    }
    for (const writer of writers) writer.stop()
    await within(running, settleMs, describe)
    stage.network.isCalm = true
    for (const party of parties) await within(checkEnd(party, goal.port, stage), settleMs, describe)
  } finally {
    for (const writer of writers) writer.dispose()
    report(writers, stage)
  }
}

/** Cuts connections between servers and engine: in the middle of commands, whose responses are lost, or all at once. */
function strike({ engine, random }: Stage): void {
  const proxy = engine.proxies[random.int(engine.proxies.length)]
  if (random.chance(0.3)) proxy?.cutNow()
  else proxy?.cutResponses(1 + random.int(3))
}

async function crash({ engine, random, count }: Stage): Promise<void> {
  count('engine crashes')
  await engine.restart(random.int(3))
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0)

// Kills a real server repeatedly while tabs write, and judges each round. Called by the test and by scripts/kill.ts.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createRandom, type Random } from '../simulation/random.ts'
import { openParties, type Party, type Variant, variants } from './parties.ts'
import { type FaultyProxy, startFaultyProxy, type Way } from './proxy.ts'
import { createServerProcess, type ServerProcess } from './server-process.ts'
import { check, checkEnd, type Findings, report, within } from './settle.ts'
import { createTally } from './tally.ts'

export interface KillOptions {
  readonly rounds: number
  readonly seed: number
  /** The variants, one after the other. @default all */
  readonly variants?: readonly Variant[] | undefined
  /** How many rounds the same tabs write before new ones with a new session take over. @default 5 */
  readonly block?: number | undefined
  /** Told how far it is. */
  readonly tell?: ((line: string) => void) | undefined
}

export interface KillReport {
  /** What is wrong; empty where all holds. */
  readonly faults: readonly string[]
  readonly figures: Readonly<Record<string, number>>
}

/** The longest that a server lives, in milliseconds. */
const lifeMs = 600
/** The longest until a server that is starting is killed, in milliseconds. */
const startMs = 150
/** The longest that everything may take to settle, in milliseconds. */
const settleMs = 60_000

/** What the rounds of one run share. */
interface Stage extends Findings {
  readonly random: Random
  readonly server: ServerProcess
  readonly proxy: FaultyProxy
}

/** Kills the server at a moment drawn: after some time, or when a piece of a request or of a response passes. */
async function strike({ random, server, proxy, count }: Stage): Promise<void> {
  const moment = random.weigh({ time: 6, out: 2, back: 2 })
  let left = 1 + random.int(100)
  let struck = 'killed at some time'
  const timer = setTimeout(server.kill, 5 + random.int(lifeMs) * (moment === 'time' ? 1 : 3))
  proxy.onPiece = (way: Way) => {
    if (way !== moment || --left !== 0) return false
    struck = way === 'out' ? 'killed with a request on its way' : 'killed with a response on its way'
    server.kill()
    return true
  }
  await server.dead()
  clearTimeout(timer)
  Object.assign(proxy, { targets: [], onPiece: undefined })
  count(struck)
}

/** Starts the server again; now and then it is killed while it starts. */
async function revive({ random, server, proxy, count }: Stage): Promise<number> {
  for (;;) {
    const timer = random.chance(0.15) ? setTimeout(server.kill, random.int(startMs)) : undefined
    const port = await server.start()
    clearTimeout(timer)
    proxy.targets = port === undefined ? [] : [port]
    if (port !== undefined) return port
    count('killed while starting')
  }
}

/** Lets four new tabs write while the server is killed again and again. */
async function runBlock(stage: Stage, parties: readonly Party[], { variant, rounds }: { variant: Variant; rounds: number }): Promise<void> {
  const { proxy, faults } = stage
  const writers = parties.flatMap((party) => party.writers)
  const describe = (): string => `${variant}: nothing settles any more\n${writers.join('\n')}`
  proxy.isCalm = false
  try {
    let port = await revive(stage)
    const [first, second] = parties
    if (variant === 'devices' && first && second) {
      await within(first.begin(), settleMs, describe)
      second.browser.join(first.browser)
    }
    const running = Promise.all(writers.map((writer) => writer.run()))
    // Whoever fails is heard at the next strike or at the end.
    running.catch(() => {})
    for (let round = 0; round < rounds && faults.length === 0; round++) {
      await Promise.race([strike(stage), running])
      port = await revive(stage)
      for (const party of parties) await check(party, port, stage)
    }
    for (const writer of writers) writer.stop()
    await within(running, settleMs, describe)
    proxy.isCalm = true
    for (const party of parties) await within(checkEnd(party, port, stage), settleMs, describe)
  } finally {
    for (const writer of writers) writer.dispose()
    report(writers, stage)
    stage.server.kill()
    await stage.server.dead()
    proxy.targets = []
  }
}

/** Kills the server so and so often while four tabs write, and says what came of it. */
export async function runKills({
  rounds,
  seed,
  variants: names = Object.keys(variants) as Variant[],
  block: blockRounds = 5,
  tell,
}: KillOptions): Promise<KillReport> {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-kill-'))
  const clean = (): void => rmSync(folder, { recursive: true, force: true })
  process.on('exit', clean)
  const { figures, count } = createTally()
  const stage: Stage = {
    random: createRandom(seed, 'rounds'),
    server: createServerProcess(join(folder, 'sessions.sqlite')),
    proxy: await startFaultyProxy(createRandom(seed, 'proxy')),
    faults: [],
    count,
  }
  try {
    let done = 0
    for (let block = 1; done < rounds && stage.faults.length === 0; block++) {
      const variant = names[(block - 1) % names.length] as Variant
      const next = Math.min(blockRounds, Math.ceil(rounds / names.length), rounds - done)
      const parties = openParties(variant, { block, seed, url: `http://127.0.0.1:${stage.proxy.port}/session` })
      await runBlock(stage, parties, { variant, rounds: next })
      done += next
      tell?.(`${done} of ${rounds} rounds (${variant})`)
    }
  } finally {
    await stage.server.close()
    await stage.proxy.close()
    clean()
    process.off('exit', clean)
  }
  for (const [what, times] of Object.entries(stage.proxy.figures)) count(`network ${what}`, times)
  return { faults: stage.faults, figures }
}

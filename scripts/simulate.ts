import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { generate } from '../test/simulation/generate.ts'
import { type Mode, parseScript, printScript } from '../test/simulation/script.ts'
import { shrink } from '../test/simulation/shrink.ts'
import { runHistory } from '../test/simulation/world.ts'

/** Runs histories of clients and server on virtual time; the first that breaks an invariant is shrunk and printed. */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    mode: { type: 'string', default: 'normal' },
    replay: { type: 'string' },
  },
})
const invariantOf = (fault: string | undefined): string | undefined => fault?.split(':')[0]

async function replay(file: string): Promise<boolean> {
  const { fault } = await runHistory(parseScript(readFileSync(file, 'utf8')), { tell: console.log })
  console.log(fault ?? 'every invariant holds')
  return fault === undefined
}

async function run(count: number, firstSeed: number, mode: Mode): Promise<boolean> {
  const startedAt = performance.now()
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const { script, drawFate } = generate(seed, mode)
    const { fault, script: played } = await runHistory(script, { drawFate })
    if (fault === undefined) continue
    const smallest = await shrink(played, async (next) => invariantOf((await runHistory(next)).fault) === invariantOf(fault))
    console.log(
      `seed ${seed} breaks an invariant after ${seed - firstSeed + 1} histories: ${fault}\nreplay this with --replay <file>:\n${printScript(smallest)}`,
    )
    return false
  }
  const seconds = (performance.now() - startedAt) / 1000
  console.log(
    `${count} histories from seed ${firstSeed}, mode ${mode}: no violation; ${seconds.toFixed(1)} s, ${Math.round(count / seconds)} a second`,
  )
  return true
}

const holds = values.replay ? await replay(values.replay) : await run(Number(values.runs), Number(values.seed), values.mode as Mode)
process.exit(holds ? 0 : 1)

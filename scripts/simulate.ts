// `npm run simulate`: runs histories of clients and a server on virtual time. Shrinks and prints the first that breaks an invariant.
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { playHistory } from '../test/simulation/lists/compare.ts'
import { type Mode, parseScript } from '../test/simulation/script.ts'
import { runWorkers } from '../test/simulation/workers.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    /** `old-views`: server code also saves whole dicts that it read before. */
    mode: { type: 'string', default: 'normal' },
    workers: { type: 'string', default: '1' },
    /** Looks for faults that match this alone, as a regular expression. */
    only: { type: 'string' },
    scenarios: { type: 'boolean', default: false },
    /** One line of JSON, and nothing is shrunk. */
    json: { type: 'boolean', default: false },
    /** Plays the script in a file and tells what happens. */
    replay: { type: 'string' },
  },
})

async function replay(file: string): Promise<boolean> {
  const { fault } = await playHistory(parseScript(readFileSync(file, 'utf8')), { tell: console.log })
  console.log(fault ?? 'every invariant holds')
  return fault === undefined
}

async function run(count: number, firstSeed: number, mode: Mode): Promise<boolean> {
  const startedAt = performance.now()
  const workers = Number(values.workers)
  const found = await runWorkers({
    batch: { mode, firstSeed, count, only: values.only },
    workers,
    withScenarios: values.scenarios,
    withShrinking: !values.json,
  })
  const seconds = (performance.now() - startedAt) / 1000
  if (values.json) console.log(JSON.stringify(found ?? {}))
  else if (found) {
    const after = typeof found.of === 'number' ? ` after ${found.of - firstSeed + 1} histories` : ''
    console.log(`${found.of} breaks an invariant${after}: ${found.fault}\nreplay this with --replay <file>:\n${found.script}`)
  } else {
    const rate = Math.round(count / seconds / workers)
    console.log(
      `${count} histories from seed ${firstSeed}, mode ${mode}: no violation; ${seconds.toFixed(1)} s, ${rate} a second for each of ${workers}`,
    )
  }
  return found === undefined
}

const holds = values.replay ? await replay(values.replay) : await run(Number(values.runs), Number(values.seed), values.mode as Mode)
process.exitCode = holds ? 0 : 1

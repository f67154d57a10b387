// `npm run simulate:faults`: plants one fault after another into the code as it is loaded (never into a file) and expects the simulation
// to find each, first in its scenarios, then in random histories. A fault that nothing finds is a rule that no test holds.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { faults, type PlantedFault } from '../test/simulation/faults/faults.ts'
import { root } from './doors.ts'

const { values } = parseArgs({
  options: {
    /** How many histories a fault may stay hidden for. */
    runs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: '2' },
    /** Only faults whose title holds this. */
    only: { type: 'string', default: '' },
    /** Histories alone: how many it takes without a scenario made for it. */
    histories: { type: 'boolean', default: false },
  },
})

interface Finding {
  readonly of?: number | string
  readonly fault?: string
  readonly count?: number
}

function simulate({ title, mode = 'normal', only }: PlantedFault): Promise<Finding> {
  return new Promise((resolve) => {
    // The scenarios are made for the rules of mode `normal`; drawn histories alone find the others.
    const scenarios = values.histories || mode !== 'normal' ? [] : ['--scenarios']
    const run = [
      'scripts/simulate.ts',
      '--json',
      '--runs',
      values.runs,
      '--seed',
      values.seed,
      '--mode',
      mode,
      ...(only === undefined ? [] : ['--only', only]),
      ...scenarios,
    ]
    const child = spawn(process.execPath, ['--import', join(root, 'test/simulation/faults/plant.ts'), ...run], {
      cwd: root,
      env: { ...process.env, SIMULATION_FAULT: title },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    let errors = ''
    child.stdout.on('data', (text) => (output += text))
    child.stderr.on('data', (text) => (errors += text))
    child.on('close', () => {
      try {
        resolve(JSON.parse(output.trim().split('\n').at(-1) ?? '') as Finding)
      } catch {
        resolve({ of: 'nothing', fault: `not planted: ${/RangeError: (.*)/.exec(errors)?.[1] ?? errors.slice(0, 300)}`, count: -1 })
      }
    })
  })
}

function describe({ of, fault, count = 0 }: Finding): string {
  if (fault === undefined) return `NOT FOUND in ${values.runs} histories`
  const where = typeof of === 'number' ? `after ${count} histories` : `by "${of}"`
  return `${fault.split(':')[0]} ${where}`
}

const chosen = faults.filter(({ title }) => title.includes(values.only))
const waiting = [...chosen]
let missed = 0
async function work(): Promise<void> {
  for (let fault = waiting.shift(); fault; fault = waiting.shift()) {
    const finding = await simulate(fault)
    if (finding.fault === undefined || finding.count === -1) missed++
    console.log(`${fault.title}: ${finding.count === -1 ? finding.fault : describe(finding)}`)
  }
}
await Promise.all(Array.from({ length: Number(values.workers) }, work))
console.log(`${chosen.length - missed} of ${chosen.length} planted faults are found`)
process.exitCode = missed > 0 ? 1 : 0

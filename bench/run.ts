// `npm run bench`: runs all suites, or those that are named, and writes the figures as JSON.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { runHot } from './hot/suite.ts'
import { root } from './lib/child.ts'
import { installBuild } from './lib/install.ts'
import { runServer } from './server/suite.ts'
import { runSize } from './size/suite.ts'
import { runSync } from './sync/suite.ts'

/** What can be measured, by the word that asks for it. */
const suites: Readonly<Record<string, () => Promise<unknown>>> = { size: runSize, hot: runHot, sync: runSync, server: runServer }

const asked = process.argv.slice(2)
const unknown = asked.find((name) => !(name in suites))
if (unknown !== undefined) throw new Error(`Failed to measure "${unknown}": there are ${Object.keys(suites).join(', ')}.`)

installBuild()
mkdirSync(join(root, 'results'), { recursive: true })
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
for (const [name, run] of Object.entries(suites)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const results = await run()
  // How many programs wanted a core during the last minute: with more than there are cores the times are noise and only ratios are left.
  const load = loadavg()[0] ?? Number.NaN
  const machine = { node: process.version, cpu: cpus()[0]?.model, cpus: cpus().length, load }
  const file = join(root, 'results', `${name}.json`)
  writeFileSync(file, `${JSON.stringify({ suite: name, at: new Date().toISOString(), machine, peers: dependencies, results }, null, 2)}\n`)
  console.log(`\nLoad ${load.toFixed(1)} on ${cpus().length} cores. Written to ${file}`)
}

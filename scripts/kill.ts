// `npm run kill`: kills a real server repeatedly while four tabs write through a bad network. Exits with 1 if a write was lost or stored
// twice.
import process from 'node:process'
import { parseArgs } from 'node:util'
import { runKills } from '../test/processes/kill-rounds.ts'
import { type Variant, variants } from '../test/processes/parties.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    block: { type: 'string', default: '5' },
    variant: { type: 'string', multiple: true },
  },
})
const rounds = Number(values.rounds)
const seed = Number(values.seed)
const block = Number(values.block)
const names = values.variant?.filter((name): name is Variant => Object.hasOwn(variants, name))
if (!(rounds > 0 && block > 0 && Number.isSafeInteger(seed)) || names?.length !== values.variant?.length) {
  console.error(`Usage: npm run kill -- --rounds 100 --seed 1 --block 5 --variant ${Object.keys(variants).join('|')}`)
  process.exit(2)
}
// The server and the files go with this process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1))

const startedAt = performance.now()
console.log(`${rounds} rounds, seed ${seed}`)
const { faults, figures } = await runKills({ rounds, seed, block, ...(names && { variants: names }), tell: console.log })
for (const [what, times] of Object.entries(figures).sort(([a], [b]) => (a < b ? -1 : 1)))
  console.log(`${String(times).padStart(8)}  ${what}`)
console.log(`${String(Math.round((performance.now() - startedAt) / 1000)).padStart(8)}  seconds`)
for (const fault of faults.slice(0, 20)) console.log(`FAULT ${fault}`)
console.log(
  faults.length === 0
    ? 'Nothing acknowledged was lost, nothing was stored twice.'
    : `${faults.length} faults. The seed draws the same moments, but processes and sockets keep time of their own.`,
)
process.exit(faults.length === 0 ? 0 : 1)

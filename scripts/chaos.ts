// `npm run chaos`: many server processes over each real engine, through cut connections and a crash. Exits with 1 if a write was lost or
// stored twice.
import process from 'node:process'
import { parseArgs } from 'node:util'
import { runChaos } from '../test/processes/chaos.ts'
import { type Library, libraries } from '../test/processes/engine-store.ts'

const { values } = parseArgs({
  options: {
    library: { type: 'string', multiple: true, default: [...libraries] },
    servers: { type: 'string', default: '8' },
    visitors: { type: 'string', default: '2' },
    writes: { type: 'string', default: '480' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
})

let isBroken = false
for (const library of values.library as Library[]) {
  const options = { library, servers: Number(values.servers), visitors: Number(values.visitors), writes: Number(values.writes) }
  const { faults, figures } = await runChaos({ ...options, seed: Number(values.seed) })
  const { writes = 0, 'writes acknowledged': acknowledged = 0, 'engine connections cut': cuts = 0 } = figures
  console.log(
    `${library}: ${writes} writes, ${acknowledged} acknowledged, ${faults.length} faults, ${cuts} engine connections cut (seed ${values.seed})`,
  )
  for (const fault of faults) console.log(`  ${fault}`)
  console.log(`  ${JSON.stringify(figures)}`)
  if (faults.length > 0) isBroken = true
}
process.exit(isBroken ? 1 : 0)

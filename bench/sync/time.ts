// Times one contender and the floor in alternating turns. Run by the suite in a process of its own, which prints JSON.
import process from 'node:process'
import { collectGarbage } from '../lib/child.ts'
import { repeat } from '../lib/repeat.ts'
import { startServer } from '../lib/serve.ts'
import type { Run, Sample, Work } from './work.ts'
import { works } from './works.ts'

/** What a child measured of one contender, turn by turn, and of the floor in the turns between. */
export interface Timed {
  readonly floor: readonly Sample[]
  readonly own: readonly Sample[]
}

async function takeTurn(run: Run, samples: Sample[]): Promise<void> {
  collectGarbage('minor')
  samples.push(await run())
}

async function measure(work: Work, contender: string): Promise<Timed> {
  const server = await startServer('sync/server.ts', [JSON.stringify(work.network)])
  const runFloor = work.floor && (await work.prepare(work.floor, server.origin))
  const runOwn = await work.prepare(contender, server.origin)
  const floor: Sample[] = []
  const own: Sample[] = []
  await repeat(work.span, async () => {
    if (runFloor) await takeTurn(runFloor, floor)
    await takeTurn(runOwn, own)
  })
  server.stop()
  // The first turn finds code that is not compiled yet.
  const counted = (samples: readonly Sample[]): readonly Sample[] => (samples.length > 2 ? samples.slice(1) : samples)
  return { floor: counted(floor), own: counted(own) }
}

const [, , contender = '', at = ''] = process.argv
process.stdout.write(JSON.stringify(await measure(works[Number(at)] as Work, contender)))
// A client that looks after its session keeps the process alive.
process.exit()

import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { collectGarbage } from '../lib/child.ts'
import { median } from '../lib/stats.ts'
import { toInitial } from './names.ts'
import type { CreateStore } from './store.ts'
import type { Sample, Workload } from './workloads.ts'

/** What a child measured of one workload: nanoseconds of one operation, turn by turn. */
export interface Timed {
  readonly title: string
  readonly wanted?: number
  readonly floor: readonly number[]
  readonly own: readonly number[]
}

/** How long one workload is warmed up, and measured, in milliseconds. */
const warmUpMs = 100
const measureMs = 250
/** How long one of the two has its turn, and how many samples of it count at most. */
const turnMs = 10
const samplesPerTurn = 10
const minTurns = 3

/** The workloads with compiled code of their own, so that floor and contender do not share what the engine learns of a call. */
async function loadWorkloads(copy: string): Promise<readonly Workload[]> {
  return (await import(`./workloads.ts?${copy}`)).workloads
}

async function load(name: string): Promise<CreateStore> {
  return (await import(`./stores/${name}.ts`)).createStore
}

async function warmUp(sample: Sample): Promise<void> {
  const end = performance.now() + warmUpMs
  do await sample()
  while (performance.now() < end)
}

/** The median of one turn. Its first sample does not count: it finds the caches full of what the other one left. */
async function takeTurn(sample: Sample): Promise<number> {
  collectGarbage('minor')
  await sample()
  const taken: number[] = []
  const end = performance.now() + turnMs
  do taken.push(await sample())
  while (taken.length < samplesPerTurn && performance.now() < end)
  return median(taken)
}

/** The floor and a contender in turn. */
async function takeTurns(ofFloor: Sample, ofOwn: Sample): Promise<Pick<Timed, 'floor' | 'own'>> {
  const floor: number[] = []
  const own: number[] = []
  await warmUp(ofFloor)
  await warmUp(ofOwn)
  collectGarbage()
  const end = performance.now() + measureMs
  while (own.length < minTurns || performance.now() < end) {
    floor.push(await takeTurn(ofFloor))
    own.push(await takeTurn(ofOwn))
  }
  return { floor, own }
}

async function measure(name: string): Promise<Timed[]> {
  const [createFloor, createOwn] = await Promise.all([load('floor'), load(name)])
  const [floors, owns] = await Promise.all([loadWorkloads('floor'), loadWorkloads('own')])
  const timed: Timed[] = []
  for (const [at, { title, keys, wanted, prepare }] of owns.entries()) {
    const initial = toInitial(keys)
    const names = Object.keys(initial)
    const ofFloor = (floors[at] as Workload).prepare(await createFloor(initial), names)
    const ofOwn = prepare(await createOwn(initial), names)
    timed.push({ title, ...(wanted && { wanted }), ...(await takeTurns(ofFloor, ofOwn)) })
  }
  return timed
}

const timed = await measure(process.argv[2] as string)
process.stdout.write(JSON.stringify(timed))
// A client that looks after its session keeps the process alive.
process.exit()

// Times one contender and the floor in alternating turns. Run by the suite in a process of its own, which prints JSON.
import process from 'node:process'
import { collectGarbage } from '../lib/child.ts'
import { repeat, type Span } from '../lib/repeat.ts'
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

const warmUp: Span = { ms: 80, runs: 40, limitMs: 800 }
/** A run is a turn of the floor and one of the contender. */
const measuring: Span = { ms: 150, runs: 12, limitMs: 2_000 }
/** A run is a sample. */
const turn: Span = { ms: 0, runs: 10, limitMs: 20 }

/** The workloads with compiled code of their own, so that floor and contender do not share what the engine learns of a call. */
async function loadWorkloads(copy: string): Promise<readonly Workload[]> {
  return (await import(`./workloads.ts?${copy}`)).workloads
}

async function load(name: string): Promise<CreateStore> {
  return (await import(`./stores/${name}.ts`)).createStore
}

/** The median of one turn. Its first sample does not count: it finds the caches full of what the other one left. */
async function takeTurn(sample: Sample): Promise<number> {
  const taken: number[] = []
  collectGarbage('minor')
  await sample()
  await repeat(turn, async () => void taken.push(await sample()))
  return median(taken)
}

/** The floor and a contender in turn. */
async function takeTurns(ofFloor: Sample, ofOwn: Sample): Promise<Pick<Timed, 'floor' | 'own'>> {
  const floor: number[] = []
  const own: number[] = []
  for (const sample of [ofFloor, ofOwn]) await repeat(warmUp, async () => void (await sample()))
  collectGarbage()
  await repeat(measuring, async () => {
    floor.push(await takeTurn(ofFloor))
    own.push(await takeTurn(ofOwn))
  })
  return { floor, own }
}

/** One workload in a process of its own: what the engine learns from one is not held against the next. */
async function measure(name: string, at: number): Promise<Timed> {
  const [createFloor, createOwn] = await Promise.all([load('floor'), load(name)])
  const [floors, owns] = await Promise.all([loadWorkloads('floor'), loadWorkloads('own')])
  const { title, keys, wanted, prepare } = owns[at] as Workload
  const initial = toInitial(keys)
  const names = Object.keys(initial)
  const ofFloor = (floors[at] as Workload).prepare(await createFloor(initial), names)
  const ofOwn = prepare(await createOwn(initial), names)
  return { title, ...(wanted && { wanted }), ...(await takeTurns(ofFloor, ofOwn)) }
}

const [, , name = '', at = ''] = process.argv
process.stdout.write(JSON.stringify(await measure(name, Number(at))))
// A client that looks after its session keeps the process alive.
process.exit()

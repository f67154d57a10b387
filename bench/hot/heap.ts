// Measures the heap that a store takes for each key. Run by the suite in a process of its own.
import process from 'node:process'
import { collectGarbage } from '../lib/child.ts'
import { toInitial } from './names.ts'
import type { CreateStore } from './store.ts'

/** Bytes that a store takes for each key: read once, and listened to besides. */
export interface Heap {
  readonly perKey: number
  readonly perSubscribedKey: number
}

const keys = 10_000

function used(): number {
  collectGarbage()
  collectGarbage()
  return process.memoryUsage().heapUsed
}

async function measure(name: string): Promise<Heap> {
  const { createStore } = (await import(`./stores/${name}.ts`)) as { createStore: CreateStore }
  const initial = toInitial(keys)
  const names = Object.keys(initial)
  // What is made once, and compiled code, is no cost of a key.
  const first = await createStore(toInitial(1))
  first.subscribe('key-0', () => {})
  const before = used()
  const store = await createStore(initial)
  let sum = names.reduce((total, key) => total + store.read(key), 0)
  const created = used()
  const stops = names.map((key) =>
    store.subscribe(key, (value) => {
      sum += value
    }),
  )
  const subscribed = used() - stops.length * 8
  if (sum !== (keys * (keys - 1)) / 2) throw new Error(`Failed to measure ${name}: the keys do not read as they were given.`)
  // Held until here, so that nothing of it is collected before.
  for (const stop of stops) stop()
  return { perKey: (created - before) / keys, perSubscribedKey: (subscribed - before) / keys }
}

process.stdout.write(JSON.stringify(await measure(process.argv[2] as string)))
process.exit()

// Defines what is timed in the hot suite and the most that Sojourn may take. Times nothing itself.
import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import type { Store } from './store.ts'

/**
 * Does some work once and gives the nanoseconds of one operation. What it times is short, so that a busy machine
 * interrupts few samples and the median none.
 */
export type Sample = () => Promise<number>

/** What is done with a store, on how many keys. */
export interface Workload {
  readonly title: string
  readonly keys: number
  /** The most that Sojourn is to take, as a multiple of the floor. */
  readonly wanted?: number
  prepare(store: Store, keys: readonly string[]): Sample
}

const readsPerSample = 10_000

function read(keys: number): Workload {
  return {
    title: `read a key of ${keys.toLocaleString('en')}`,
    keys,
    wanted: 1.6,
    prepare(store, names) {
      const perRound = Math.min(keys, readsPerSample)
      const expected = new Map(names.map((name) => [name, store.read(name)]))
      let at = 0
      return async () => {
        const slice = names.slice(at, at + perRound)
        at = (at + perRound) % keys
        let sum = 0
        const start = performance.now()
        for (let reads = 0; reads < readsPerSample; reads += perRound) for (const name of slice) sum += store.read(name)
        const ms = performance.now() - start
        const once = slice.reduce((total, name) => total + (expected.get(name) as number), 0)
        assert.equal(sum, (once * readsPerSample) / perRound)
        return (ms * 1e6) / readsPerSample
      }
    },
  }
}

interface Sets {
  readonly title: string
  readonly keys: number
  readonly wanted?: number
  readonly listeners: number
  /** Sets in one tick, over all keys in turn. */
  readonly perTick: number
}

function set({ title, keys, wanted, listeners, perTick }: Sets): Workload {
  return {
    title,
    keys,
    ...(wanted && { wanted }),
    prepare(store, names) {
      let calls = 0
      let heard = 0
      let value = 1_000_000
      for (const name of names) {
        for (let count = 0; count < listeners; count++) {
          store.subscribe(name, (told) => {
            calls++
            heard = told
          })
        }
      }
      return async () => {
        calls = 0
        const start = performance.now()
        for (let done = 0; done < perTick; done += keys) for (const name of names) store.set(name, ++value)
        const ms = performance.now() - start
        assert.equal(calls, perTick * listeners, 'calls of subscribers')
        assert.deepEqual([heard, store.read(names.at(-1) as string)], [value, value])
        await store.settle?.()
        assert.equal(calls, perTick * listeners, 'calls of subscribers after the acknowledgement')
        return (ms * 1e6) / perTick
      }
    },
  }
}

function subscribe(keys: number): Workload {
  return {
    title: 'subscribe and unsubscribe',
    keys,
    wanted: 2.5,
    prepare(store, names) {
      let calls = 0
      let value = 1_000_000
      const listener = (): void => void calls++
      return async () => {
        const start = performance.now()
        const stops = names.map((name) => store.subscribe(name, listener))
        for (const stop of stops) stop()
        const ms = performance.now() - start
        calls = 0
        store.set(names[0] as string, ++value)
        assert.equal(calls, 0, 'calls of a subscriber that is gone')
        await store.settle?.()
        return (ms * 1e6) / keys
      }
    },
  }
}

/** The work that is timed, in the order of the table. */
export const workloads: readonly Workload[] = [
  read(10),
  read(1_000),
  read(100_000),
  set({ title: 'set a number, one subscriber', keys: 1, wanted: 6, listeners: 1, perTick: 100 }),
  set({ title: 'the same, 1,000 keys, each subscribed', keys: 1_000, listeners: 1, perTick: 1_000 }),
  set({ title: '100 subscribers on the key', keys: 1, wanted: 2, listeners: 100, perTick: 100 }),
  subscribe(1_000),
]

// Owns when expired entries are deleted. Called by the vault after each write; a sweep never runs inside a request.
import type { Settings } from './options.ts'

/** After how many writes the store is swept. */
const writesPerSweep = 1_000

/** How many entries are deleted in one call, while a store such as SQLite stops the event loop. */
const sliceSize = 500

/** Deletes what has expired; the returned function counts writes and does so now and then by itself. */
export interface Sweeper {
  /** Notes a write, and begins a sweep after many of them. */
  noteWrite(): void
  /** Deletes all expired entries, slice by slice; returns how many. */
  sweep(): Promise<number>
}

/** Creates the sweeper of a handler. */
export function createSweeper({ store, now, sweep: isAutomatic, onError }: Settings): Sweeper {
  // Begins anywhere, so that processes which end after a few hundred writes sweep, too.
  let writes = Math.floor(Math.random() * writesPerSweep)
  let running: Promise<number> | undefined

  async function run(): Promise<number> {
    let swept = 0
    for (;;) {
      const slice = (await store.sweep?.(now(), sliceSize)) ?? 0
      swept += slice
      if (slice < sliceSize) return swept
      // Requests that came meanwhile go first.
      await new Promise((resolve) => setTimeout(resolve))
    }
  }

  async function sweep(): Promise<number> {
    running ??= run().finally(() => {
      running = undefined
    })
    return running
  }

  return {
    sweep,
    noteWrite: () => {
      writes += 1
      if (writes < writesPerSweep || !isAutomatic || !store.sweep) return
      writes = 0
      setTimeout(() => void sweep().catch(onError))
    },
  }
}

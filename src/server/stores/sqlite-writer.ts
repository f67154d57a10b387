// Owns the transactions of the SQLite store: it gathers the writes of one turn of the event loop into one, and waits for other
// processes without stopping the loop. Called by sqlite.ts alone.
import type { DatabaseSync } from 'node:sqlite'

/** What the writer works on. */
export interface WriterParts {
  readonly db: DatabaseSync
  /** How long a call waits for another process's lock before it rejects, in milliseconds. */
  readonly busyTimeoutMs: number
  /** Makes an error of SQLite one that says what to do. */
  toReason(error: unknown): unknown
}

/** Runs reads and writes on the file. */
export interface Writer {
  /** Runs a function inside a transaction that it may share with others; resolves once that is on the disk. */
  write<T>(change: () => T): Promise<T>
  /** Runs a function now, and again while another process holds the file. */
  read<T>(run: () => T): Promise<T>
  /** Commits what waits, then closes the file. */
  close(): Promise<void>
}

interface Waiting {
  readonly change: () => unknown
  readonly resolve: (result: never) => void
  readonly reject: (error: unknown) => void
}

/** SQLite waits this long for a lock inside the call, while the event loop stands still, in milliseconds. */
export const busyInCallMs = 25

/** Then the loop goes on for so long before the next attempt, in milliseconds. */
const pauseMs = 25

/** Creates a writer. */
export function createWriter({ db, busyTimeoutMs, toReason }: WriterParts): Writer {
  let waiting: Waiting[] = []
  let flushing: Promise<void> | undefined
  let isClosed = false

  /** All changes, or none. IMMEDIATE takes the lock first, so that no reader has to become a writer. */
  function commit(group: readonly Waiting[]): unknown[] {
    db.exec('BEGIN IMMEDIATE')
    try {
      const results = group.map(({ change }) => change())
      db.exec('COMMIT')
      return results
    } catch (error) {
      // A failed COMMIT leaves the transaction open, or has ended it already.
      try {
        db.exec('ROLLBACK')
      } catch {}
      throw error
    }
  }

  async function untilFree<T>(run: () => T): Promise<T> {
    const end = Date.now() + busyTimeoutMs
    for (;;) {
      try {
        return run()
      } catch (error) {
        if (!isBusy(error) || Date.now() >= end) throw toReason(error)
        await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random())))
      }
    }
  }

  async function flush(): Promise<void> {
    // What comes in this turn of the loop is gathered first.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      try {
        const results = await untilFree(() => commit(group))
        group.forEach(({ resolve }, index) => {
          resolve(results[index] as never)
        })
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    flushing = undefined
  }

  const check = (): void => {
    if (isClosed) throw new Error('Failed to reach the session store: it is closed.')
  }

  return {
    write: async (change) => {
      check()
      const result = new Promise<never>((resolve, reject) => waiting.push({ change, resolve, reject }))
      flushing ??= flush()
      return result
    },
    read: async (run) => {
      check()
      return untilFree(run)
    },
    close: async () => {
      if (isClosed) return
      isClosed = true
      await flushing
      db.close()
    },
  }
}

/** SQLITE_BUSY and SQLITE_LOCKED, with their extended codes. */
function isBusy(error: unknown): boolean {
  const { errcode = 0 } = error as { errcode?: number }
  return (errcode & 0xff) === 5 || (errcode & 0xff) === 6
}

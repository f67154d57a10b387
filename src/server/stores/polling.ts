// Owns `watch` for engines that cannot notify: it polls the revisions of the watched ids. Called by the SQLite and PostgreSQL stores.
import { createWatchers } from './watchers.ts'

/** How a poller reads, and how often. */
export interface PollingOptions {
  /** Returns the revisions of those ids that are stored; undefined if nothing can have changed since the last call. */
  readRevisions(ids: readonly string[]): Promise<ReadonlyMap<string, string> | undefined>
  /** In milliseconds. */
  readonly intervalMs: number
}

/** Watches ids by polling. */
export interface Poller {
  watch(id: string, wake: () => void): () => void
  /** Wakes the watchers of an id that this process changed, without waiting for the next poll. */
  wake(id: string): void
  stop(): void
}

/** Creates a poller. It polls only while somebody watches, and never keeps a process alive. */
export function createPoller({ readRevisions, intervalMs }: PollingOptions): Poller {
  const seen = new Map<string, string | undefined>()
  let hasGap = false
  let isStopped = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const watchers = createWatchers(schedule, (id) => void seen.delete(id))

  function schedule(): void {
    if (timer !== undefined || isStopped) return
    timer = setTimeout(poll, intervalMs)
    timer.unref?.()
  }

  async function poll(): Promise<void> {
    const ids = watchers.ids()
    try {
      const found = await readRevisions(ids)
      for (const id of found ? ids : []) {
        const revision = found?.get(id)
        // The first poll of an id cannot know what was stored when it was watched.
        if (hasGap || !seen.has(id) || seen.get(id) !== revision) watchers.wake(id)
        seen.set(id, revision)
      }
      hasGap = false
    } catch {
      hasGap = true
    }
    timer = undefined
    if (watchers.ids().length > 0) schedule()
  }

  return {
    watch: watchers.add,
    wake: watchers.wake,
    stop: () => {
      isStopped = true
      clearTimeout(timer)
    },
  }
}

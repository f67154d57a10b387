// Owns who waits for changes of which id, for every store. A store calls `wake` after a change and `wakeAll` after a gap in its feed.

/** The watchers of one store. */
export interface Watchers {
  /** Adds a watcher of an id; returns a function that removes it. */
  add(id: string, wake: () => void): () => void
  /** Wakes the watchers of an id. */
  wake(id: string): void
  wakeAll(): void
  ids(): string[]
}

/** Creates an empty list of watchers. `onFirst` runs when an id gets its first watcher, `onLast` when it has lost its last one. */
export function createWatchers(onFirst: (id: string) => void = () => {}, onLast: (id: string) => void = () => {}): Watchers {
  const byId = new Map<string, Set<() => void>>()

  function wake(id: string): void {
    for (const run of [...(byId.get(id) ?? [])]) run()
  }

  return {
    add(id, run) {
      // A function of its own, because the same one may be added twice.
      const own = (): void => run()
      const group = byId.get(id) ?? new Set()
      byId.set(id, group.add(own))
      if (group.size === 1) onFirst(id)
      return () => {
        if (!group.delete(own) || group.size > 0) return
        byId.delete(id)
        onLast(id)
      }
    },
    wake,
    wakeAll: () => {
      for (const id of [...byId.keys()]) wake(id)
    },
    ids: () => [...byId.keys()],
  }
}

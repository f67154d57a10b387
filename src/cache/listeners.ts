/** A set of listeners. */
export interface Listeners<T> {
  /** Adds one; each call counts for itself, so that one function may listen twice. Returns its removal. */
  add(listener: (value: T) => void): () => void
  /** Calls every one that was there at the start. What one throws is thrown on its own later, so it takes no other down. */
  call(value: T): void
  readonly size: number
}

/**
 * Creates an empty set of listeners. Those of a `state` are told the newest alone: where one of them causes another call,
 * that call tells the rest, so that nobody is told an older value after a newer one. Those of an `event` are told each.
 */
export function createListeners<T>(of: 'state' | 'event' = 'state'): Listeners<T> {
  const entries = new Set<{ readonly listener: (value: T) => void }>()
  let calls = 0
  return {
    add(listener) {
      const entry = { listener }
      entries.add(entry)
      return () => void entries.delete(entry)
    },
    call(value) {
      const call = ++calls
      for (const entry of [...entries]) {
        if (call !== calls && of === 'state') return
        if (!entries.has(entry)) continue // removed by a listener before it
        try {
          entry.listener(value)
        } catch (error) {
          queueMicrotask(() => {
            throw error
          })
        }
      }
    },
    get size() {
      return entries.size
    },
  }
}

/** A set of listeners. */
export interface Listeners<T> {
  /**
   * Adds one; each call counts for itself, so that one function may listen twice. Returns its removal.
   *
   * @param known what it need not be told
   */
  add(listener: (value: T) => void, known?: T): () => void
  /**
   * Tells every one that was there at the start, unless it was told the very same last. What one throws is thrown on its
   * own later, so it takes no other down.
   */
  call(value: T): void
}

/**
 * Creates an empty set of listeners. Those of a `state` are told the newest alone: where one of them causes another call,
 * that call tells the rest, so that nobody is told an older value after a newer one. Those of an `event` are told each.
 */
export function createListeners<T>(of: 'state' | 'event' = 'state'): Listeners<T> {
  const entries = new Set<{ readonly listener: (value: T) => void; readonly since: number; known: T | undefined }>()
  let calls = 0
  return {
    add(listener, known) {
      const entry = { listener, since: calls, known }
      entries.add(entry)
      return () => void entries.delete(entry)
    },
    call(value) {
      const call = ++calls
      for (const entry of entries) {
        if (call !== calls && of === 'state') return
        // One that a listener before it added is not told.
        if (entry.since >= call || Object.is(entry.known, value)) continue
        entry.known = value
        try {
          entry.listener(value)
        } catch (error) {
          queueMicrotask(() => {
            throw error
          })
        }
      }
    },
  }
}

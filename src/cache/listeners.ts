/** A set of listeners. */
export interface Listeners<T> {
  /**
   * Adds one; each call counts for itself, so that one function may listen twice. Returns its removal.
   *
   * @param known what it need not be told
   */
  add(listener: (value: T) => void, known?: T): () => void
  /**
   * Tells every one that was there at the start, unless it knows. What is told is what `get` gives by then: where one of
   * them causes another call, the rest are told the newer value there and nothing here, so nobody is told an older value
   * after a newer one, nor one twice. What one throws is thrown on its own later, so it takes no other down.
   */
  call(get: () => T): void
}

/** Creates an empty set of listeners. */
export function createListeners<T>(): Listeners<T> {
  const entries = new Set<{ readonly listener: (value: T) => void; known: T | undefined }>()
  return {
    add(listener, known) {
      const entry = { listener, known }
      entries.add(entry)
      return () => void entries.delete(entry)
    },
    call(get) {
      for (const entry of [...entries]) {
        const value = get()
        // Removed by a listener before it, or told by one.
        if (!entries.has(entry) || Object.is(entry.known, value)) continue
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

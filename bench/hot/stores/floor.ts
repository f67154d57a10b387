// The floor of the hot suite. Every other contender is measured as a multiple of it.
import type { CreateStore } from '../store.ts'

/** The least that does the work: a Map with callbacks. */
export const createStore: CreateStore = (initial) => {
  const values = new Map(Object.entries(initial))
  const listeners = new Map<string, Set<(value: number) => void>>()
  return {
    read: (key) => values.get(key) as number,
    set(key, value) {
      if (values.get(key) === value) return
      values.set(key, value)
      for (const listener of listeners.get(key) ?? []) listener(value)
    },
    subscribe(key, listener) {
      const own = listeners.get(key) ?? new Set()
      listeners.set(key, own.add(listener))
      return () => void own.delete(listener)
    },
  }
}

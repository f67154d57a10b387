// Nano Stores, one atom for each key, as a contender of the hot suite.
import { atom } from 'nanostores'
import type { CreateStore } from '../store.ts'

/** An atom for each key. */
export const createStore: CreateStore = (initial) => {
  const atoms = new Map(Object.entries(initial).map(([key, value]) => [key, atom(value)]))
  const at = (key: string) => atoms.get(key) as ReturnType<typeof atom<number>>
  return {
    read: (key) => at(key).get(),
    set: (key, value) => at(key).set(value),
    subscribe: (key, listener) => at(key).listen(listener),
  }
}

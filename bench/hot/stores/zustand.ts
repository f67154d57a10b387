// Zustand as a contender of the hot suite.
import { subscribeWithSelector } from 'zustand/middleware'
import { createStore as createZustand } from 'zustand/vanilla'
import type { CreateStore } from '../store.ts'

/** One store with a member for each key, as its guide has it. */
export const createStore: CreateStore = (initial) => {
  const store = createZustand(subscribeWithSelector((): Readonly<Record<string, number>> => ({ ...initial })))
  return {
    read: (key) => store.getState()[key] as number,
    set: (key, value) => store.setState({ [key]: value }),
    subscribe: (key, listener) => store.subscribe((state) => state[key] as number, listener),
  }
}

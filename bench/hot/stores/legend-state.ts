// Legend-State as a contender of the hot suite.
import { observable } from '@legendapp/state'
import type { CreateStore } from '../store.ts'

/** One observable with a member for each key. */
export const createStore: CreateStore = (initial) => {
  const state = observable<Record<string, number>>({ ...initial })
  return {
    read: (key) => state[key]?.peek() as number,
    set: (key, value) => state[key]?.set(value),
    subscribe: (key, listener) => state[key]?.onChange(({ value }) => listener(value)) as () => void,
  }
}

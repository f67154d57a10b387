// Nano Stores, one map for all keys, as a contender of the hot suite.
import { listenKeys, map } from 'nanostores'
import type { CreateStore } from '../store.ts'

/** One map with a member for each key. */
export const createStore: CreateStore = (initial) => {
  const store = map<Record<string, number>>({ ...initial })
  return {
    read: (key) => store.get()[key] as number,
    set: (key, value) => store.setKey(key, value),
    subscribe: (key, listener) => listenKeys(store, [key], (values) => listener(values[key] as number)),
  }
}

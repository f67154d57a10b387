// Preact's signals as a contender of the hot suite.
import { effect, type Signal, signal } from '@preact/signals-core'
import type { CreateStore } from '../store.ts'

/** A signal for each key, listened to by an effect. */
export const createStore: CreateStore = (initial) => {
  const signals = new Map(Object.entries(initial).map(([key, value]) => [key, signal(value)]))
  const at = (key: string) => signals.get(key) as Signal<number>
  return {
    read: (key) => at(key).value,
    set(key, value) {
      at(key).value = value
    },
    subscribe(key, listener) {
      const source = at(key)
      let isFirst = true
      return effect(() => {
        const { value } = source
        if (!isFirst) listener(value)
        isFirst = false
      })
    },
  }
}

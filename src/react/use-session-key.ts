// The hook that reads and writes one key.
import { useCallback, useSyncExternalStore } from 'react'
import type { Inputs, SessionClient } from '../client/types.ts'
import { atHydration } from './at-hydration.ts'

/**
 * Stores a value, or what a function of the current value returns. Updates the view immediately; a function waits for the first
 * load and runs again on every rebase. Returns nothing, so that a rejection cannot reach a transition: rejections are in
 * `useSessionKeyState` and `on('rejected')`. Its type is never if the key is read-only.
 *
 * @throws SessionSchemaError if the schema refuses the value
 */
export type SetSessionKey<T, I = T> = [I] extends [never] ? never : (value: I | ((current: T) => I)) => void

/**
 * Reads and writes one key, as `useState` does. Renders again when this key changes, and only then.
 *
 * @example
 * const [cart, setCart] = useSessionKey(session, 'cart')
 * setCart((cart) => [...cart, item])
 */
export function useSessionKey<V extends object, I extends Inputs<V>, K extends keyof V & string>(
  session: SessionClient<V, I>,
  key: K,
): [V[K], SetSessionKey<V[K], I[K]>] {
  const store = session.key(key)
  const value = useSyncExternalStore(store.listen, store.peek, atHydration(store.peek, store.getServerSnapshot))
  const setValue = useCallback(
    (next: I[K] | ((current: V[K]) => I[K])): void => {
      if (typeof next === 'function') void store.update(next as (current: V[K]) => I[K])
      else void store.set(next)
    },
    [store],
  )
  // Only the type knows whether the key is read-only.
  return [value, setValue as SetSessionKey<V[K], I[K]>]
}

// The hook that reads and writes one key.
import { useCallback, useSyncExternalStore } from 'react'
import type { Inputs, SessionClient } from '../client/types.ts'
import { atHydration } from './at-hydration.ts'

/**
 * Takes a value, or a function of the current one, which runs again on every rebase. Shown at once, what a function makes
 * from the first data on. Returns nothing, so that no rejection can reach a transition: that is in `useSessionKeyState` and in
 * `on('rejected')`. Of type never if the key is read-only.
 *
 * @throws SessionSchemaError for a value that the schema refuses
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
  // Whether the key is read-only, its type alone says.
  return [value, setValue as SetSessionKey<V[K], I[K]>]
}

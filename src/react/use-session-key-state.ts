// The hook for one key's state, apart from its value.
import { useSyncExternalStore } from 'react'
import type { Inputs, SessionClient, SessionKeyState } from '../client/types.ts'
import { atHydration } from './at-hydration.ts'

/**
 * Reads the state of one key: stored or not, pending writes, the last rejection. It is separate from the value because it
 * changes twice with each write.
 *
 * @example
 * const { pending, error } = useSessionKeyState(session, 'cart')
 */
export function useSessionKeyState<V extends object, I extends Inputs<V>, K extends keyof V & string>(
  session: SessionClient<V, I>,
  key: K,
): SessionKeyState {
  const { getState, getServerState } = session.key(key)
  return useSyncExternalStore(session.listen, getState, atHydration(getState, getServerState))
}

// The composable for one key's state, apart from its value.
import { computed, type MaybeRefOrGetter, type ShallowRef, toValue } from 'vue'
import type { Inputs, SessionClient, SessionKeyState } from '../client/types.ts'
import { follow } from './follow.ts'

/**
 * Reads the state of one key: stored or not, pending writes, the last rejection.
 *
 * @example
 * const cart = useSessionKeyState(session, 'cart')
 * <span v-if="cart.pending">saving</span>
 */
export function useSessionKeyState<V extends object, I extends Inputs<V>, K extends keyof V & string>(
  session: SessionClient<V, I>,
  key: MaybeRefOrGetter<K>,
): Readonly<ShallowRef<SessionKeyState>> {
  const source = computed(() => {
    const { getState, getServerState } = session.key(toValue(key))
    return { now: getState, hydrated: getServerState, listen: session.listen }
  })
  return follow(() => source.value).value
}

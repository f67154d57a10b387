// The composable that reads and writes one key.
import { computed, type MaybeRefOrGetter, toValue, type WritableComputedRef } from 'vue'
import type { Inputs, SessionClient } from '../client/types.ts'
import { follow } from './follow.ts'

/**
 * Reads and writes one key, as a ref for templates and `v-model`. Its value is frozen: give it a new one instead of
 * changing it in place, and nested fields a ref of their own. A write is shown at once; why one was rejected is in
 * `useSessionKeyState` and in `on('rejected')`.
 *
 * @example
 * const theme = useSessionKey(session, 'theme')
 * <select v-model="theme">
 */
export function useSessionKey<V extends object, I extends Inputs<V>, K extends keyof V & string>(
  session: SessionClient<V, I>,
  key: MaybeRefOrGetter<K>,
): WritableComputedRef<V[K], I[K]> {
  const toKey = () => session.key(toValue(key))
  const source = computed(() => {
    const { peek, getServerSnapshot, listen } = toKey()
    return { now: peek, hydrated: getServerSnapshot, listen }
  })
  const { value, refresh } = follow(() => source.value)
  return computed<V[K], I[K]>({
    get: () => value.value,
    set(next) {
      void toKey().set(next)
      // Before it is mounted nothing is listened to, but what is written is there at once.
      refresh()
    },
  })
}

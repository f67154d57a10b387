// The composable that reads and writes one key.
import { computed, type MaybeRefOrGetter, toValue, type WritableComputedRef } from 'vue'
import type { Inputs, SessionClient } from '../client/types.ts'
import { follow } from './follow.ts'

/**
 * Reads and writes one key, as a ref for templates and `v-model`. Its value is frozen: assign a new one instead of mutating it,
 * and bind nested fields to refs of their own. A write updates the view immediately. Rejections are in `useSessionKeyState` and
 * `on('rejected')`.
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
      // Before mounting there is no subscription, but a write must show at once.
      refresh()
    },
  })
}

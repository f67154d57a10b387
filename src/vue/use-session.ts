// The composable that reads the whole session or a selection of it.
import { type ComputedRef, computed } from 'vue'
import type { Inputs, SessionClient, SessionSnapshot } from '../client/types.ts'
import { isSameValue } from '../schema/is-same-value.ts'
import { follow } from './follow.ts'

/**
 * Reads the whole session, or what a selector returns for it. Changes if the result differs by value, so that a selector may
 * build objects. A selector may also read refs.
 *
 * @example
 * const session = useSession(client)
 * const count = useSession(client, ({ values }) => values.cart.length)
 */
export function useSession<V extends object, I extends Inputs<V>, R = SessionSnapshot<V>>(
  session: SessionClient<V, I>,
  selector?: (snapshot: SessionSnapshot<V>) => R,
): ComputedRef<R> {
  const source = { now: session.getSnapshot, hydrated: session.getServerSnapshot, listen: session.listen }
  const { value } = follow(() => source)
  return computed<R>((last) => {
    const next = selector ? selector(value.value) : (value.value as unknown as R)
    return isSameValue(last, next) ? (last as R) : next
  })
}

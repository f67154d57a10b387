// The hook that reads the whole session or a selection of it.
import { useRef, useSyncExternalStore } from 'react'
import type { Inputs, SessionClient, SessionSnapshot } from '../client/types.ts'
import { isSameValue } from '../schema/is-same-value.ts'
import { atHydration } from './at-hydration.ts'

/**
 * Reads the whole session, or what a selector returns for it. Renders again if the result differs by value, so that a selector
 * may build objects.
 *
 * @example
 * const { status, activity } = useSession(session)
 * const count = useSession(session, ({ values }) => values.cart.length)
 */
export function useSession<V extends object, I extends Inputs<V>, R = SessionSnapshot<V>>(
  session: SessionClient<V, I>,
  selector?: (snapshot: SessionSnapshot<V>) => R,
): R {
  // Only replaced by a different value, so that a render that React discards leaves nothing harmful behind.
  const last = useRef<R>(undefined)
  // What React asks for twice in one render, and once more when it commits, has to be one object: a Set is equal to no other.
  let chosen: { readonly snapshot: SessionSnapshot<V>; readonly value: R } | undefined
  const select = (snapshot: SessionSnapshot<V>): R => {
    if (chosen?.snapshot === snapshot) return chosen.value
    const next = selector ? selector(snapshot) : (snapshot as unknown as R)
    if (!isSameValue(last.current, next)) last.current = next
    chosen = { snapshot, value: last.current as R }
    return chosen.value
  }
  const now = (): R => select(session.getSnapshot())
  return useSyncExternalStore(
    session.listen,
    now,
    atHydration(now, () => select(session.getServerSnapshot())),
  )
}

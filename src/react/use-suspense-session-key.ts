// The hook for one key that suspends until the session is loaded.
import * as React from 'react'
import type { Inputs, SessionClient } from '../client/types.ts'
import { SessionUsageError } from '../errors/session-usage-error.ts'
import { isServer } from './at-hydration.ts'
import { type SetSessionKey, useSessionKey } from './use-session-key.ts'

/** Waits inside a render. The copy keeps bundlers from looking for `use` in React 18, which is thrown the promise. */
function suspendFor(ready: ReturnType<SessionClient<object>['ready']>): void {
  const { use } = { ...React } as { readonly use?: (promise: Promise<unknown>) => unknown }
  if (use) use(ready)
  else if (ready.status !== 'fulfilled') throw ready
}

/**
 * Reads and writes one key as `useSessionKey` does, and suspends until the session is loaded or requires a log-in.
 *
 * @throws the snapshot's error, to the error boundary, if the first load takes longer than the client's `readyTimeoutMs`
 * @throws SessionUsageError on a server whose client has no state yet, because it would wait forever
 */
export function useSuspenseSessionKey<V extends object, I extends Inputs<V>, K extends keyof V & string>(
  session: SessionClient<V, I>,
  key: K,
): [V[K], SetSessionKey<V[K], I[K]>] {
  if (!isServer()) {
    // At each render: React wants a component that has called `use` to call it again when it goes on.
    suspendFor(session.ready())
    const { status, error } = session.getSnapshot()
    // Only `readyTimeoutMs` ends the wait so.
    if (status === 'loading' && error && session.ready().status === 'fulfilled') throw error
  } else if (session.getSnapshot().status === 'loading') {
    throw new SessionUsageError(
      `Failed to render session key "${key}" on the server: the session is not loaded. Await session.ready() before rendering, or pass initialState.`,
    )
  }
  return useSessionKey(session, key)
}

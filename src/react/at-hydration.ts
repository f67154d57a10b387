// Chooses what a hook shows while React renders on the server or hydrates. Called by every hook that reads.

/** Returns whether this is a server, which neither subscribes nor waits. */
export const isServer = (): boolean => typeof window === 'undefined'

/**
 * Returns the snapshot function for React's server rendering and hydration. On the server it reads the client's current state,
 * which `dehydrate` will return; in the browser it reads the hydrated state, however far the client has moved on.
 */
export function atHydration<T>(now: () => T, hydrated: () => T): () => T {
  return isServer() ? now : hydrated
}

// Chooses what a hook shows while React renders on the server or hydrates. Called by every hook that reads.

/** Whether this is a server, where nothing is listened to and nothing is waited for. */
export const isServer = (): boolean => typeof window === 'undefined'

/**
 * What React asks for while it renders on a server and while it hydrates: on the server what the client has now, which
 * is what `dehydrate` will give; in the browser what was hydrated, however far the client has moved on.
 */
export function atHydration<T>(now: () => T, hydrated: () => T): () => T {
  return isServer() ? now : hydrated
}

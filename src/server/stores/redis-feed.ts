// Owns what `watch` of the Redis store listens to: one channel for each watched id, on the app's subscriber connection.
import { createWatchers } from './watchers.ts'

/** Subscribes to a channel; `onGap` runs after the connection was lost and is back, since Redis keeps no messages meanwhile. */
export type Subscribe = (channel: string, onMessage: () => void, onGap: () => void) => Promise<() => unknown>

/** A feed of changes. */
export interface Feed {
  watch(id: string, wake: () => void): () => void
  close(): Promise<void>
}

/** Creates a feed. */
export function createFeed(subscribe: Subscribe, prefix: string): Feed {
  const subscriptions = new Map<string, Promise<(() => unknown) | undefined>>()

  const watchers = createWatchers(
    (id) => {
      const wake = (): void => watchers.wake(id)
      const subscription = subscribe(`${prefix}changed:${id}`, wake, wake)
      subscriptions.set(
        id,
        subscription.catch(() => undefined),
      )
      // What was written before the subscription stood is a gap, too.
      subscription.then(wake, wake)
    },
    (id) => {
      void subscriptions.get(id)?.then((unsubscribe) => unsubscribe?.())
      subscriptions.delete(id)
    },
  )

  return {
    watch: watchers.add,
    close: async () => {
      const open = [...subscriptions.values()]
      subscriptions.clear()
      for (const subscription of open) await (await subscription)?.()
    },
  }
}

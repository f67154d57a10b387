// Owns the port to the other tabs and workers: one channel, opened with the first use and closed for the back/forward cache. The client's
// wiring creates it; `sync/tab-message.ts` knows what the messages mean. It never looks into a message.

/** A channel to the other tabs: the part of BroadcastChannel that Sojourn uses. */
export interface SessionChannel {
  /** Sends to the other tabs. The message is plain JSON. */
  postMessage(message: unknown): void
  /** Receives what other tabs send, never what this one does. */
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  /** Closes the channel; nothing is received after. */
  close(): void
}

/** The other tabs of the same session. */
export interface Tabs {
  /** Whether a channel is open. */
  readonly isOpen: boolean
  /** Sends a message to the other tabs, if a channel is open. */
  broadcast(message: unknown): void
  /** Starts to listen. Nothing is opened before. */
  open(): void
  /** Closes the channel; an open one keeps a page out of the back/forward cache. */
  close(): void
}

/** Creates the connection to the other tabs. A browser without channels is one tab. */
export function createTabs(create: () => SessionChannel | undefined, onMessage: (data: unknown) => void): Tabs {
  let channel: SessionChannel | undefined
  return {
    get isOpen() {
      return channel !== undefined
    },
    open() {
      if (channel) return
      try {
        channel = create()
      } catch {
        return // a browser that blocks cookies refuses it: this tab is alone
      }
      channel?.addEventListener('message', ({ data }) => onMessage(data))
    },
    broadcast(message) {
      try {
        channel?.postMessage(message)
      } catch {} // a tab that misses a message reads at its next focus
    },
    close() {
      channel?.close()
      channel = undefined
    },
  }
}

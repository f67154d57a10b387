import { isObject } from '../protocol/json.ts'
import { parseState, type State } from '../protocol/state.ts'

/** A channel to the other tabs: what Sojourn uses of BroadcastChannel. */
export interface SessionChannel {
  postMessage(message: unknown): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  close(): void
}

/** What a tab tells the others: the session went from one version to this state. */
export interface TabMessage {
  readonly from: string | null
  readonly state: State
}

/** The other tabs of the same session. */
export interface Tabs {
  tell(message: TabMessage): void
  /** Begins to listen; nothing is opened before. */
  open(): void
  /** Closes the channel; an open one keeps a page out of the back/forward cache. */
  close(): void
}

/** Checks what came over the channel; anything else is undefined. */
export function parseMessage(data: unknown): TabMessage | undefined {
  if (!isObject(data) || (data.from !== null && typeof data.from !== 'string')) return
  const state = parseState(data.state)
  return state && { from: data.from, state }
}

/**
 * Shares states with the other tabs over one channel. What is told carries neither the CSRF token nor our own commit
 * number, which mean nothing elsewhere. A browser without channels is one tab.
 */
export function createTabs(create: () => SessionChannel | undefined, onMessage: (message: TabMessage) => void): Tabs {
  let channel: SessionChannel | undefined
  function open(): void {
    if (channel) return
    channel = create()
    channel?.addEventListener('message', ({ data }) => {
      const message = parseMessage(data)
      if (message) onMessage(message)
    })
  }
  return {
    open,
    tell({ from, state: { csrf: _, ...state } }) {
      channel?.postMessage({ from, state: { ...state, last: 0 } })
    },
    close() {
      channel?.close()
      channel = undefined
    },
  }
}

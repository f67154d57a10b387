import { isObject } from '../protocol/json.ts'
import { parseState, type State } from '../protocol/state.ts'
import type { HoldMessage } from '../sync/hold-message.ts'

/** A channel to the other tabs: what Sojourn uses of BroadcastChannel. */
export interface SessionChannel {
  /** Sends to the other tabs; the message is plain JSON. */
  postMessage(message: unknown): void
  /** Hears what other tabs send, never what this one does. */
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  /** Closes the channel; nothing is heard after. */
  close(): void
}

/** What a tab tells the others: the session went from one version to this state. */
export interface StateMessage {
  /** The version that the state follows on; null where there was none. */
  readonly from: string | null
  /** The whole state, with `last` 0 and without a CSRF token. */
  readonly state: State
}

/** What tabs say to each other. */
export type TabMessage = StateMessage | HoldMessage

/** The other tabs of the same session. */
export interface Tabs {
  /** Says something to the other tabs; false where there is no channel. */
  tell(message: TabMessage): boolean
  /** Begins to listen; nothing is opened before. */
  open(): void
  /** Closes the channel; an open one keeps a page out of the back/forward cache. */
  close(): void
}

/** Checks what came over the channel; anything else is undefined. */
export function parseMessage(data: unknown): TabMessage | undefined {
  if (!isObject(data)) return
  const { hold, say } = data
  const by = typeof data.tab === 'string' && { tab: data.tab }
  if (typeof hold === 'number' && hold > 0) return { hold, ...by }
  if (say === 'release' || say === 'busy' || say === 'quiet' || say === 'ask' || say === 'locking') return { say, ...by }
  if (data.from !== null && typeof data.from !== 'string') return
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
    try {
      channel = create()
    } catch {
      return // a browser that blocks cookies refuses it: this tab is alone
    }
    channel?.addEventListener('message', ({ data }) => {
      const message = parseMessage(data)
      if (message) onMessage(message)
    })
  }
  return {
    open,
    tell(message) {
      if (!channel) return false
      try {
        if (!('state' in message)) channel.postMessage(message)
        else {
          const { csrf: _, ...state } = message.state
          channel.postMessage({ from: message.from, state: { ...state, last: 0 } })
        }
      } catch {} // who was not told looks for itself at its next focus
      return true
    },
    close() {
      channel?.close()
      channel = undefined
    },
  }
}

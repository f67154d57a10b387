// Connects a client to its page and to the other tabs, from its first use to `dispose`. `core.ts` calls it. It passes events on and decides
// nothing.

import type { Tabs } from '../platform/channel.ts'
import { watchPage } from '../platform/page-lifecycle.ts'
import {
  allowOwnCreation,
  awaitLeftCommit,
  endBackoff,
  freezePage,
  leavePage,
  noteOtherTab,
  receiveMessage,
  requestRead,
  thawPage,
  tryAtOnce,
} from '../sync/commands.ts'
import type { CreationSignals } from '../sync/creation-signals.ts'
import type { Sync } from '../sync/engine.ts'
import type { Sections } from '../sync/exclusive.ts'
import type { JournalPort } from '../sync/ports.ts'
import { parseMessage } from '../sync/tab-message.ts'
import type { LiveConnection } from './live.ts'

/** Follows the page's life. Returns the function that stops it. */
export function followPage(sync: Sync, sections: Sections, tabs: Tabs, live: LiveConnection | undefined): () => void {
  const read = (wanted: 'conditional' | 'full') => (): void => void requestRead(sync, wanted)
  return watchPage(sync.ports.clock, {
    onReturn() {
      tryAtOnce(sync, false)
      if (!live?.onReturn()) read('conditional')()
    },
    onHide: () => leavePage(sync),
    onLeave(isKept) {
      leavePage(sync)
      sections.release()
      freezePage(sync, isKept)
      if (isKept) tabs.close()
    },
    // What waits for the network is sent first. Its response carries the state that a read would fetch.
    onOnline: () => void (endBackoff(sync) || read('conditional')()),
    onThaw() {
      tabs.open()
      thawPage(sync)
    },
  })
}

/** Who hears what other tabs say. */
interface Hearing {
  readonly sync: Sync
  readonly sections: Sections
  readonly journal: JournalPort | undefined
}

/** Passes another tab's messages on. */
export function hearTabs({ sync, sections, journal }: Hearing, creation: CreationSignals, data: unknown): void {
  const message = parseMessage(data)
  if (!message) return
  if (!('say' in message) || message.say === 'want') noteOtherTab(sync)
  if (!('say' in message)) return receiveMessage(sync, message)
  if (message.say === 'leaving') return journal?.look()
  if (message.say === 'left') awaitLeftCommit(sync)
  if (message.say === 'created') allowOwnCreation(sync)
  if (message.say !== 'want') return creation.hear(message)
  sync.locks.noteSection()
  // In its own section this tab has the lock already.
  if (sync.state.section.phase === 'none') sections.makeRoom()
}

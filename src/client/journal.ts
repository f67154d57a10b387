// Owns what the client and a journal know of each other. `options.ts` takes a journal as the option `persist`, `core.ts` creates it. Types
// only: `sojourn/persist` implements them, so that an app without it pays for none.
import type { Rules } from '../cache/stored-value.ts'
import type { SessionLocks } from '../platform/locks.ts'
import type { CreationSignals } from '../sync/creation-signals.ts'
import type { Sync } from '../sync/engine.ts'
import type { JournalState } from '../sync/events.ts'
import type { JournalPort } from '../sync/ports.ts'

/** What a journal needs of its client. */
export interface JournalHost {
  /** The session's absolute URL, which names the journal. */
  readonly url: string
  /** Returns the pipeline, which is created after the journal. */
  readonly sync: () => Sync
  readonly rules: Rules
  readonly creation: CreationSignals
  /** The browser's locks; undefined if it has none. */
  readonly locks: SessionLocks | undefined
}

/** The journal of one client. */
export interface ClientJournal extends JournalPort {
  readonly state: JournalState
  /** Resolves with whether everything pending is on the disk. */
  whenDurable(): Promise<boolean>
}

/** The option `persist`: what `createJournal` of `sojourn/persist` returns. */
export type SessionPersistence = (host: JournalHost) => ClientJournal

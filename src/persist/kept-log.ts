// Declares what keeps one log needs, and what it offers. `log-writer.ts` implements it; `journal.ts` and `recovery.ts` give the parts. Types only.
import type { Mutation } from '../cache/mutation.ts'
import type { Clock } from '../platform/clock.ts'
import type { Sync } from '../sync/engine.ts'
import type { Disk } from './disk.ts'
import type { KnownMutations } from './known-mutations.ts'
import type { LogRecord } from './record.ts'

/** What a writer needs of its journal. */
export interface WriterOptions {
  readonly sync: () => Sync
  readonly disk: Disk
  readonly clock: Clock
  readonly owner: string
  readonly maxBytes: number
  /** Requests the lock of a client id. Resolves with what releases it; undefined if another page has it. */
  readonly lock: (client: string) => Promise<(() => void) | undefined>
  /** The storage cannot be used any more. Called once. */
  readonly onFailure: (client: string, reason: string) => void
  /** New mutations exceed `maxBytes`. */
  readonly onFull: () => void
  /** The page has another client id. */
  readonly onClient: (client: string) => void
  /** Another page took the log. Returns whether this pipeline goes on with what was never put. */
  readonly onLost: () => boolean
}

/** A log that the writer starts from. */
export interface KeptLog {
  readonly client: string
  readonly release: () => void
  /** The record that was restored, and its mutations; undefined for a client that begins. */
  readonly record?: LogRecord
  readonly mutations?: readonly Mutation[]
}

/** Writes one log. */
export interface LogWriter {
  readonly known: KnownMutations
  /** Whether nothing is written any more: the storage failed, or the log is no longer kept. */
  readonly isOver: boolean
  /** The last commit number of the record that was restored; undefined under a client id of this page's own. */
  readonly recordedN: number | undefined
  /** When the page was last known to own the record, on the clock; undefined if the page was away since. */
  readonly verifiedAt: number | undefined
  /** Whether the page has a record. */
  readonly isWritten: boolean
  /** Whether the disk has the number and the bytes of the commit in flight. */
  hasCommit(): boolean
  note(): void
  /** The server said that a lineage ended: no tab may write its log again. */
  endLineage(lineage: string): void
  /** Puts what is dirty. Resolves when it is on the disk, or cannot be. */
  flush(): Promise<unknown>
  /** The page is left: puts at once and releases the lock. `isForGood`: nothing is put after that. */
  leave(isForGood: boolean): void
  /** Looks at lock and owner, because the page was not running for a time. */
  verify(): Promise<void>
  /** Removes the record, because nothing is pending any more. */
  remove(): Promise<void>
}

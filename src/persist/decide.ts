// Decides what may be restored, shown and sent of a record. Pure: `journal.ts` and `keeper.ts` carry the decisions out. docs/offline.md explains
// them to apps; test/persist/decide.test.ts has the cases.
import type { Mutation } from '../cache/mutation.ts'
import type { State } from '../protocol/state.ts'
import type { DropReason } from '../sync/events.ts'
import type { Outbox } from '../sync/outbox.ts'
import type { SyncState } from '../sync/state.ts'
import { format, isEmptyLog, type LogRecord } from './record.ts'

/** What deciding about a record looks at. */
export interface Situation {
  /** The wall clock, in milliseconds. */
  readonly now: number
  readonly maxAgeMs: number
  /** Whether the record was marked as not kept up. */
  readonly isBehind: boolean
  /** Whether its lineage was ended on this device. */
  readonly isEnded: boolean
}

/** What becomes of a record: kept, or given up for a reason. Clocks that went back make no record older. */
export function fateOf(record: LogRecord, { now, maxAgeMs, isBehind, isEnded }: Situation): 'kept' | DropReason {
  if (record.format > format) return 'format'
  if (isEnded) return 'ended'
  if (isBehind) return 'behind'
  return now - record.savedAt > maxAgeMs ? 'too-old' : 'kept'
}

/** Sorts records: the one that this tab wrote first, then those with pending writes, then the newest. */
export function inOrder(records: readonly LogRecord[], hint: string | null): LogRecord[] {
  const rank = (record: LogRecord): number => (record.client === hint ? 2 : isEmptyLog(record) ? 0 : 1)
  return [...records].sort((a, b) => rank(b) - rank(a) || b.savedAt - a.savedAt)
}

/** How much of its life a base has spent on the disk, in whole seconds. */
const ageOf = ({ savedAt }: LogRecord, now: number): number => Math.max(0, Math.floor((now - savedAt) / 1000))

/**
 * Whether a base may be shown before the server has responded: only while the presence cookie says that the browser still has its session,
 * and not after its end. Without a lineage there is no such cookie.
 */
export function mayShow(record: LogRecord, isPresent: boolean, now: number): boolean {
  return record.base.lineage !== null && isPresent && record.base.expiry.age > ageOf(record, now)
}

/** Returns the base as it stands now: its life goes on while it is on the disk. */
export function toBase(record: LogRecord, now: number): State {
  const { base } = record
  return { ...base, expiry: { ...base.expiry, age: Math.max(0, base.expiry.age - ageOf(record, now)) } }
}

/** What a page uses for its numbers once it takes over a log: those that the dead page used after its last put stay below. */
export const adoptedNumbers = 1_000_000

/**
 * Whether a response says that the dead page sent commits that its record does not know. `last` is then above every number of the record and
 * below those of this page.
 */
export function wasNotKeptUp(last: number, recordedN: number): boolean {
  return last > recordedN && last <= recordedN + adoptedNumbers
}

/** Returns the restored mutations that are not in the commit that was in flight when the record was put: its own response tells of those. */
export function restoredBeside(log: readonly Mutation[], { inFlight }: Outbox, recordedN: number): readonly Mutation[] {
  const sent = inFlight && inFlight.n <= recordedN ? inFlight.mutations : []
  return log.filter((mutation) => mutation.restored && !sent.includes(mutation))
}

/**
 * Whether a commit may leave before it is on the disk: only if the disk has none of its mutations. Otherwise a page that restores the log
 * would send them again under another number. A fencing commit has none, and always waits.
 */
export function mayLeaveUnwritten(mutations: readonly Mutation[], isKnown: (mutation: Mutation) => boolean): boolean {
  return mutations.length > 0 && !mutations.some(isKnown)
}

/** Whether the server has stored a first commit that was in flight when its page died, whoever has signed in since. */
export function hasStoredFirstCommit(base: State | undefined, { inFlight }: Outbox, state: Pick<State, 'last' | 'lineage'>): boolean {
  return base?.lineage === null && inFlight !== undefined && state.lineage !== null && state.last >= inFlight.n
}

/** Whether a commit is about to be prepared: the put then has its number and bytes, and the commit does not wait for another put. */
export function isCommitAwaited({ outbox, status: { status, activity } }: SyncState, log: readonly Mutation[]): boolean {
  return !outbox.inFlight && log.length > 0 && status === 'ready' && activity !== 'offline' && activity !== 'retrying'
}

/** Whether the base is one that the server sent: a log is bound to a lineage, or to its absence, from its first byte. */
export function isKnownBase(base: State | undefined): base is State {
  return base !== undefined && base.version !== ''
}

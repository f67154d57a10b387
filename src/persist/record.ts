// Declares what the journal keeps on the disk, and writes a client's log down in that form. `keeper.ts` calls it before each put; `restore.ts`
// reads it back. The layout belongs to the database's name, so it never changes under this name.
import type { Mutation, ReadWriteSet } from '../cache/mutation.ts'
import { isLife, isWrite, type Recorded } from '../cache/operation.ts'
import type { Json } from '../protocol/json.ts'
import type { State } from '../protocol/state.ts'
import type { SyncState } from '../sync/state.ts'

/** The layout of this version. A record of a higher one is left alone. */
export const format = 1

/** One mutation of a log. Values are those of the wire. */
export interface Entry {
  /** What the app called. */
  readonly kind: string
  /** The key of a `set`, a `delete` or an `update`. */
  readonly key?: string
  /** What a `set` stores. */
  readonly value?: Json | undefined
  /** What a `set` or a `delete` started from. */
  readonly baseValue?: Json | undefined
  readonly isChosen?: boolean | undefined
  /** Seconds of a `setExpiry`. */
  readonly expiry?: number | null | undefined
  /** What the function of an update or a transaction read and wrote. */
  readonly accessed?: Recorded | undefined
}

/** A commit that was superseded. Its mutations are named by their places in the log. */
export interface SupersededEntry {
  readonly n: number
  readonly body: string
  readonly places: readonly number[]
}

/** The log of one client. */
export interface LogRecord {
  readonly format: number
  readonly client: string
  /** The page that may write the record. */
  readonly owner: string
  /** When it was written, in milliseconds of the wall clock. */
  readonly savedAt: number
  /** The last commit number used, and the last acknowledged one. */
  readonly n: number
  readonly acknowledged: number
  /** The base of this log, without the CSRF token. */
  readonly base: Omit<State, 'csrf'>
  readonly log: readonly Entry[]
  /** The commit in flight: the exact bytes, and how many mutations of the log it carries. */
  readonly inFlight: { readonly n: number; readonly body: string; readonly count: number } | undefined
  readonly superseded: readonly SupersededEntry[]
  readonly needsFence: boolean
}

/** A session whose end the server has not confirmed yet; `isConfirmed` keeps other tabs from writing its log again. */
export interface EndRecord {
  readonly lineage: string
  readonly savedAt: number
  readonly isConfirmed: boolean
}

/** Returns what an operation read and wrote, without what it returned. */
function toRecorded(accessed: ReadWriteSet | undefined): Recorded | undefined {
  if (!accessed) return
  const { reads, writes, replaced, whole } = accessed
  return { reads, writes, ...(replaced && { replaced }), ...(whole && { whole }) }
}

/** Writes a mutation down. A function is kept as what it read and wrote. */
export function toEntry({ operation, accessed }: Pick<Mutation, 'operation' | 'accessed'>): Entry {
  if (isWrite(operation)) {
    const { kind, key, value, baseValue, isChosen } = operation
    return { kind, key, value, baseValue, isChosen }
  }
  if (isLife(operation)) return { kind: operation.kind, expiry: operation.expiry }
  const recorded = toRecorded(accessed)
  if (operation.kind === 'recorded') return { kind: operation.name, accessed: recorded }
  if (operation.kind === 'update') return { kind: 'update', key: operation.key, accessed: recorded }
  return { kind: operation.kind, accessed: recorded }
}

/** What a record is made of, beside what names it. */
export interface Snapshot {
  readonly base: State
  readonly log: readonly Mutation[]
  readonly outbox: SyncState['outbox']
}

/** Writes a log down. */
export function toRecord({ base, log, outbox }: Snapshot, owner: string, savedAt: number): LogRecord {
  const { csrf: _, ...kept } = base
  const { client, n, acknowledged, inFlight, superseded, needsFence } = outbox
  const placeOf = new Map(log.map((mutation, place) => [mutation, place]))
  const places = (mutations: readonly Mutation[]): number[] =>
    mutations.flatMap((mutation) => {
      const place = placeOf.get(mutation)
      return place === undefined ? [] : [place]
    })
  return {
    format,
    client,
    owner,
    savedAt,
    n,
    acknowledged,
    base: kept,
    log: log.map(toEntry),
    inFlight: inFlight && { n: inFlight.n, body: inFlight.body, count: inFlight.mutations.length },
    superseded: Array.from(superseded.values(), (commit) => ({ n: commit.n, body: commit.body, places: places(commit.mutations) })),
    needsFence,
  }
}

/** Whether a record has anything to send. */
export function isEmptyLog({ log, inFlight, needsFence }: LogRecord): boolean {
  return log.length === 0 && !inFlight && !needsFence
}

// Finds the logs of pages that are gone: locks, claims and decides about each. `journal.ts` calls it at the beginning and whenever a page may
// have died. It puts nothing into a pipeline.
import type { DropReason } from '../sync/events.ts'
import { fateOf, inOrder, mayShow } from './decide.ts'
import type { Disk } from './disk.ts'
import type { LockClient } from './locks.ts'
import type { Marks } from './marks.ts'
import { isPresent } from './presence.ts'
import { type EndRecord, type Entry, format, isEmptyLog, type LogRecord } from './record.ts'
import { claimLog, readAll, removeLog } from './store.ts'

/** What finding needs. */
export interface FindOptions {
  readonly disk: Disk
  readonly owner: string
  readonly lock: LockClient
  readonly marks: Marks
  readonly maxAgeMs: number
  readonly cookies: () => string
  /** Whether the page can take a log over as its own: it knows no base yet. */
  readonly mayTakeOver: () => boolean
  /** Whether a log is looked at. Those of this page are not. */
  readonly isWanted: (record: LogRecord) => boolean
}

/** A log of a dead page, locked and claimed. */
export interface ClaimedLog {
  readonly client: string
  readonly release: () => void
  readonly record: LogRecord
}

/** What was found. */
export interface Found {
  /** The log that the page takes over; undefined if there is none, or if it may not be shown yet. */
  readonly own: ClaimedLog | undefined
  /** Logs that are sent without being shown. */
  readonly others: readonly ClaimedLog[]
  /** Logs that are given up. */
  readonly dropped: readonly (readonly [DropReason, readonly Entry[]])[]
  readonly ends: readonly EndRecord[]
}

/** Finds the logs of dead pages. */
export async function findLogs(options: FindOptions): Promise<Found> {
  const { disk, owner, lock, marks, maxAgeMs, cookies } = options
  const { logs, ends } = await readAll(disk)
  const ended = new Set(ends.map(({ lineage }) => lineage))
  const others: ClaimedLog[] = []
  const dropped: [DropReason, readonly Entry[]][] = []
  let own: ClaimedLog | undefined
  for (const found of inOrder(logs.filter(options.isWanted), marks.hint)) {
    if (found.format > format) {
      dropped.push(['format', []])
      continue
    }
    const { client } = found
    const release = await lock(client)
    if (!release) continue
    const record = await claimLog(disk, found, owner)
    const now = Date.now()
    const isEnded = record?.base.lineage != null && ended.has(record.base.lineage)
    const fate = record && fateOf(record, { now, maxAgeMs, isBehind: marks.isBehind(client), isEnded })
    if (
      record &&
      fate === 'kept' &&
      !own &&
      options.mayTakeOver() &&
      mayShow(record, await isPresent(cookies(), record.base.lineage), now)
    ) {
      own = { client, release, record }
    } else if (record && fate === 'kept' && !isEmptyLog(record)) others.push({ client, release, record })
    else {
      if (record) await removeLog(disk, client, owner)
      if (fate === 'behind') marks.setBehind(client, false)
      if (record && fate && fate !== 'kept' && record.log.length > 0) dropped.push([fate, record.log])
      release()
    }
  }
  return { own, others, dropped, ends }
}

/** Releases what was found too late. */
export function releaseFound({ own, others }: Found): void {
  for (const { release } of [...(own ? [own] : []), ...others]) release()
}

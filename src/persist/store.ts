// Owns the transactions of the journal, each of which compares before it writes. `log-writer.ts` and `find-logs.ts` call it. The lock says which page
// lives, the owner in the record says which page may write; safety rests on the owner alone.
import type { Disk } from './disk.ts'
import type { EndRecord, LogRecord } from './record.ts'

/** What became of a put: `lost` if another page owns the record, `ended` if the session was ended on this device. */
export type PutResult = 'written' | 'lost' | 'ended'

/** How a page knows its record. */
export interface Ownership {
  readonly client: string
  readonly owner: string
  /** Whether the page has written the record: if it is gone then, another page took it. */
  readonly isWritten: boolean
}

/** Whether a page may still write its record. */
export function ownsRecord({ owner, isWritten }: Ownership, found: LogRecord | undefined): boolean {
  return found ? found.owner === owner : !isWritten
}

const logOf = async (get: Promise<unknown>): Promise<LogRecord | undefined> => (await get) as LogRecord | undefined

/** Puts a record, if the page owns it and its session was not ended. `former`: the client id that the page had before. */
export function putLog(disk: Disk, record: LogRecord, isWritten: boolean, former?: string): Promise<PutResult> {
  const { client, owner, base } = record
  return disk.transact(async (tx) => {
    const known = former ?? client
    const found = await logOf(tx.get('logs', known))
    if (base.lineage !== null && (await tx.get('ends', base.lineage))) {
      if (found?.owner === owner) tx.delete('logs', known)
      return 'ended'
    }
    if (!ownsRecord({ client: known, owner, isWritten }, found)) return 'lost'
    if (former !== undefined) tx.delete('logs', former)
    tx.put('logs', record)
    return 'written'
  })
}

/** Puts a record in the last task of a page. Only a page that holds its lock does: no other page can have taken the record. */
export function putLastLog(disk: Disk, record: LogRecord): Promise<void> {
  return disk.transact((tx) => tx.put('logs', record), true)
}

/** Makes a page the owner of a record that it found. Resolves with the record; undefined if another page was first. */
export function claimLog(disk: Disk, found: LogRecord, owner: string): Promise<LogRecord | undefined> {
  return disk.transact(async (tx) => {
    const now = await logOf(tx.get('logs', found.client))
    if (!now || now.owner !== found.owner) return undefined
    const claimed = { ...now, owner }
    tx.put('logs', claimed)
    return claimed
  })
}

/** Resolves with whether a page still owns its record. */
export function checkOwner(disk: Disk, ownership: Ownership): Promise<boolean> {
  return disk.transact(async (tx) => ownsRecord(ownership, await logOf(tx.get('logs', ownership.client))))
}

/** Removes a record that the page owns. */
export function removeLog(disk: Disk, client: string, owner: string): Promise<void> {
  return disk.transact(async (tx) => {
    const found = await logOf(tx.get('logs', client))
    if (found?.owner === owner) tx.delete('logs', client)
  })
}

/** Removes every log of a lineage, and keeps in mind that it ended. */
export function endLineage(disk: Disk, end: EndRecord, own: Pick<Ownership, 'client' | 'owner'>): Promise<void> {
  return disk.transact(async (tx) => {
    for (const log of (await tx.getAll('logs')) as LogRecord[]) {
      if (log.base.lineage === end.lineage || (log.client === own.client && log.owner === own.owner)) tx.delete('logs', log.client)
    }
    tx.put('ends', end)
  })
}

/** The server has confirmed an end: no DELETE is needed any more. Its log stays barred from other tabs. */
export function confirmEnd(disk: Disk, end: EndRecord): Promise<void> {
  return disk.transact((tx) => tx.put('ends', { ...end, isConfirmed: true }))
}

/** Forgets ends. */
export function forgetEnds(disk: Disk, lineages: readonly string[]): Promise<void> {
  return disk.transact((tx) => {
    for (const lineage of lineages) tx.delete('ends', lineage)
  })
}

/** Resolves with all that is on the disk. */
export function readAll(disk: Disk): Promise<{ readonly logs: readonly LogRecord[]; readonly ends: readonly EndRecord[] }> {
  return disk.transact(async (tx) => ({
    logs: (await tx.getAll('logs')) as LogRecord[],
    ends: (await tx.getAll('ends')) as EndRecord[],
  }))
}

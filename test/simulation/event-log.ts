// Records what was stored and when, by lineage. The judges read it; nothing of src does.
import { fromEntry } from '../../src/server/entries.ts'
import type { ExposedKeys } from '../../src/server/exposed-keys.ts'
import { isServersOwn, type SessionRecord, versionOf } from '../../src/server/record.ts'
import type { StoreWrite } from '../../src/server/store.ts'
import type { Lists } from './lists/plan.ts'
import type { Data } from './model.ts'
import type { Scheduler } from './scheduler.ts'

/** One stored state of a lineage. */
export interface Stored {
  readonly lineage: string
  readonly version: string
  /** Its place in the history of the lineage. */
  readonly index: number
  readonly data: Data
  readonly identity: unknown
  /** The private key that begins with `_`. */
  readonly vault: unknown
  readonly expiry: unknown
  /** The commit that it stored; undefined for a write by server code. */
  readonly by: { readonly client: string; readonly n: number } | undefined
  readonly before: Stored | undefined
  /** The list of the server that stored it; undefined if it was done beside the handlers. */
  readonly list: number | undefined
  /** The keys that the commit had to leave as they were, whatever it says. */
  readonly spared?: readonly string[] | undefined
  /** When it was stored, in milliseconds. */
  readonly at: number
}

/** When a lineage got a new key, and by which commit; undefined where it was by server code. */
export interface Rotated {
  readonly at: number
  readonly by: Stored['by']
}

/** Every state that a server has stored, as its store sees them. */
export interface EventLog {
  /** What stands at each id now. */
  readonly records: Map<string, SessionRecord>
  /** The latest state of each lineage, the ended ones too. */
  readonly lineages: ReadonlyMap<string, Stored>
  /** Each state by each of its versions: as the clients of each list see it. */
  readonly versions: ReadonlyMap<string, Stored>
  /** The last new key of each lineage. */
  readonly rotations: ReadonlyMap<string, Rotated>
  /** The lineage that an id names, or named before a rotation. */
  lineageAt(id: string): string | undefined
  /** Notes a write that was done, by the server of a list or beside the handlers. */
  note(write: StoreWrite, list?: number): void
}

const publicOf = (data: SessionRecord['data']): Data => {
  const result: Record<string, unknown> = {}
  for (const key in data) if (!isServersOwn(key)) result[key] = data[key]
  return result as Data
}

export function createEventLog(scheduler: Scheduler, lists: Lists, onStored: (stored: Stored) => void): EventLog {
  const records = new Map<string, SessionRecord>()
  const names = new Map<string, string>()
  const rotations = new Map<string, Rotated>()
  const lineages = new Map<string, Stored>()
  const versions = new Map<string, Stored>()
  return {
    records,
    lineages,
    versions,
    rotations,
    lineageAt: (id) => names.get(id),
    note({ id, entry, insert }, list) {
      records.delete(id)
      const kept = insert ?? { id, entry }
      const { record } = fromEntry(kept.entry)
      if (!record) return
      const { lineage, expiry, data } = record
      records.set(kept.id, record)
      names.set(kept.id, lineage)
      const before = lineages.get(lineage)
      const last = record.clients.at(-1)
      const by = last?.seq === record.seq ? { client: last.client, n: last.n } : undefined
      if (insert) rotations.set(lineage, { at: scheduler.now(), by })
      const stored = {
        lineage,
        version: versionOf({ key: 'known', record }, lists.exposed[0] as ExposedKeys),
        index: (before?.index ?? -1) + 1,
        data: publicOf(data),
        identity: data._identity ?? null,
        vault: data._vault ?? null,
        expiry,
        by,
        before,
        list,
        at: scheduler.now(),
      }
      lineages.set(lineage, stored)
      if (!lists.plan) versions.set(stored.version, stored)
      else {
        for (const [index, keys] of lists.exposed.entries()) {
          const version = versionOf({ key: 'known', record }, keys)
          versions.set(version, { ...stored, version, data: lists.visible(stored.data, index) })
        }
      }
      onStored(stored)
    },
  }
}

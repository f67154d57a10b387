// Owns the sessions of one person over the store's owner index: lists them, ends them, and knows when all were ended last. Called by the
// handler and by `signIn`.
import { SessionConfigError } from '../errors/session-config-error.ts'
import { SessionNetworkError } from '../errors/session-network-error.ts'
import type { JsonObject } from '../protocol/json.ts'
import { type Content, readEntry } from './entries.ts'
import { UnreadableEntryError } from './faults.ts'
import { checkIdentity } from './identity.ts'
import { hashOwner, sha256 } from './keys.ts'
import type { Settings } from './options.ts'
import type { SessionRecord } from './record.ts'
import { retry } from './retry.ts'
import type { ListedEntry, StoreEntry } from './store.ts'

/** One session of a person, for a page that shows where somebody is signed in. Times are in milliseconds since the epoch. */
export interface PersonSession {
  /** The public id of the session: `ServerSession.lineage` of the browser that has it. */
  readonly lineage: string
  /** Every key, private ones too. */
  readonly data: JsonObject
  /** Undefined for a session that an older version stored and that was not written since. */
  readonly createdAt: number | undefined
  readonly signedInAt: number | undefined
  /** When it ends if nothing is written any more. */
  readonly expiresAt: number
}

/** Whether a session is to be ended; undefined stands for an entry that cannot be read. */
type IsMeant = (record: SessionRecord | undefined) => boolean

/** The sessions of people. */
export interface People {
  list(identity: string): Promise<readonly PersonSession[]>
  /** Ends the sessions of a person of which `isMeant` is true; returns how many. */
  end(identity: string, isMeant: IsMeant): Promise<number>
  /** Notes that all sessions of a person were ended now, for sign-ins that began before. */
  noteEnd(identity: string): Promise<void>
  /** Returns when all sessions of a person were ended last, within the last hour; undefined if they were not. */
  lastEnd(identity: string): Promise<number | undefined>
}

/** How long an end of all sessions is remembered, in milliseconds: longer than any sign-in takes. */
const endMemoryMs = 3_600_000

/** How often the index is read again before an end gives up. */
const maxPasses = 60

/** Creates the people of a handler. `name` makes a revision. */
export function createPeople({ store, now, identity: identityOf }: Settings, name: () => string): People {
  async function listEntries(identity: string): Promise<readonly ListedEntry[]> {
    checkIdentity(identity)
    if (store.listByOwner) return store.listByOwner(await hashOwner(identity))
    throw new SessionConfigError('Failed to find the sessions of a person: the store has no listByOwner. Use a store that has it.')
  }

  const isOf = (record: SessionRecord, identity: string): boolean => record.expiresAt > now() && identityOf(record.data) === identity

  async function end(identity: string, isMeant: IsMeant): Promise<number> {
    const ended = new Set<string>()
    const rotated = new Set<string>()
    for (let pass = 0; pass < maxPasses; pass += 1) {
      const before = ended.size + rotated.size
      for (const listed of await listEntries(identity)) {
        const { isEnded, isRotated } = await endOne(listed, (record) => (!record || isOf(record, identity)) && isMeant(record))
        if (isEnded) ended.add(listed.id)
        // Its session is in the list under another id, perhaps since this pass began.
        if (isRotated) rotated.add(listed.id)
      }
      if (ended.size + rotated.size === before) return ended.size
    }
    throw new SessionNetworkError(503)
  }

  /** Removes an entry if it is meant, and reads it again while others write it. */
  async function endOne({ id, entry }: ListedEntry, isMeant: IsMeant) {
    let current: StoreEntry | undefined = entry
    const outcome = await retry(async () => {
      if (!current) return {}
      const { record, tombstone } = toContent(id, current)
      if (tombstone) return { isRotated: true }
      if (!isMeant(record)) return {}
      if (await store.remove(id, current.revision)) return { isEnded: true }
      current = await store.read(id)
      return undefined
    })
    if (!outcome) throw new SessionNetworkError(503)
    return outcome as { readonly isEnded?: boolean; readonly isRotated?: boolean }
  }

  const endId = (identity: string): Promise<string> => sha256(`ended ${identity}`)

  return {
    end,
    list: async (identity) => {
      const entries = await listEntries(identity)
      const records = entries.flatMap(({ id, entry }) => toContent(id, entry).record ?? []).filter((record) => isOf(record, identity))
      return records.map(({ lineage, data, createdAt, signedInAt, expiresAt }) => ({ lineage, data, createdAt, signedInAt, expiresAt }))
    },
    noteEnd: async (identity) => {
      checkIdentity(identity)
      const id = await endId(identity)
      const isNoted = await retry(async () => {
        const before = await store.read(id)
        const entry = { revision: name(), value: JSON.stringify({ ended: now() }), expiresAt: now() + endMemoryMs }
        return (await store.write({ id, expected: before?.revision ?? null, entry })) || undefined
      })
      if (!isNoted) throw new SessionNetworkError(503)
    },
    lastEnd: async (identity) => {
      const entry = await store.read(await endId(identity))
      return entry && (JSON.parse(entry.value) as { readonly ended: number }).ended
    },
  }
}

/** Reads an entry; an empty object stands for one that cannot be read. */
function toContent(id: string, entry: StoreEntry): Partial<Content> {
  try {
    return readEntry(id, entry)
  } catch (error) {
    if (error instanceof UnreadableEntryError) return {}
    throw error
  }
}

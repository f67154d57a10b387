// Plays the pages of one browser with a journal: a disk, locks that end with their page, a cookie jar, and pages that die at any moment.
import { createHash } from 'node:crypto'
import type { SessionLocks } from 'sojourn'
import { createJournal, type DiskTransaction, type JournalOptions, type TableName } from 'sojourn/persist'
import { vi } from 'vitest'
import { presenceLength, presenceText } from '../../src/protocol/presence.ts'
import { createHub, createLocks, flush, type Mock, open, type Session } from '../client/harness.ts'

type Tables = Record<TableName, Map<string, object>>

const keyOf = { logs: 'client', ends: 'lineage' } as const

/** A disk that all pages of a browser share. A transaction takes a millisecond and is complete or not at all. */
export function createDisk() {
  const tables: Tables = { logs: new Map(), ends: new Map() }
  let last: Promise<unknown> = Promise.resolve()
  const disk = {
    tables,
    /** How many transactions wrote to it. */
    writes: 0,
    /** Why transactions fail; undefined if they do not. */
    refusal: undefined as Error | undefined,
    /** Whether transactions never end. */
    hangs: false,
    get logs() {
      return [...tables.logs.values()] as { client: string; owner: string; log: unknown[]; base: { lineage: string | null } }[]
    },
    /** The connection of one page. */
    connect(isDead: () => boolean) {
      return {
        transact<T>(run: (tx: DiskTransaction) => Promise<T> | T, isLast = false): Promise<T> {
          if (isDead()) return new Promise<T>(() => {})
          if (isLast) return Promise.resolve(carryOut(run, () => true))
          const result = last.then(async () => {
            await new Promise((resolve) => setTimeout(resolve, 1))
            if (disk.hangs || isDead()) return new Promise<T>(() => {})
            if (disk.refusal) throw disk.refusal
            return carryOut(run, () => !isDead())
          })
          last = disk.hangs ? Promise.resolve() : Promise.race([result.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 5))])
          return result
        },
        close() {},
      }
    },
  }

  async function carryOut<T>(run: (tx: DiskTransaction) => Promise<T> | T, mayComplete: () => boolean): Promise<T> {
    const changes: (() => void)[] = []
    const draft: Tables = { logs: new Map(tables.logs), ends: new Map(tables.ends) }
    const value = run({
      get: async (table, key) => structuredClone(draft[table].get(key)),
      getAll: async (table) => structuredClone([...draft[table].values()]),
      put(table, record) {
        const copy = structuredClone(record)
        const key = (copy as Record<string, string>)[keyOf[table]] ?? ''
        draft[table].set(key, copy)
        changes.push(() => tables[table].set(key, copy))
      },
      delete(table, key) {
        draft[table].delete(key)
        changes.push(() => tables[table].delete(key))
      },
    })
    const complete = (): void => {
      if (mayComplete()) for (const change of changes) change()
      if (changes.length > 0) disk.writes++
    }
    if (!(value instanceof Promise)) {
      complete()
      return value
    }
    const result = await value
    complete()
    return result
  }
  return disk
}

/** What the presence cookie of a lineage is. */
export const presenceOf = (lineage: string): string =>
  createHash('sha256').update(presenceText(lineage)).digest('base64url').slice(0, presenceLength)

/** One page of the browser. */
export interface Page {
  readonly session: Session
  /** The renderer crashes: nothing runs, arrives or is written any more, and its locks are free. */
  kill(): void
}

type Options = NonNullable<Parameters<typeof open>[1]>

/** A browser with a disk. */
export function createBrowser(mock: Mock) {
  // The host's digest takes real time, which passes beside the time of the tests.
  vi.spyOn(crypto.subtle, 'digest').mockImplementation(async (_, data) => {
    const digest = createHash('sha256')
      .update(data as Uint8Array)
      .digest()
    return new Uint8Array(digest).buffer
  })
  const disk = createDisk()
  const locks = createLocks()
  const hub = createHub()
  const browser = {
    disk,
    /** The lineage that the presence cookie names; undefined if there is none. */
    present: undefined as string | undefined,
    /** Opens a page. */
    open(options: Options = {}, journal: JournalOptions = {}): Page {
      let isDead = false
      let die = (): void => {}
      const death = new Promise<void>((resolve) => {
        die = resolve
      })
      const pageLocks: SessionLocks = {
        request: (name, how, run) =>
          locks.locks.request(name, how, (lock) => (lock === null ? run(null) : Promise.race([run(lock), death]))),
      }
      const fetch: typeof globalThis.fetch = async (...call) => {
        if (isDead) return new Promise<Response>(() => {})
        const response = await mock.fetch(...call)
        return isDead ? new Promise<Response>(() => {}) : response
      }
      const session = open(mock, {
        locks: pageLocks,
        channel: hub.channel,
        persist: createJournal({
          openDisk: async () => disk.connect(() => isDead),
          cookies: () => (browser.present === undefined ? '' : `other=1; __Host-session_at=${presenceOf(browser.present)}`),
          ...journal,
        }),
        ...options,
        fetch,
      })
      return {
        session,
        kill() {
          isDead = true
          die()
        },
      }
    },
    /** Has the presence cookie name the session that a page knows. */
    signPresence(page: Page) {
      browser.present = page.session.dehydrate()?.state.lineage ?? undefined
    },
    flush,
  }
  return browser
}

// Owns the store in one SQLite file. sqlite-file.ts opens the file, sqlite-statements.ts has the SQL, sqlite-writer.ts gathers writes.
import { checkMembers, functionRule, type OptionRule, textRule, wholeRule } from '../check-members.ts'
import type { SessionStore } from '../store.ts'
import { createPoller } from './polling.ts'
import { openFile, toReason } from './sqlite-file.ts'
import { applyWrite, createRevisionReader, prepare, toEntry } from './sqlite-statements.ts'
import { createWriter } from './sqlite-writer.ts'

/** Options of `createSqliteStore`. */
export interface SqliteStoreOptions {
  /** The database's file, created if there is none; `:memory:` for one that ends with the process. */
  readonly path: string
  /**
   * How long a write waits for another process that is writing, in milliseconds, before it fails. The event loop goes on meanwhile.
   *
   * @default 5_000
   */
  readonly busyTimeoutMs?: number | undefined
  /**
   * The wall clock, in milliseconds since the epoch.
   *
   * @default Date.now
   */
  readonly now?: (() => number) | undefined
}

const rules: { readonly [K in keyof Required<SqliteStoreOptions>]: OptionRule } = {
  path: { ...textRule, wanted: 'the path of a file, such as "sessions.sqlite"' },
  busyTimeoutMs: wholeRule(2 ** 31 - 1, 0),
  now: functionRule,
}

/** How many free pages a sweep returns to the file system. */
const pagesPerSweep = 100

/**
 * Keeps sessions in one SQLite file, for any number of processes on one machine. A write is on the disk before it is acknowledged;
 * the writes of one turn of the event loop share a transaction. Needs Node 22.13 or later (`node:sqlite`).
 *
 * A new file is readable by its owner only (mode 0600). What is deleted is overwritten in the file, and at the next sweep or the
 * next close in its log (`-wal`), too.
 *
 * @throws SessionConfigError if the file cannot be opened, cannot be written, is damaged or holds something else.
 * @example
 * const store = createSqliteStore({ path: 'sessions.sqlite' })
 * const sessions = createSessionHandler({ store, schema })
 */
export function createSqliteStore(options: SqliteStoreOptions): Required<SessionStore> {
  checkMembers('create the SQLite store', options, { rules, required: ['path'] })
  const { path, now = Date.now, busyTimeoutMs = 5_000 } = options
  const db = openFile(path, busyTimeoutMs)
  const statements = prepare(db)
  const writer = createWriter({ db, busyTimeoutMs, toReason: (error) => toReason(error, path) })
  const readRevisions = createRevisionReader(statements)
  const poller = createPoller({ intervalMs: 200, readRevisions: (ids) => writer.read(() => readRevisions(ids)) })

  const wakeAfter = async (id: string, change: () => boolean): Promise<boolean> => {
    const isDone = await writer.write(change)
    if (isDone) poller.wake(id)
    return isDone
  }

  return {
    read: (id) =>
      writer.read(() => {
        const row = statements.select.get(id, now())
        return row && toEntry(row)
      }),
    write: (write) => wakeAfter(write.id, () => applyWrite(statements, write, now())),
    remove: (id, revision) => wakeAfter(id, () => statements.remove.run(id, revision, now()).changes === 1),
    sweep: async (time, limit) => {
      const swept = await writer.write(() => Number(statements.sweep.run(time, limit).changes))
      // The log still holds what was deleted, until a checkpoint. If another process reads just now, the next sweep does it.
      await writer.read(() => db.exec(`PRAGMA incremental_vacuum(${pagesPerSweep}); PRAGMA wal_checkpoint(TRUNCATE)`)).catch(() => {})
      return swept
    },
    watch: poller.watch,
    listByOwner: (owner) =>
      writer.read(() => statements.list.all(owner, now()).map((row) => ({ id: String(row.id), entry: toEntry(row) }))),
    close: async () => {
      poller.stop()
      await writer.close()
    },
  }
}

import { DatabaseSync } from 'node:sqlite'
import { SessionConfigError } from '../../errors/session-config-error.ts'
import type { SessionStore } from '../store.ts'

/** Options of `createSqliteStore`. */
export interface SqliteStoreOptions {
  /** The database's file, made where there is none; `:memory:` for one that ends with the process. */
  readonly path: string
  /**
   * How long a write waits for another process that is writing, in milliseconds, before it fails.
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

/** The layout of the table; another number in the file is another layout. */
const layout = 1

const schema = `
  CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY,
    revision TEXT NOT NULL,
    value TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sessions_by_expiry ON sessions (expires_at);
  PRAGMA user_version = ${layout};
`

/**
 * Keeps sessions in one SQLite file, for any number of processes on one machine. A write is on the disk before it is
 * acknowledged. Wants Node 22.13 or later (`node:sqlite`).
 *
 * @throws SessionConfigError where the file holds something else.
 * @example
 * const store = createSqliteStore({ path: 'sessions.sqlite' })
 * const handler = createSessionHandler({ store })
 */
export function createSqliteStore(options: SqliteStoreOptions): SessionStore & {
  /** Closes the file. Every later call of the store rejects. */
  close(): void
} {
  const now = options.now ?? Date.now
  const db = open(options.path, options.busyTimeoutMs ?? 5_000)
  const select = db.prepare('SELECT revision, value, expires_at AS expiresAt FROM sessions WHERE id = ? AND expires_at > ?')
  const update = db.prepare('UPDATE sessions SET revision = ?, value = ?, expires_at = ? WHERE id = ? AND revision = ? AND expires_at > ?')
  const insert = db.prepare(`
    INSERT INTO sessions (id, revision, value, expires_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, value = excluded.value, expires_at = excluded.expires_at
    WHERE sessions.expires_at <= ?`)
  const remove = db.prepare('DELETE FROM sessions WHERE id = ? AND revision = ? AND expires_at > ?')
  const sweep = db.prepare('DELETE FROM sessions WHERE expires_at <= ?')

  /** One statement: SQLite itself compares and sets. */
  function writeOne({ id, expected, entry }: Parameters<SessionStore['write']>[0]): boolean {
    const { revision, value, expiresAt } = entry
    const { changes } =
      expected === null ? insert.run(id, revision, value, expiresAt, now()) : update.run(revision, value, expiresAt, id, expected, now())
    return changes === 1
  }

  /** A rotation: both statements or neither. IMMEDIATE takes the write lock first, so that no reader has to become a writer. */
  function writeBoth(write: Parameters<SessionStore['write']>[0], inserted: { id: string; entry: typeof write.entry }): boolean {
    db.exec('BEGIN IMMEDIATE')
    try {
      const written = writeOne(write) && writeOne({ ...inserted, expected: null })
      db.exec(written ? 'COMMIT' : 'ROLLBACK')
      return written
    } catch (error) {
      // A failed COMMIT leaves the transaction open, or has ended it already.
      try {
        db.exec('ROLLBACK')
      } catch {} // isTransaction would tell, from Node 22.16 on
      throw error
    }
  }

  return {
    read: async (id) => {
      const row = select.get(id, now())
      return row && { revision: String(row.revision), value: String(row.value), expiresAt: Number(row.expiresAt) }
    },
    write: async (write) => (write.insert ? writeBoth(write, write.insert) : writeOne(write)),
    remove: async (id, revision) => remove.run(id, revision, now()).changes === 1,
    sweep: async (time) => Number(sweep.run(time).changes),
    close: () => db.close(),
  }
}

function open(path: string, timeout: number): DatabaseSync {
  const db = new DatabaseSync(path)
  try {
    // By PRAGMA: the constructor takes a timeout from Node 22.16 on.
    db.exec(`PRAGMA busy_timeout = ${timeout}`)
    // One statement, so that it sees the file before or after another process has begun it. Before anything is changed there.
    const { found, tables } = db
      .prepare('SELECT (SELECT user_version FROM pragma_user_version) AS found, (SELECT count(*) FROM sqlite_schema) AS tables')
      .get() as { found: number; tables: number }
    if (found !== layout && (found !== 0 || tables > 0)) {
      throw new SessionConfigError(
        `Failed to open the session store: ${path} has layout ${found}, this version knows ${layout}. Give another path.`,
      )
    }
    enterWal(db, timeout)
    if (found === 0) db.exec(`BEGIN IMMEDIATE; ${schema} COMMIT`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Of two processes that open a new file at once SQLite turns one away without waiting (SQLITE_BUSY): it comes again. */
function enterWal(db: DatabaseSync, timeout: number): void {
  const end = Date.now() + timeout
  for (;;) {
    try {
      // WAL lets readers go on while one writes; FULL syncs the log at each commit, so that what was acknowledged survives a power cut.
      return db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    } catch (error) {
      if ((error as { errcode?: number }).errcode !== 5 || Date.now() >= end) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}

// Opens the file of the SQLite store and names what is wrong with it. Called by sqlite.ts alone; it never changes a file of another app.
import { closeSync, existsSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SessionConfigError } from '../../errors/session-config-error.ts'
import { layout, migration, schema } from './sqlite-statements.ts'
import { busyInCallMs } from './sqlite-writer.ts'

/**
 * Opens a file, or creates it with mode 0600.
 *
 * @throws SessionConfigError with the path and what to do.
 */
export function openFile(path: string, timeoutMs: number): DatabaseSync {
  try {
    create(path)
    return open(path, timeoutMs)
  } catch (error) {
    throw toReason(error, path)
  }
}

/** SQLite gives the log and the shared memory beside a file the mode of the file. */
function create(path: string): void {
  if (path === ':memory:' || path === '' || path.startsWith('file:') || existsSync(path)) return
  closeSync(openSync(path, 'a', 0o600))
}

function open(path: string, timeoutMs: number): DatabaseSync {
  const db = new DatabaseSync(path)
  try {
    // By PRAGMA: the constructor takes a timeout from Node 22.16 on.
    db.exec(`PRAGMA busy_timeout = ${timeoutMs}`)
    // One statement, so that it sees the file before or after another process has begun it. Before anything is changed there.
    const { found, tables } = db
      .prepare('SELECT (SELECT user_version FROM pragma_user_version) AS found, (SELECT count(*) FROM sqlite_schema) AS tables')
      .get() as { found: number; tables: number }
    if (found !== layout && found !== 1 && (found !== 0 || tables > 0)) {
      throw new SessionConfigError(
        `Failed to open the session store: ${path} has layout ${found}, this version knows ${layout}. Give another path.`,
      )
    }
    // Both have to come before the first table.
    if (found === 0) db.exec('PRAGMA auto_vacuum = INCREMENTAL')
    db.exec('PRAGMA secure_delete = ON')
    enterWal(db, timeoutMs)
    if (found === 0) db.exec(`BEGIN IMMEDIATE; ${schema} COMMIT`)
    if (found === 1) migrate(db)
    db.exec(`PRAGMA busy_timeout = ${Math.min(busyInCallMs, timeoutMs)}`)
    checkWritable(db)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Finds at the start what the first write would find. Another process's lock shows that the file can be written. */
function checkWritable(db: DatabaseSync): void {
  try {
    // SQLite begins a transaction on a read-only file, too, and refuses the write.
    db.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${layout}; ROLLBACK`)
  } catch (error) {
    if ((error as { errcode?: number }).errcode !== 5) throw error
  }
}

/** Two processes may find a file of layout 1 at once: the second one finds the column. */
function migrate(db: DatabaseSync): void {
  db.exec('BEGIN IMMEDIATE')
  const { found } = db.prepare('SELECT user_version AS found FROM pragma_user_version').get() as { found: number }
  db.exec(found === 1 ? `${migration} COMMIT` : 'ROLLBACK')
}

/** Of two processes that open a new file at once SQLite refuses one without waiting (SQLITE_BUSY): that one tries again. */
function enterWal(db: DatabaseSync, timeoutMs: number): void {
  const end = Date.now() + timeoutMs
  for (;;) {
    try {
      // WAL lets readers go on while one writes; FULL syncs the log at each commit, so that acknowledged writes survive a power cut.
      return db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    } catch (error) {
      if ((error as { errcode?: number }).errcode !== 5 || Date.now() >= end) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}

/** What to do about SQLite's errors, by their primary code (sqlite.org/rescode.html). */
const advice: Readonly<Record<number, string>> = {
  3: "permission denied. Give the server's user access to the file and its folder",
  8: "the file is read-only. Let the server's user write the file and its folder, since SQLite writes a log beside the file",
  10: 'the disk failed to read or write. Look at the disk and at the logs of the system',
  11: 'the file is damaged. Move it away, with the files that end in -wal and -shm, and put back a backup or begin a new one',
  13: 'the disk is full. Free some space',
  14: 'the file cannot be opened. Check the path and its permissions',
  26: 'the file is no SQLite database. Give another path',
}

/** Makes an error of the file one that names the path and says what to do; passes on any other, such as SQLITE_BUSY. */
export function toReason(error: unknown, path: string): unknown {
  if (error instanceof SessionConfigError) return error
  const { errcode = 0, code } = error as { errcode?: number; code?: string }
  const reason = code === 'ENOENT' ? `the folder ${dirname(path)} does not exist. Create it` : toAdvice(errcode, code)
  return reason === undefined ? error : new SessionConfigError(`Failed to use the session store ${path}: ${reason}.`, {}, { cause: error })
}

function toAdvice(errcode: number, code: string | undefined): string | undefined {
  return code === 'EACCES' || code === 'EPERM' || code === 'EROFS' ? advice[8] : advice[errcode & 0xff]
}

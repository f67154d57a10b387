// Owns the SQL of the SQLite store: its table and its statements. Called by sqlite.ts and sqlite-file.ts; it opens nothing.
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { StoreEntry, StoreWrite } from '../store.ts'

/** The layout of the table, in the file's `user_version`. Layout 1 had no owners. */
export const layout = 2

/** Creates the table in an empty file. */
export const schema: string = `
  CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY,
    revision TEXT NOT NULL,
    value TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    owner TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sessions_by_expiry ON sessions (expires_at);
  CREATE INDEX IF NOT EXISTS sessions_by_owner ON sessions (owner) WHERE owner IS NOT NULL;
  PRAGMA user_version = ${layout};
`

/** Takes a file of layout 1 to this one. */
export const migration: string = `ALTER TABLE sessions ADD COLUMN owner TEXT; ${schema}`

/** The statements of an open file. */
export interface SqliteStatements {
  readonly select: StatementSync
  readonly update: StatementSync
  readonly insert: StatementSync
  readonly remove: StatementSync
  readonly revisionOf: StatementSync
  readonly revisionsOf: StatementSync
  readonly list: StatementSync
  readonly sweep: StatementSync
  readonly dataVersion: StatementSync
}

/** Prepares the statements. */
export function prepare(db: DatabaseSync): SqliteStatements {
  const columns = 'revision, value, expires_at AS expiresAt, owner'
  return {
    select: db.prepare(`SELECT ${columns} FROM sessions WHERE id = ? AND expires_at > ?`),
    update: db.prepare(
      'UPDATE sessions SET revision = ?, value = ?, expires_at = ?, owner = ? WHERE id = ? AND revision = ? AND expires_at > ?',
    ),
    insert: db.prepare(`
      INSERT INTO sessions (revision, value, expires_at, owner, id) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE
      SET revision = excluded.revision, value = excluded.value, expires_at = excluded.expires_at, owner = excluded.owner
      WHERE sessions.expires_at <= ?`),
    remove: db.prepare('DELETE FROM sessions WHERE id = ? AND revision = ? AND expires_at > ?'),
    revisionOf: db.prepare('SELECT revision FROM sessions WHERE id = ? AND expires_at > ?'),
    revisionsOf: db.prepare('SELECT id, revision FROM sessions WHERE id IN (SELECT value FROM json_each(?))'),
    list: db.prepare(`SELECT id, ${columns} FROM sessions WHERE owner = ? AND expires_at > ?`),
    sweep: db.prepare('DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= ? LIMIT ?)'),
    dataVersion: db.prepare('PRAGMA data_version'),
  }
}

/** Reads a row of `select` or `list`. */
export function toEntry({ revision, value, expiresAt, owner }: Record<string, unknown>): StoreEntry {
  return {
    revision: String(revision),
    value: String(value),
    expiresAt: Number(expiresAt),
    ...(owner !== null && { owner: String(owner) }),
  }
}

/** Applies one write inside the transaction that is open; returns whether it is stored. SQLite itself compares and sets. */
export function applyWrite(statements: SqliteStatements, { id, expected, entry, insert }: StoreWrite, now: number): boolean {
  const { update, revisionOf, remove } = statements
  const put = (id: string, expected: string | null, { revision, value, expiresAt, owner: given }: StoreEntry): boolean => {
    const owner = given ?? null
    const { changes } =
      expected === null
        ? statements.insert.run(revision, value, expiresAt, owner, id, now)
        : update.run(revision, value, expiresAt, owner, id, expected, now)
    return changes === 1 || revisionOf.get(id, now)?.revision === revision
  }
  if (insert && !put(insert.id, null, insert.entry)) return false
  const isWritten = put(id, expected, entry)
  if (!isWritten && insert) remove.run(insert.id, insert.entry.revision, now)
  return isWritten
}

/** Creates a function that reads the revisions of ids; it returns undefined while no other process has written. */
export function createRevisionReader({ dataVersion, revisionsOf }: SqliteStatements) {
  let version: unknown
  return (ids: readonly string[]): ReadonlyMap<string, string> | undefined => {
    const found = dataVersion.get()?.data_version
    if (found === version) return undefined
    version = found
    return new Map(revisionsOf.all(JSON.stringify(ids)).map(({ id, revision }) => [String(id), String(revision)]))
  }
}

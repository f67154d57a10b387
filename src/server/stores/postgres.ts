// Owns the store in PostgreSQL, over a function that runs one statement: the app brings its client library. postgres-statements.ts has
// the SQL. Every write is one statement, so a pooler in transaction mode is fine.
import { SessionConfigError } from '../../errors/session-config-error.ts'
import type { SessionStore, StoreEntry } from '../store.ts'
import { createPoller } from './polling.ts'
import { postgresSchema, toStatements } from './postgres-statements.ts'
import { limitTime } from './time-limit.ts'

export { postgresSchema } from './postgres-statements.ts'

/** The rows of a statement. */
export interface PostgresResult {
  readonly rows: readonly Record<string, unknown>[]
}

/** Options of `createPostgresStore`. */
export interface PostgresStoreOptions {
  /**
   * Runs one statement with `$1`, `$2` … and resolves with its rows.
   *
   * @example
   * query: (text, values) => pool.query(text, values) // pg, Neon, PGlite
   * query: async (text, values) => ({ rows: await sql.unsafe(text, values) }) // postgres.js
   * query: async (text, values) => ({ rows: await prisma.$queryRawUnsafe(text, ...values) })
   */
  readonly query: (text: string, values: string[]) => Promise<PostgresResult>
  /**
   * The table, with its schema if need be.
   *
   * @default 'sojourn_sessions'
   */
  readonly table?: string | undefined
  /**
   * How long a statement may take, in milliseconds, before the request is answered 503. A pool may wait for a connection without end.
   *
   * @default 1_000
   */
  readonly timeoutMs?: number | undefined
  /**
   * The wall clock, in milliseconds since the epoch.
   *
   * @default Date.now
   */
  readonly now?: (() => number) | undefined
}

/** A store in PostgreSQL. */
export interface PostgresStore extends Required<SessionStore> {
  /** Creates the table and its indexes if they are missing. Migrate by hand with the text of `postgresSchema(table)` instead if you like. */
  migrate(): Promise<void>
}

/** How often the watched ids are read, in milliseconds. `NOTIFY` at each write would cost most of the writes per second. */
const pollMs = 1_000

/** Sweeping and migrating may take this many times as long as a request's statement. */
const patience = 30

/**
 * Keeps sessions in PostgreSQL 12 or later.
 *
 * @throws SessionConfigError if `query` is missing or `table` is not a name.
 * @example
 * const pool = new Pool({ connectionTimeoutMillis: 1_000 })
 * const store = createPostgresStore({ query: (text, values) => pool.query(text, values) })
 * await store.migrate()
 */
export function createPostgresStore(options: PostgresStoreOptions): PostgresStore {
  const { table = 'sojourn_sessions', now = Date.now, timeoutMs = 1_000 } = options
  check(options, table)
  const sql = toStatements(table)
  const run = async (text: string, values: string[], limitMs = timeoutMs): Promise<PostgresResult['rows']> =>
    (await limitTime(options.query(text, values), limitMs, 'PostgreSQL')).rows
  const poller = createPoller({
    intervalMs: pollMs,
    readRevisions: async (ids) =>
      new Map((await run(sql.revisions, [JSON.stringify(ids)])).map((row) => [String(row.id), String(row.revision)])),
  })
  const time = (): string => String(now())

  const wakeIf = (isDone: boolean, id: string): boolean => {
    if (isDone) poller.wake(id)
    return isDone
  }

  return {
    read: async (id) => {
      const [row] = await run(sql.read, [id, time()])
      return row && toEntry(row)
    },
    write: async ({ id, expected, entry, insert }) => {
      const columns = toColumns(entry)
      const rows = insert
        ? await run(sql.rotate, [id, ...columns, expected ?? '', time(), insert.id, ...toColumns(insert.entry)])
        : expected === null
          ? await run(sql.create, [id, ...columns, time()])
          : await run(sql.replace, [id, ...columns, expected, time()])
      return wakeIf(rows.length > 0 || (await run(sql.isStored, [id, entry.revision])).length > 0, id)
    },
    remove: async (id, revision) => wakeIf((await run(sql.remove, [id, revision, time()])).length > 0, id),
    sweep: async (at, limit) => (await run(sql.sweep, [toDay(at), String(at), String(limit)], patience * timeoutMs)).length,
    watch: poller.watch,
    listByOwner: async (owner) => (await run(sql.list, [owner, time()])).map((row) => ({ id: String(row.id), entry: toEntry(row) })),
    close: async () => poller.stop(),
    migrate: async () => {
      await run(postgresSchema(table), [], patience * timeoutMs)
    },
  }
}

function check({ query }: PostgresStoreOptions, table: string): void {
  if (typeof query !== 'function') {
    throw new SessionConfigError(
      'Failed to create the PostgreSQL store: query is missing. Give a function such as (text, values) => pool.query(text, values).',
    )
  }
  if (!/^([a-z_]\w*\.)?[a-z_]\w*$/i.test(table)) {
    throw new SessionConfigError(
      `Failed to create the PostgreSQL store: table is ${JSON.stringify(table)}. Give a name of letters, digits and "_".`,
    )
  }
}

/** Rounded up, so that a day's rows have all expired once the day has passed. */
const toDay = (at: number): string => String(Math.ceil(at / 86_400_000))

const toColumns = ({ revision, value, expiresAt, owner = '' }: StoreEntry): string[] => [
  revision,
  value,
  String(expiresAt),
  toDay(expiresAt),
  owner,
]

function toEntry({ revision, value, expires_at: expiresAt, owner }: Record<string, unknown>): StoreEntry {
  return { revision: String(revision), value: String(value), expiresAt: Number(expiresAt), ...(owner !== null && { owner: String(owner) }) }
}

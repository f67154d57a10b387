// Opens the store that `--store` names. Called by start-shop.ts; a client library is loaded only if its engine is asked for.
import type { SessionStore } from 'sojourn/server'
import { createPostgresStore } from 'sojourn/server/postgres'
import { createRedisStore } from 'sojourn/server/redis'
import { createSqliteStore } from 'sojourn/server/sqlite'

/** A store, and how its connections are closed. */
export interface OpenStore {
  readonly store: SessionStore
  close(): Promise<void>
}

/** Opens `redis://…`, `rediss://…`, `postgres://…`, `postgresql://…`, or a path of an SQLite file. */
export async function openStore(place: string): Promise<OpenStore> {
  if (/^rediss?:/.test(place)) return openRedis(place)
  if (/^postgres(ql)?:/.test(place)) return openPostgres(place)
  const store = createSqliteStore({ path: place })
  return { store, close: store.close }
}

async function openRedis(url: string): Promise<OpenStore> {
  const { createClient } = await import('redis')
  const redis = createClient({ url, disableOfflineQueue: true })
  redis.on('error', (error: Error) => console.error(`Redis: ${error.message}`))
  await redis.connect()
  return { store: createRedisStore({ send: (args) => redis.sendCommand(args) }), close: async () => redis.destroy() }
}

async function openPostgres(url: string): Promise<OpenStore> {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 1_000 })
  pool.on('error', (error: Error) => console.error(`PostgreSQL: ${error.message}`))
  const store = createPostgresStore({ query: (text, values) => pool.query(text, values) })
  await store.migrate()
  return { store, close: () => pool.end() }
}

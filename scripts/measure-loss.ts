// Measures how many acknowledged writes each setting of Redis and PostgreSQL loses when the engine is killed, and what an eviction policy
// deletes. docs/deploy.md prints its table: `npm run measure:loss`.
import pg from 'pg'
import { createClient } from 'redis'
import type { SessionStore } from '../src/server/store.ts'
import { createPostgresStore, postgresSchema } from '../src/server/stores/postgres.ts'
import { createRedisStore } from '../src/server/stores/redis.ts'
import { startPostgres } from '../test/server/engines/postgres-server.ts'
import { startRedisProcess } from '../test/server/engines/redis-server.ts'

const writers = 16
const writeMs = 1_500

/** An engine that can be killed, with stores on it. */
interface Engine {
  /** Connects a store. */
  connect(): Promise<{ readonly store: SessionStore; close(): unknown }>
  restart(): Promise<void>
  close(): Promise<void>
}

async function createRedis(...options: readonly string[]): Promise<Engine> {
  const server = await startRedisProcess(...options)
  return {
    connect: async () => {
      const client = createClient({ url: `redis://127.0.0.1:${server.port}`, disableOfflineQueue: true })
      client.on('error', () => {})
      await client.connect()
      const store = createRedisStore({ send: (args) => client.sendCommand(args), onWarning: () => {} })
      return { store, close: () => client.destroy() }
    },
    restart: server.restart,
    close: server.close,
  }
}

async function createPostgres(kind: '' | 'UNLOGGED' | 'asynchronous'): Promise<Engine> {
  const server = await startPostgres()
  const open = (): pg.Pool => {
    const options = kind === 'asynchronous' ? '-c synchronous_commit=off' : undefined
    const pool = new pg.Pool({ host: '127.0.0.1', port: server.port, user: 'postgres', database: 'postgres', ...(options && { options }) })
    pool.on('error', () => {})
    return pool
  }
  const setUp = open()
  await setUp.query(postgresSchema())
  if (kind === 'UNLOGGED') await setUp.query('ALTER TABLE sojourn_sessions SET UNLOGGED')
  await setUp.end()
  return {
    connect: async () => {
      const pool = open()
      return {
        store: createPostgresStore({ query: (text, values) => pool.query(text, values), timeoutMs: 10_000 }),
        close: () => pool.end(),
      }
    },
    restart: server.restart,
    close: server.close,
  }
}

const entryOf = (revision: string) => ({ revision, value: 'v'.repeat(600), expiresAt: Date.now() + 3_600_000 })

/** Writes until the engine is killed, restarts it and counts what is missing of the acknowledged writes. */
async function measure(name: string, engine: Engine): Promise<void> {
  const before = await engine.connect()
  const acknowledged = new Map<string, string>()
  let isKilled = false
  const write = async (writer: number): Promise<void> => {
    for (let n = 0; !isKilled; n += 1) {
      const id = `${writer}-${n}`
      try {
        if (await before.store.write({ id, expected: null, entry: entryOf(`r${n}`) })) acknowledged.set(id, `r${n}`)
      } catch {
        return
      }
    }
  }
  const writing = Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))
  await new Promise((resolve) => setTimeout(resolve, writeMs))
  const restarting = engine.restart()
  isKilled = true
  await writing
  await restarting
  await before.close()
  const after = await engine.connect()
  let lost = 0
  for (const [id, revision] of acknowledged) if ((await after.store.read(id))?.revision !== revision) lost += 1
  await after.close()
  await engine.close()
  console.log(`${name.padEnd(44)} ${String(lost).padStart(7)} of ${String(acknowledged.size).padStart(7)} lost`)
}

/** Writes 3,000 sessions into 3 MB and counts who is answered, and who is there at the end. */
async function measureEviction(policy: string): Promise<void> {
  const engine = await createRedis('--maxmemory', '3mb', '--maxmemory-policy', policy, '--appendonly', 'no')
  const { store, close } = await engine.connect()
  const stored: string[] = []
  for (let n = 0; n < 3_000; n += 1) {
    const isStored = await store.write({ id: `${n}`, expected: null, entry: entryOf('r') }).catch(() => false)
    if (isStored) stored.push(`${n}`)
  }
  let missing = 0
  for (const id of stored) if (!(await store.read(id).catch(() => undefined))) missing += 1
  await close()
  await engine.close()
  console.log(
    `maxmemory 3mb, ${policy.padEnd(29)} ${String(missing).padStart(7)} of ${String(stored.length).padStart(7)} deleted, ${3_000 - stored.length} refused`,
  )
}

await measure('Redis, no persistence', await createRedis('--appendonly', 'no'))
await measure('Redis, snapshots only (the default)', await createRedis('--appendonly', 'no', '--save', '3600 1 300 100 60 10000'))
await measure('Redis, appendfsync everysec', await createRedis('--appendfsync', 'everysec'))
await measure('Redis, appendfsync always', await createRedis('--appendfsync', 'always'))
await measure('PostgreSQL', await createPostgres(''))
await measure('PostgreSQL, synchronous_commit = off', await createPostgres('asynchronous'))
await measure('PostgreSQL, UNLOGGED table', await createPostgres('UNLOGGED'))
for (const policy of ['noeviction', 'volatile-ttl', 'allkeys-lru']) await measureEviction(policy)

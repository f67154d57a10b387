// Starts the real engine of each client library behind proxies that cut its connections, for chaos.ts.

import pg from 'pg'
import { type CuttingProxy, createCuttingProxy } from '../../src/server/store-contract/cutting-proxy.ts'
import { createPostgresStore } from '../../src/server/stores/postgres.ts'
import { startPostgres } from '../server/engines/postgres-server.ts'
import { startRedisCluster, startRedisProcess } from '../server/engines/redis-server.ts'
import type { EnginePlace, Library } from './engine-store.ts'

/** A running engine. */
export interface Engine {
  readonly place: EnginePlace
  /** One in front of each of its servers. */
  readonly proxies: readonly CuttingProxy[]
  /** Kills one of its servers as a crash does, and starts it on the same data. */
  restart(which: number): Promise<void>
  close(): Promise<void>
}

interface EngineServer {
  readonly port: number
  restart(): Promise<void>
  close(): Promise<void>
}

/** Starts the engine of a library. Its servers acknowledge what is on the disk. */
export async function startEngine(library: Library): Promise<Engine> {
  const servers = await startServers(library)
  const proxies = await Promise.all(servers.map(({ port }) => createCuttingProxy({ port })))
  const ports = Object.fromEntries(servers.map(({ port }, index) => [port, (proxies[index] as CuttingProxy).port]))
  return {
    place: { library, ports },
    proxies,
    restart: async (which) => servers[which % servers.length]?.restart(),
    close: async () => {
      await Promise.all(proxies.map((proxy) => proxy.close()))
      await Promise.all(servers.map((server) => server.close()))
    },
  }
}

async function startServers(library: Library): Promise<readonly EngineServer[]> {
  const options = ['--appendfsync', 'always']
  if (library === 'cluster') return startRedisCluster(...options)
  if (library === 'node-redis' || library === 'ioredis') return [await startRedisProcess(...options)]
  const server = await startPostgres()
  const pool = new pg.Pool({ host: '127.0.0.1', port: server.port, user: 'postgres', database: 'postgres' })
  await createPostgresStore({ query: (text, values) => pool.query(text, values) }).migrate()
  await pool.end()
  return [server]
}

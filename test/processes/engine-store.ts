// Opens a store on a real engine with each client library that the docs name, as an app would. Called by serve-engine.ts.
import Redis from 'ioredis'
import pg from 'pg'
import postgres from 'postgres'
import { createClient, createCluster } from 'redis'
import type { SessionStore } from '../../src/server/store.ts'
import { createPostgresStore } from '../../src/server/stores/postgres.ts'
import { createRedisStore } from '../../src/server/stores/redis.ts'

/** The client libraries. */
export const libraries = ['node-redis', 'ioredis', 'cluster', 'pg', 'postgres.js'] as const
export type Library = (typeof libraries)[number]

/** Where an engine is. */
export interface EnginePlace {
  readonly library: Library
  /** The port of the engine, or the ports of a cluster's nodes, by the ports that they know themselves by. */
  readonly ports: Readonly<Record<string, number>>
}

/** Opens the store. Lost connections come back by themselves, soon. */
export async function openEngineStore({ library, ports }: EnginePlace): Promise<SessionStore> {
  const [port = 0] = Object.values(ports)
  const ignore = (): void => {}
  const socket = { host: '127.0.0.1', port, reconnectStrategy: 20, connectTimeout: 1_000 }
  switch (library) {
    case 'node-redis': {
      const client = createClient({ socket, disableOfflineQueue: true })
      await client.on('error', ignore).connect()
      return createRedisStore({ send: (args) => client.sendCommand(args) })
    }
    case 'ioredis': {
      // Its defaults: it sends unanswered commands again after a reconnect.
      const client = new Redis({ host: '127.0.0.1', port, retryStrategy: () => 20 })
      client.on('error', ignore)
      return createRedisStore({ send: ([name = '', ...args]) => client.call(name, ...args) })
    }
    case 'cluster': {
      const client = createCluster({
        rootNodes: Object.values(ports).map((each) => ({ socket: { ...socket, port: each } })),
        nodeAddressMap: (address) => ({ host: '127.0.0.1', port: ports[address.split(':').at(-1) as string] as number }),
        defaults: { socket: { reconnectStrategy: 20, connectTimeout: 1_000 } },
      })
      await client.on('error', ignore).connect()
      return createRedisStore({ send: (args, key) => client.sendCommand(key, false, args) })
    }
    case 'pg': {
      const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', max: 3, connectionTimeoutMillis: 1_000 })
      pool.on('error', ignore)
      return createPostgresStore({ query: (text, values) => pool.query(text, values) })
    }
    case 'postgres.js': {
      // Its query for types rejects without a handler if the connection is lost under it, which ends the process.
      const sql = postgres({
        ...{ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' },
        ...{ max: 3, connect_timeout: 1, fetch_types: false, onnotice: ignore },
      })
      return createPostgresStore({ query: async (text, values) => ({ rows: await sql.unsafe(text, values) }) })
    }
  }
}

// Holds that the handler passes every conformance check over real engines, and inside an Express app whose views write by req.session.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Request as ExpressRequest, type Response as ExpressResponse } from 'express'
import pg from 'pg'
import { createClient } from 'redis'
import { conformanceChecks } from 'sojourn/conformance'
import { session } from 'sojourn/express'
import { createMemoryStore, createSessionHandler, type SessionStore } from 'sojourn/server'
import { toNodeListener } from 'sojourn/server/node'
import { createPostgresStore } from 'sojourn/server/postgres'
import { createRedisStore } from 'sojourn/server/redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storedDataOf } from '../../src/server/server-session.ts'
import { findRedis } from '../backends/redis.ts'
import { findPostgres, startPostgres } from '../server/engines/postgres-server.ts'
import { startRedisProcess } from '../server/engines/redis-server.ts'
import type { Order } from './play.ts'
import { allowedOrigin, startServer, type TestServer } from './server.ts'

/** Opens an engine; gives the store for a clock, and what closes it. */
type Open = () => Promise<{ readonly createStore: (now: () => number) => SessionStore; close(): Promise<unknown> }>

const engines: readonly (readonly [name: string, isHere: () => boolean, open: Open])[] = [
  [
    'Redis',
    findRedis,
    async () => {
      const server = await startRedisProcess()
      const client = createClient({ url: `redis://127.0.0.1:${server.port}` })
      await client.on('error', () => {}).connect()
      return {
        createStore: (now) => createRedisStore({ send: (args) => client.sendCommand(args), now }),
        close: async () => {
          client.destroy()
          await server.close()
        },
      }
    },
  ],
  [
    'PostgreSQL',
    findPostgres,
    async () => {
      const server = await startPostgres()
      const pool = new pg.Pool({ host: '127.0.0.1', port: server.port, user: 'postgres', database: 'postgres', max: 5 })
      pool.on('error', () => {})
      await createPostgresStore({ query: (text, values) => pool.query(text, values) }).migrate()
      return {
        createStore: (now) => createPostgresStore({ query: (text, values) => pool.query(text, values), now }),
        close: async () => {
          await pool.end()
          await server.close()
        },
      }
    },
  ],
]

describe.each(engines)('the handler over %s', (_, isHere, open) => {
  describe.skipIf(!isHere())('on a real server', () => {
    let server: TestServer
    let engine: Awaited<ReturnType<Open>>
    beforeAll(async () => {
      engine = await open()
      server = await startServer({ createStore: engine.createStore })
    }, 60_000)
    afterAll(async () => {
      await server.close()
      await engine.close()
    })

    test.each(conformanceChecks)('$level $name', { timeout: 30_000 }, async ({ run }) => {
      expect(await run({ ...server, allowedOrigin })).toEqual({})
    })
  })
})

/** Serves the session in an Express app. Its control URL writes by `req.session`, as the app's own views do. */
async function startExpress() {
  let skewMs = 0
  const now = (): number => Date.now() + skewMs
  const keys = ['theme', 'cart', 'note']
  const sessions = createSessionHandler({ store: createMemoryStore({ now }), keys, origins: [allowedOrigin], now, onError: () => {} })
  const app = express()
  app.all('/session', toNodeListener(sessions))
  app.use(express.json())
  app.use(session(sessions))
  app.post('/control', (request: ExpressRequest<object, unknown, Order>, response) => control(request, response))

  async function control(request: ExpressRequest<object, unknown, Order>, response: ExpressResponse): Promise<unknown> {
    const { event, set = {}, delete: gone = [] } = request.body
    switch (event) {
      case 'read': {
        const { cookie = '' } = request.headers
        const opened = await sessions.open(new Request('http://127.0.0.1/', { headers: { Cookie: cookie } }))
        return response.json({ data: opened.lineage === null ? null : storedDataOf(opened) })
      }
      case 'write':
        Object.assign(request.session, set)
        for (const key of gone) Reflect.deleteProperty(request.session, key)
        break
      case 'log-out':
      case 'flush':
        await request.session.destroy()
        break
      // `regenerate` is no log-in of the protocol: as in express-session, it begins an empty session.
      default:
        return response.sendStatus(501)
    }
    return response.status(204).end()
  }

  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    keys,
    url: `${origin}/session`,
    control: `${origin}/control`,
    wait: async (ms: number) => {
      skewMs += ms
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('an Express app', () => {
  let server: Awaited<ReturnType<typeof startExpress>>
  const notRun: string[] = []
  beforeAll(async () => {
    server = await startExpress()
  })
  afterAll(() => server.close())

  test.each(conformanceChecks)('$level $name', { timeout: 30_000 }, async ({ name, run }) => {
    const { notRun: reason, excused } = await run({ ...server, allowedOrigin })
    if (reason !== undefined) notRun.push(name)
    expect(excused).toBeUndefined()
  })

  test('passes all checks but those of what it has no control for: log-in, rotate, expire, break and a read-only key', () => {
    expect(notRun.sort()).toMatchInlineSnapshot(`
      [
        "clear-spares-read-only-keys",
        "derived-lineage-survives-a-new-key",
        "expired-session-is-gone",
        "inner-errors-are-not-told",
        "key-before-a-log-in-names-nothing",
        "log-in-as-another-is-another-session",
        "log-in-drops-the-wish",
        "log-in-gives-a-new-key",
        "log-out-ends-the-session",
        "new-key-of-the-server-keeps-the-session",
        "old-key-of-the-server-names-nothing",
        "read-only-key-comes-first",
        "read-only-key-is-expected",
        "read-only-key-is-refused",
        "read-only-key-is-sent",
        "store-out-of-reach-is-503",
        "token-is-read-again",
        "wanted-token-is-checked",
      ]
    `)
  })
})

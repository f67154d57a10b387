// Proves the PostgreSQL store on a real server, with pg and postgres.js: the contract, a dead engine, lost responses, plans.
import pg from 'pg'
import postgres from 'postgres'
import { createSessionHandler } from 'sojourn/server'
import { createPostgresStore, type PostgresResult } from 'sojourn/server/postgres'
import { createCuttingProxy, describeStore } from 'sojourn/server/store-contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createVisitor } from '../visitor.ts'
import { findPostgres, type PostgresServer, startPostgres } from './postgres-server.ts'

let tables = 0

describe.skipIf(!findPostgres())('on PostgreSQL', () => {
  let server: PostgresServer
  let pool: pg.Pool
  let sql: postgres.Sql
  const closers: (() => unknown)[] = []

  function connectPg(port: number): pg.Pool {
    const connected = new pg.Pool({
      host: '127.0.0.1',
      port,
      user: 'postgres',
      database: 'postgres',
      max: 5,
      connectionTimeoutMillis: 1_000,
    })
    connected.on('error', () => {})
    closers.push(() => connected.end())
    return connected
  }

  beforeAll(async () => {
    server = await startPostgres()
    pool = connectPg(server.port)
    sql = postgres({ host: '127.0.0.1', port: server.port, user: 'postgres', database: 'postgres', max: 5, onnotice: () => {} })
    closers.push(() => sql.end({ timeout: 1 }))
  }, 60_000)

  afterAll(async () => {
    await Promise.all(closers.map((close) => close()))
    await server?.close()
  })

  async function create(query: (text: string, values: string[]) => Promise<PostgresResult>, now?: () => number) {
    tables += 1
    const store = createPostgresStore({ query, table: `sessions${tables}`, ...(now && { now }) })
    await store.migrate()
    return store
  }

  describeStore('pg', (now) => create((text, values) => pool.query(text, values), now), { test, expect })
  describeStore('postgres.js', (now) => create(async (text, values) => ({ rows: await sql.unsafe(text, values) }), now), { test, expect })

  test('server code counts each update once while connections are lost in mid-command', async () => {
    const proxy = await createCuttingProxy({ port: server.port })
    closers.push(proxy.close)
    const cut = connectPg(proxy.port)
    const sessions = createSessionHandler({
      keys: ['a', 'card', 'count', 'other', 'text', 'theme'],
      store: await create((text, values) => cut.query(text, values)),
      onError: () => {},
    })
    const visitor = createVisitor(sessions)
    await visitor.commit({ set: { count: 0 } })
    let answered = 0
    let unknown = 0
    const count = async (): Promise<void> => {
      for (let round = 0; round < 20; round += 1) {
        if (round % 5 === 2) proxy.cutResponses(1)
        try {
          const session = await sessions.open(new Request('https://shop.test/', { headers: { Cookie: visitor.cookie as string } }))
          await session.update('count', (count) => Number(count) + 1)
          answered += 1
        } catch {
          unknown += 1
        }
      }
    }
    await Promise.all([count(), count(), count(), count()])
    expect(proxy.cuts).toBeGreaterThan(0)
    await expect.poll(async () => (await visitor.read()).status, { timeout: 5_000 }).toBe(200)
    const stored = Number(visitor.state.data.count)
    expect(stored).toBeGreaterThanOrEqual(answered)
    expect(stored).toBeLessThanOrEqual(answered + unknown)
  }, 60_000)

  test('a server that crashes is a 503, and the store works again when it is back, with every acknowledged commit', async () => {
    const victim = await startPostgres()
    closers.push(victim.close)
    const own = connectPg(victim.port)
    const sessions = createSessionHandler({
      keys: ['a', 'card', 'count', 'other', 'text', 'theme'],
      store: await create((text, values) => own.query(text, values)),
      onError: () => {},
    })
    const visitor = createVisitor(sessions)
    await visitor.commit({ set: { a: 1 } })
    await victim.kill()
    const send = visitor.prepare({ set: { a: 2 } })
    expect([(await visitor.read()).status, (await send()).status]).toEqual([503, 503])
    await victim.restart()
    await expect.poll(async () => (await send()).status, { timeout: 20_000 }).toBe(200)
    expect((await visitor.read()).body.data).toEqual({ a: 2 })
  }, 60_000)

  test('eight processes may migrate at once, and a second time', async () => {
    const store = createPostgresStore({ query: (text, values) => pool.query(text, values), table: 'at_once' })
    await Promise.all(Array.from({ length: 8 }, () => store.migrate()))
    expect(await store.read('a')).toBeUndefined()
  })

  test('a write of the same day leaves every index alone', async () => {
    const time = { now: 1_000_000 }
    const store = await create(
      (text, values) => pool.query(text, values),
      () => time.now,
    )
    const entry = (revision: string) => ({ revision, value: 'v'.repeat(300), expiresAt: time.now + 50_000, owner: 'o'.repeat(43) })
    await store.write({ id: 'a', expected: null, entry: entry('r0') })
    for (let n = 0; n < 20; n += 1) {
      time.now += 1_000
      await store.write({ id: 'a', expected: `r${n}`, entry: entry(`r${n + 1}`) })
    }
    await pool.query('SELECT pg_stat_force_next_flush()')
    const stats = async () =>
      (
        await pool.query('SELECT n_tup_upd::int AS updates, n_tup_hot_upd::int AS hot FROM pg_stat_user_tables WHERE relname = $1', [
          `sessions${tables}`,
        ])
      ).rows[0]
    await expect.poll(stats, { timeout: 10_000 }).toEqual({ updates: 20, hot: 20 })
  })

  test.each(['sessions; DROP TABLE x', '1st', 'a.b.c', ''])('the table name %j is refused', (table) => {
    expect(() => createPostgresStore({ query: (text, values) => pool.query(text, values), table })).toThrow(
      expect.objectContaining({ code: 'config' }),
    )
  })
})

// Holds that a failover of Redis which loses acknowledged writes is told to the app, never silent: a replica that missed them takes over.
import { createServer } from 'node:http'
import { createClient } from 'redis'
import { createSessionClient } from 'sojourn'
import { createSessionHandler } from 'sojourn/server'
import { toNodeListener } from 'sojourn/server/node'
import { createRedisStore } from 'sojourn/server/redis'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { findRedis } from '../../backends/redis.ts'
import { createBrowser } from '../../processes/browser.ts'
import { start } from '../fixtures/node-server.ts'
import { startRedisProcess } from './redis-server.ts'

const schema = z.object({ count: z.number().default(0), note: z.string().optional() })
const closers: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function connect(port: number) {
  const client = createClient({ url: `redis://127.0.0.1:${port}` })
  await client.on('error', () => {}).connect()
  closers.push(() => client.destroy())
  return client
}

async function setUp() {
  const primary = await startRedisProcess()
  closers.push(primary.close)
  const replica = await startRedisProcess('--replicaof', '127.0.0.1', String(primary.port))
  closers.push(replica.close)
  await expect.poll(() => replica.command('INFO', 'replication'), { timeout: 20_000 }).toContain('master_link_status:up')
  const clients = [await connect(primary.port), await connect(replica.port)]
  let current = 0
  const store = createRedisStore({ send: (args) => (clients[current] as (typeof clients)[0]).sendCommand(args) })
  const sessions = createSessionHandler({ store, schema, onError: () => {} })
  const port = await start(createServer(toNodeListener(sessions)))
  const url = `http://127.0.0.1:${port}/session`
  const browser = createBrowser('failover', url)
  const session = createSessionClient({ url, schema, fetch: browser.fetch, locks: browser.locks, channel: false })
  closers.push(() => session.dispose())
  const events: string[] = []
  session.on('dropped', () => events.push('dropped'))
  session.on('ended', ({ reason }) => events.push(`ended: ${reason}`))
  return {
    session,
    events,
    /** From here on the replica gets nothing: what is acknowledged now is lost at the failover. */
    partition: () => replica.command('REPLICAOF', 'NO', 'ONE'),
    isReplicated: async () => {
      await expect.poll(() => primary.command('WAIT', '1', '1000'), { timeout: 20_000 }).toBe('1')
    },
    failOver: () => {
      current = 1
    },
  }
}

describe.skipIf(!findRedis())('a failover of Redis that puts back an older state', () => {
  test('is reported by `dropped`, and the next write counts from what is left', { timeout: 60_000 }, async () => {
    const { session, events, isReplicated, partition, failOver } = await setUp()
    await session.update('count', (count) => count + 1)
    await isReplicated()
    await partition()
    await session.update('count', (count) => count + 1)
    expect([session.peek('count'), events]).toEqual([2, []])

    failOver()
    await session.revalidate()
    expect([session.peek('count'), events]).toEqual([1, ['dropped']])
    await session.update('count', (count) => count + 1)
    expect(session.peek('count')).toBe(2)
  })

  test('is reported by `dropped` to a client that writes first', { timeout: 60_000 }, async () => {
    const { session, events, isReplicated, partition, failOver } = await setUp()
    await session.update('count', (count) => count + 1)
    await isReplicated()
    await partition()
    await session.update('count', (count) => count + 1)
    failOver()
    await session.set('note', 'after')
    expect([session.peek('count'), session.peek('note'), events]).toEqual([1, 'after', ['dropped']])
  })

  test('that lost the whole session ends it, and the writes from before are not sent to another one', { timeout: 60_000 }, async () => {
    const { session, events, partition, failOver } = await setUp()
    await partition()
    await session.update('count', (count) => count + 1)
    failOver()
    await session.revalidate()
    expect([session.peek('count'), events]).toEqual([0, ['ended: flushed']])
  })
})

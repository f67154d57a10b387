// Proves the Redis store on real servers, with node-redis, ioredis and a cluster of three: the contract, a dead engine, lost responses.
import Redis from 'ioredis'
import { createClient, createCluster } from 'redis'
import { createSessionHandler, type SessionStore } from 'sojourn/server'
import { createRedisStore } from 'sojourn/server/redis'
import { createCuttingProxy, describeStore } from 'sojourn/server/store-contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findRedis } from '../../backends/redis.ts'
import { createVisitor } from '../visitor.ts'
import { type RedisProcess, startRedisCluster, startRedisProcess } from './redis-server.ts'

let stores = 0
/** A prefix of its own keeps each test's store empty. */
const newPrefix = (): string => `test${++stores}:`

describe.skipIf(!findRedis())('on Redis', () => {
  let server: RedisProcess
  let cluster: readonly RedisProcess[] = []
  const closers: (() => unknown)[] = []

  beforeAll(async () => {
    server = await startRedisProcess()
    cluster = await startRedisCluster()
  }, 60_000)

  afterAll(async () => {
    for (const close of closers) await close()
    await Promise.all([server, ...cluster].map((each) => each?.close()))
  })

  async function connectNodeRedis(port = server.port) {
    const client = createClient({ url: `redis://127.0.0.1:${port}`, disableOfflineQueue: true, socket: { reconnectStrategy: 20 } })
    client.on('error', () => {})
    await client.connect()
    closers.push(() => client.destroy())
    return client
  }

  function connectIoredis(port = server.port) {
    const client = new Redis({ host: '127.0.0.1', port, retryStrategy: () => 20 })
    client.on('error', () => {})
    closers.push(() => client.disconnect())
    return client
  }

  const nodeRedisStore = async (now: () => number, port?: number): Promise<SessionStore> => {
    const client = await connectNodeRedis(port)
    return createRedisStore({ send: (args) => client.sendCommand(args), prefix: newPrefix(), now })
  }

  describeStore('node-redis', (now) => nodeRedisStore(now), { test, expect })

  describeStore(
    'ioredis, with watch',
    (now) => {
      const [client, subscriber] = [connectIoredis(), connectIoredis()]
      return createRedisStore({
        send: ([name = '', ...args]) => client.call(name, ...args),
        subscribe: async (channel, onMessage, onGap) => {
          const receive = (from: string): void => {
            if (from === channel) onMessage()
          }
          subscriber.on('message', receive)
          subscriber.on('ready', onGap)
          await subscriber.subscribe(channel)
          return () => {
            subscriber.off('message', receive)
            subscriber.off('ready', onGap)
            return subscriber.unsubscribe(channel)
          }
        },
        prefix: newPrefix(),
        now,
      })
    },
    { test, expect },
  )

  describeStore(
    'a cluster of three',
    async (now) => {
      const client = createCluster({ rootNodes: cluster.map(({ port }) => ({ url: `redis://127.0.0.1:${port}` })) })
      await client.connect()
      closers.push(() => client.destroy())
      return createRedisStore({ send: (args, key) => client.sendCommand(key, false, args), prefix: newPrefix(), now })
    },
    { test, expect },
  )

  test.each(['node-redis', 'ioredis'])(
    'server code counts each update once while %s loses connections in mid-command',
    async (library) => {
      const proxy = await createCuttingProxy({ port: server.port })
      closers.push(proxy.close)
      const client = library === 'ioredis' ? connectIoredis(proxy.port) : await connectNodeRedis(proxy.port)
      const send =
        client instanceof Redis
          ? ([name = '', ...args]: string[]) => client.call(name, ...args)
          : (args: string[]) => client.sendCommand(args)
      const store = createRedisStore({ send, prefix: newPrefix() })
      const sessions = createSessionHandler({ keys: ['a', 'card', 'count', 'other', 'text', 'theme'], store, onError: () => {} })
      const visitor = createVisitor(sessions)
      await visitor.commit({ set: { count: 0 } })
      let answered = 0
      let unknown = 0
      const count = async (): Promise<void> => {
        for (let round = 0; round < 25; round += 1) {
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
    },
    60_000,
  )

  test('a dead server is a 503 at once, and the store works again when it is back, with every acknowledged commit', async () => {
    const victim = await startRedisProcess('--appendfsync', 'always')
    closers.push(() => victim.close())
    const store = await nodeRedisStore(Date.now, victim.port)
    const visitor = createVisitor(
      createSessionHandler({ keys: ['a', 'card', 'count', 'other', 'text', 'theme'], store, onError: () => {} }),
    )
    await visitor.commit({ set: { a: 1 } })
    await victim.kill()
    const send = visitor.prepare({ set: { a: 2 } })
    expect([(await visitor.read()).status, (await send()).status]).toEqual([503, 503])
    await victim.restart()
    await expect.poll(async () => (await send()).status, { timeout: 20_000 }).toBe(200)
    expect((await visitor.read()).body.data).toEqual({ a: 2 })
  }, 60_000)

  test('a server that does not answer is a 503 after timeoutMs', async () => {
    const store = createRedisStore({ send: () => new Promise(() => {}), timeoutMs: 20 })
    expect(
      (
        await createVisitor(
          createSessionHandler({ keys: ['a', 'card', 'count', 'other', 'text', 'theme'], store, onError: () => {} }),
        ).commit({ set: { a: 1 } })
      ).status,
    ).toBe(503)
  })

  test('warns of a server that evicts sessions or forgets them at a restart', async () => {
    const careless = await startRedisProcess('--appendonly', 'no', '--maxmemory-policy', 'allkeys-lru')
    closers.push(() => careless.close())
    const client = await connectNodeRedis(careless.port)
    const warnings: string[] = []
    createRedisStore({ send: (args) => client.sendCommand(args), onWarning: (warning) => warnings.push(warning) })
    await expect.poll(() => warnings.length).toBe(2)
    expect(warnings.join(' ')).toMatch(/noeviction.*appendonly to yes/)
  })

  test('entries and the index of owners end by themselves, and no key of a session is in Redis', async () => {
    const prefix = newPrefix()
    const client = await connectNodeRedis()
    const sessions = createSessionHandler({
      keys: ['a', 'card', 'count', 'other', 'text', 'theme'],
      store: createRedisStore({ send: (args) => client.sendCommand(args), prefix }),
    })
    const session = await sessions.open(new Request('https://shop.test/'))
    await session.signIn('ada')
    const key = /session=([\w-]+)/.exec(session.respond(new Response()).headers.get('Set-Cookie') ?? '')?.[1] as string
    const names = await client.keys(`${prefix}*`)
    expect(names).toHaveLength(2)
    for (const name of names) expect(await client.ttl(name)).toBeGreaterThan(1_209_000)
    expect(names.join()).not.toContain(key)
    expect(names.join()).not.toContain('ada')
  })
})

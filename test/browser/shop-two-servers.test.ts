// Uses the shop in Chromium while one of its two server processes is killed, over Redis and over PostgreSQL.
import { describe, expect, test } from 'vitest'
import { findRedis } from '../backends/redis.ts'
import { findPostgres, startPostgres } from '../server/engines/postgres-server.ts'
import { startRedisProcess } from '../server/engines/redis-server.ts'
import { type ShopTab, setShopStage } from '../shop/shop-stage.ts'
import { createTwoShops } from '../shop/two-shops.ts'

interface Engine {
  readonly url: string
  readonly close: () => Promise<void>
}

const engines: readonly (readonly [name: string, isHere: () => boolean, start: () => Promise<Engine>])[] = [
  [
    'Redis',
    findRedis,
    async () => {
      const { port, close } = await startRedisProcess()
      return { url: `redis://127.0.0.1:${port}`, close }
    },
  ],
  [
    'PostgreSQL',
    findPostgres,
    async () => {
      const { port, close } = await startPostgres()
      return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, close }
    },
  ],
]

/** What comes in a moment, on a busy machine too. */
const soon = <T>(read: () => T) => expect.poll(read, { interval: 50 })

const pending = ({ page }: ShopTab): Promise<string | null> => page.locator('[data-pending-count]').first().textContent()

describe.each(engines)('the shop on %s', (_, isHere, startEngine) => {
  describe.skipIf(!isHere())('behind two server processes', () => {
    let engine: Engine
    const shops = createTwoShops(
      async () => {
        engine = await startEngine()
        return engine.url
      },
      () => engine.close(),
    )
    const stage = setShopStage(shops.start)

    test('is used on while either of the two is killed, and keeps every click once', async () => {
      const [tab, other] = [await stage.open(), await stage.open()]

      for (const [which, good] of ['Enamel mug', 'Wool blanket'].entries()) {
        await tab.react.add(good)
        const killed = shops.kill(which)
        for (let click = 0; click < 3; click += 1) await tab.react.add(good)
        await killed
        await tab.react.add(good)
        await soon(() => pending(tab)).toBe('0 pending writes')
        await shops.revive(which)
      }

      await soon(other.vue.cart).toEqual(['Enamel mug 5', 'Wool blanket 5'])
      await tab.page.reload()
      await soon(tab.react.cart).toEqual(['Enamel mug 5', 'Wool blanket 5'])
      expect(shops.served.every((count) => count > 0)).toBe(true)
    })
  })
})

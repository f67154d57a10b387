// Holds on each engine and client library that chaos loses nothing acknowledged and stores nothing twice. `npm run chaos` is the long form.
import { describe, expect, test } from 'vitest'
import { findRedis } from '../backends/redis.ts'
import { findPostgres } from '../server/engines/postgres-server.ts'
import { runChaos } from './chaos.ts'
import { type Library, libraries } from './engine-store.ts'

const isHere = (library: Library): boolean => (library.startsWith('p') ? findPostgres() : findRedis())

describe.each(libraries)('on %s', (library) => {
  test.skipIf(!isHere(library))(
    'two processes under cut requests, cut engine connections and a crash of the engine lose nothing and store nothing twice',
    { timeout: 120_000 },
    async () => {
      const { faults, figures } = await runChaos({ library, servers: 2, visitors: 1, writes: 40, seed: 7 })
      expect(faults).toEqual([])
      expect(figures['writes acknowledged']).toBe(figures.writes)
      expect(figures).toMatchObject({ 'engine crashes': 1, 'engine connections cut': expect.any(Number) })
      expect(figures['engine connections cut']).toBeGreaterThan(1)
    },
  )
})

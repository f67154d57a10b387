// Holds that each mock engine responds as the real Django engine does, scenario by scenario.
import { beforeAll, describe, expect, test } from 'vitest'
import { findDjangos } from './django-server.ts'
import { startDjangoSite } from './django-site.ts'
import { visitMock } from './mock-site.ts'
import { play } from './play.ts'
import { findRedis, startRedis } from './redis.ts'
import { type Engine, linesOf, type Scenario } from './scenario.ts'
import { scenarios } from './scenarios.ts'

const engines: readonly Engine[] = ['db', 'cached_db', 'cache', 'file', 'signed_cookies']

const scenariosOf = (engine: Engine): readonly Scenario[] => scenarios.filter((scenario) => scenario.engines?.includes(engine) ?? true)

describe.each(engines)('the mock of the engine %s', (engine) => {
  test.each(scenariosOf(engine))('$name', async (scenario) => {
    expect(await play(scenario, visitMock(engine), engine)).toEqual(linesOf(scenario, engine))
  })
})

const waits = ({ steps }: Scenario): boolean => steps.some(([step]) => step.do === 'wait')

/** The engines are played next to each other, and what waits for an expiry next to the rest. */
describe.each(findRedis() ? findDjangos() : [])('Django %s', (django) => {
  const played = new Map<Engine, Map<string, readonly string[]>>()

  beforeAll(async () => {
    const redis = await startRedis()
    const playAll = async (engine: Engine): Promise<void> => {
      const site = await startDjangoSite(django, engine, redis)
      const lines = new Map<string, readonly string[]>()
      played.set(engine, lines)
      const tell = async (scenario: Scenario): Promise<void> => {
        const told = await play(scenario, site.visit(), engine).catch((error) => [String(error)])
        lines.set(scenario.name, told)
      }
      const inTurn = async (): Promise<void> => {
        for (const scenario of scenariosOf(engine)) if (!waits(scenario)) await tell(scenario)
      }
      await Promise.all([inTurn(), ...scenariosOf(engine).filter(waits).map(tell)])
      await site.close()
    }
    const outcomes = await Promise.allSettled(engines.map(playAll))
    await redis.close()
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }, 300_000)

  describe.each(engines)('on the engine %s answers as the scenarios and the mock have it', (engine) => {
    test.each(scenariosOf(engine))('$name', ({ name, ...scenario }) => {
      expect(played.get(engine)?.get(name)).toEqual(linesOf({ name, ...scenario }, engine))
    })
  })
})

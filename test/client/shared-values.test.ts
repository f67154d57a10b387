// Holds that values the app mutates in place neither change the view nor go unstored unnoticed.
import { createSessionClient, type SessionClientOptions } from 'sojourn'
import { createMockSessionServer } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { track, useFakeTime } from './harness.ts'

useFakeTime()

const anything = z.unknown()
const map = z.codec(z.record(z.string(), anything), z.map(z.string(), anything), {
  decode: (members) => new Map(Object.entries(members)),
  encode: (members) => Object.fromEntries(members) as Record<string, unknown>,
})
const schema = z.object({
  any: z.any(),
  record: z.record(z.string(), anything).optional(),
  loose: z.looseObject({ id: z.number() }).optional(),
  list: z.array(z.string()).default([]),
  map: map.optional(),
})
type Options = Partial<SessionClientOptions<typeof schema>>

async function begin(data: Record<string, unknown>, options: Options = {}) {
  const mock = createMockSessionServer()
  await mock.writeWire(data)
  const session = track(createSessionClient({ url: mock.url, fetch: mock.fetch, schema, channel: false, ...options }))
  await session.get('any')
  return { mock, session }
}

describe('what the app changes in place', () => {
  test.each(['any', 'record', 'loose', 'list'] as const)(
    'is stored by the next set: with `freeze: false` a value under %s',
    async (key) => {
      const stored = { any: { deep: { n: 1 } }, record: { deep: { n: 1 } }, loose: { id: 1, deep: { n: 1 } }, list: ['a'] }
      const { mock, session } = await begin(stored, { freeze: false })
      const value = session.peek(key) as { deep: { n: number } } & string[]
      if (key === 'list') value.push('b')
      else value.deep.n = 2
      await session.set(key, value as never)
      expect(await mock.data()).toEqual({ ...stored, [key]: key === 'list' ? ['a', 'b'] : { ...(stored[key] as object), deep: { n: 2 } } })
    },
  )

  test('is stored by the next set if nobody can freeze it: in a Map', async () => {
    const { mock, session } = await begin({ map: { x: { n: 1 } } })
    const members = session.peek('map') as Map<string, { n: number }>
    const member = members.get('x') as { n: number }
    member.n = 2
    await session.set('map', members)
    expect(await mock.data()).toEqual({ map: { x: { n: 2 } } })
  })

  test('of a default with `freeze: false` is not the default of the next visitor', async () => {
    const { session } = await begin({}, { freeze: false })
    session.peek('list').push('tea')
    await session.set('list', ['stored'])
    await session.end()
    expect(session.peek('list')).toEqual([])
  })

  test('of the state that it hydrated is no write', async () => {
    const { mock, session: server } = await begin({ list: ['a'] })
    const initialState = JSON.parse(JSON.stringify(server.dehydrate()))
    const session = track(createSessionClient({ url: mock.url, fetch: mock.fetch, schema, channel: false, initialState }))
    initialState.state.data.list.push('b')
    await session.set('list', ['a', 'b'])
    expect(await mock.data()).toEqual({ list: ['a', 'b'] })
  })
})

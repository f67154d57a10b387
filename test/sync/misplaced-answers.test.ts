// Holds that a response of the wrong kind changes nothing.
import { describe, expect, test } from 'vitest'
import { advance, collect, flush, follow, useFakeTime } from '../client/harness.ts'
import { openScripted, type ScriptedAnswer, toProblem, toState } from './scripted.ts'

useFakeTime()

describe('a response of another kind of request', () => {
  test.each<[string, () => ScriptedAnswer]>([
    ['a 204', () => new Response(null, { status: 204 })],
    ['a minimal state', () => ({ data: undefined })],
  ])('%s to a read says nothing of the session: it is asked for again after a while', async (_, response) => {
    let reads = 0
    const { session } = openScripted(() => (reads++ === 0 ? response() : { data: { count: 1 } }))
    const steps = collect(session, 'exchange')
    const count = follow(() => session.get('count'))
    await flush()
    expect(session.getSnapshot()).toMatchObject({ status: 'loading', activity: 'retrying', error: { code: 'protocol' } })
    await advance(2_000)
    expect([count.value, steps.map(({ attempt }) => attempt)]).toEqual([1, [1, 1, 2, 2]])
  })

  test.each([204, 304])('%i to a commit says nothing of it: it goes again after a while, with the same bytes', async (status) => {
    let commits = 0
    const { session, requests } = openScripted(({ method }) => {
      if (method === 'GET') return { data: { count: 1 } }
      return commits++ === 0 ? new Response(null, { status }) : { version: 'v2', data: { count: 2 }, last: 1 }
    })
    const patches = (): typeof requests => requests.filter(({ method }) => method === 'PATCH')
    const written = follow(() => session.set('count', 2))
    await flush()
    expect(patches()).toHaveLength(1)
    expect(session.getSnapshot()).toMatchObject({ activity: 'retrying', error: { code: 'protocol' } })
    await advance(2_000)
    expect(written.status).toBe('resolved')
    expect(patches()[1]?.body).toEqual(patches()[0]?.body)
  })

  test.each([
    ['key-reused', 422, {}],
    ['unknown-key', 409, toState()],
    ['gone', 410, toState({ lineage: 'L2' })],
  ])('%s to every commit is followed by ever longer waits', async (name, status, state) => {
    let requests = 0
    // A round trip takes a while, as anywhere.
    const fetch: typeof globalThis.fetch = async (input, init) => {
      requests++
      await new Promise((resolve) => setTimeout(resolve, 5))
      return new Request(input, init).method === 'PATCH' ? toProblem(status, name, state) : Response.json(toState())
    }
    const { session } = openScripted(() => ({}), { fetch })
    void session.get('count')
    await advance(50)
    void session.set('count', 2).catch(() => {})
    await advance(3_000)
    expect(requests).toBeLessThan(60)
  })

  test('a state to an end says nothing of it: it is reported again after a while', async () => {
    let isEnded = false
    const { session, requests } = openScripted(({ method }) => {
      if (method !== 'DELETE') return isEnded ? { lineage: null, version: 'v0' } : { data: { count: 1 } }
      const isFirst = requests.filter((request) => request.method === 'DELETE').length === 1
      if (isFirst) return { data: { count: 1 } }
      isEnded = true
      return new Response(null, { status: 204 })
    })
    await session.get('count')
    const ended = follow(() => session.end())
    await flush()
    expect(session.getSnapshot()).toMatchObject({ activity: 'retrying', error: { code: 'protocol' } })
    await advance(5_000)
    expect([ended.status, requests.map(({ method }) => method)]).toEqual(['resolved', ['GET', 'DELETE', 'DELETE', 'GET']])
  })

  test('a 204 to an end whose session is there all the same: it is reported again after a while, or when the app says so', async () => {
    const { session, requests } = openScripted(({ method }) =>
      method === 'DELETE' ? new Response(null, { status: 204 }) : { data: { count: 1 } },
    )
    await session.get('count')
    void session.end().catch(() => {})
    await flush()
    const sent = (): string[] => requests.slice(1).map(({ method }) => method)
    expect(sent()).toEqual(['DELETE', 'GET'])
    session.resume()
    await flush()
    expect(sent()).toEqual(['DELETE', 'GET', 'DELETE', 'GET'])
    await advance(10_000)
    expect(sent().length).toBeGreaterThan(4)
  })
})

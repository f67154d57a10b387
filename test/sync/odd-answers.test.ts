// Holds how the client handles rare responses of the protocol.
import { describe, expect, test } from 'vitest'
import { advance, collect, flush, follow, inTime, useFakeTime } from '../client/harness.ts'
import { openScripted, type ScriptedAnswer, type ScriptedRequest, toProblem, toState } from './scripted.ts'

useFakeTime()

/** Reads are answered by a state, commits one after the other by the given answers. */
function script(read: Record<string, unknown>, ...responses: ((request: ScriptedRequest) => ScriptedAnswer)[]) {
  let at = 0
  return (request: ScriptedRequest): ScriptedAnswer => {
    if (request.method === 'GET') return read
    const response = responses[Math.min(at++, responses.length - 1)]
    return response ? response(request) : toProblem(500, 'none')
  }
}

const patches = (requests: readonly ScriptedRequest[]) => requests.filter(({ method }) => method === 'PATCH')
const numberOf = ({ headers }: ScriptedRequest): number => Number(/\/(\d+)"$/.exec(headers['idempotency-key'] ?? '')?.[1])
const clientOf = ({ headers }: ScriptedRequest): string | undefined => /^"(.*)\//.exec(headers['idempotency-key'] ?? '')?.[1]

describe('409 out of step', () => {
  test('`last` below what was acknowledged: other code has undone writes, and an event says so', async () => {
    const { session, requests } = openScripted(
      script(
        { data: { count: 1 } },
        () => ({ version: 'v2', data: { count: 2 }, last: 1 }),
        () => toProblem(409, 'out-of-step', toState({ version: 'v3', data: { count: 1 }, last: 0 })),
        () => ({ version: 'v4', data: { count: 1, theme: 'dark' }, last: 3 }),
      ),
    )
    const dropped = collect(session, 'dropped')
    await session.set('count', 2)
    await session.set('theme', 'dark')
    expect(dropped).toEqual([{ reason: 'undone' }])
    expect(session.peek('count')).toBe(1)
    expect(patches(requests).map((request) => [numberOf(request), request.body?.after])).toEqual([
      [1, 0],
      [2, 1],
      [3, 0],
    ])
  })

  test('`last` above it: that commit had been stored after all, and is acknowledged', async () => {
    // The first copy of commit 1 was refused and a second stored; commit 2, its rebase, comes out of step.
    const { session } = openScripted(
      script(
        { data: { count: 1 } },
        () => toProblem(409, 'conflict', toState({ version: 'v2', data: { count: 5 }, tags: { count: 'x' }, last: 0 })),
        () => toProblem(409, 'out-of-step', toState({ version: 'v3', data: { count: 2 }, last: 1 })),
      ),
    )
    let runs = 0
    await session.update('count', (count) => count + Math.sign(++runs))
    expect(session.peek('count')).toBe(2)
    // Twice at the call, once on what the refusal brought.
    expect([runs, session.pending]).toEqual([3, []])
  })
})

describe('409 forgotten', () => {
  const forgotten = () => toProblem(409, 'forgotten', toState({ version: 'v2', data: { count: 7 } }))

  test('after one attempt: not stored, so it goes again on what is there', async () => {
    const { session, requests } = openScripted(
      script({ data: { count: 1 } }, forgotten, () => ({ version: 'v3', data: { count: 8 }, last: 2 })),
    )
    await session.update('count', (count) => count + 1)
    expect(patches(requests).map(({ body }) => body?.set)).toEqual([{ count: 2 }, { count: 8 }])
  })

  test('after an attempt of unknown outcome: rejects with SessionUnknownFateError, and the rest goes on', async () => {
    let isLost = true
    const { session } = openScripted((request) => {
      if (request.method === 'GET') return { data: { count: 1 } }
      if (!isLost)
        return (request.body?.set as Record<string, unknown> | undefined)?.theme
          ? { version: 'v3', data: { count: 7, theme: 'dark' }, last: 2 }
          : forgotten()
      isLost = false
      return new Response('', { status: 502 })
    })
    await session.get('count')
    const doubtful = follow(() => session.update('count', (count) => count + 1))
    await flush()
    const later = follow(() => session.set('theme', 'dark'))
    await advance(60_000)
    expect(doubtful.error).toMatchObject({ code: 'unknown-fate' })
    expect(later.status).toBe('resolved')
    expect([session.peek('count'), session.peek('theme')]).toEqual([7, 'dark'])
  })
})

describe('422 key-reused', () => {
  const reused = () => toProblem(422, 'key-reused')

  test('goes on as another client, whose numbers begin again', async () => {
    const { session, requests } = openScripted(
      script({ data: { count: 1 } }, reused, () => ({ version: 'v2', data: { count: 2 }, last: 1 })),
    )
    await session.set('count', 2)
    const [first, second] = patches(requests)
    if (!first || !second) throw new TypeError('Two commits were expected.')
    expect([numberOf(first), numberOf(second), second.body?.after]).toEqual([1, 1, 0])
    expect(clientOf(second)).not.toBe(clientOf(first))
    expect(requests.at(-1)?.headers['session-client']).toBe(clientOf(second))
  })

  test('after an attempt of unknown outcome rejects with SessionUnknownFateError', async () => {
    let isLost = true
    const { session } = openScripted((request) => {
      if (request.method === 'GET') return { data: { count: 1 } }
      if (isLost) {
        isLost = false
        return new Response('', { status: 502 })
      }
      return reused()
    })
    const doubtful = follow(() => session.set('count', 2))
    await advance(60_000)
    expect(doubtful.error).toMatchObject({ code: 'unknown-fate' })
    expect(session.peek('count')).toBe(1)
  })
})

describe('a server without tags', () => {
  test('gets the whole version expected, also after a minimal response', async () => {
    let version = 1
    const { session, requests } = openScripted((request) => {
      const { tags: _, ...state } = toState({ version: `v${version}`, data: { count: 1, note: 'a' }, last: version - 1 })
      if (request.method === 'GET') return Response.json(state)
      const { data: __, ...minimal } = state
      version++
      return Response.json({ ...minimal, version: `v${version}`, last: numberOf(request) })
    })
    await session.set('count', 2)
    await session.set('count', 3)
    await session.set('theme', 'dark')
    expect(patches(requests).map(({ body }) => body?.expect)).toEqual(['base', 'base', 'base'])
    expect(session.getSnapshot().values).toMatchObject({ count: 3, note: 'a', theme: 'dark' })
  })
})

describe('a server that keeps the lineage when somebody else signs in', () => {
  test('ends the session all the same: what was pending is not sent as the other', async () => {
    let identity = 'ann'
    const { session, requests } = openScripted(({ method }) => {
      if (method === 'GET') return { identity, data: { note: identity }, version: `v-${identity}` }
      identity = 'bob'
      return new Response('', { status: 401 })
    })
    await session.get('note')
    const ended = collect(session, 'ended')
    const written = follow(() => session.set('count', 2))
    await flush()
    session.resume()
    await advance(10_000)
    expect(written.error).toMatchObject({ code: 'ended', reason: 'replaced' })
    expect([ended, session.peek('note'), patches(requests).length]).toEqual([[{ reason: 'replaced' }], 'bob', 1])
  })
})

describe('a session that no DELETE ends', () => {
  test('is ended again and again, each time after a longer wait', async () => {
    const { session, requests } = openScripted(({ method }) =>
      method === 'DELETE' ? new Response(null, { status: 204 }) : { data: { count: 1 } },
    )
    await session.get('count')
    const outcome = follow(() => session.end())
    await advance(60_000)
    expect([outcome.status, session.pending.length, session.peek('count')]).toEqual(['pending', 1, 0])
    expect(requests.length).toBeGreaterThan(6)
    expect(requests.length).toBeLessThan(30)
  })
})

describe('answers that do not belong to the request', () => {
  test.each<[string, () => Response]>([
    ['204 to a commit', () => new Response(null, { status: 204 })],
    ['304 to a commit', () => new Response(null, { status: 304 })],
    ['200 with a state that is none', () => Response.json({ lineage: 'L1', version: 2, data: {} })],
    ['200 with data that is a list', () => Response.json(toState({ data: [] }))],
    ['409 without a state', () => toProblem(409, 'conflict')],
    ['409 in HTML', () => new Response('<p>Conflict', { status: 409 })],
    ['410 in HTML', () => new Response('<p>Gone', { status: 410 })],
    ['404 in HTML', () => new Response('<p>Not found', { status: 404 })],
    ['422 in JSON of another kind', () => Response.json({ message: 'no' }, { status: 422 })],
    ["400 in HTML, as Django's SessionInterrupted", () => new Response('<h1>Bad Request (400)</h1>', { status: 400 })],
    ['500 with a problem', () => toProblem(500, 'about:blank')],
  ])('%s keeps the log and is tried again with the identical bytes', async (_, response) => {
    const { session, requests } = openScripted(
      script({ data: { count: 1 } }, response, response, () => ({ version: 'v2', data: { count: 2 }, last: 1 })),
    )
    const ended = collect(session, 'ended')
    await inTime(session.set('count', 2))
    const sent = patches(requests)
    expect([sent.length, new Set(sent.map(({ body }) => JSON.stringify(body))).size, ended]).toEqual([3, 1, []])
  })

  test.each<[string, () => Response]>([
    ['a state without data', () => Response.json({ ...toState(), data: undefined })],
    ['204', () => new Response(null, { status: 204 })],
    ['409 with a state', () => toProblem(409, 'conflict', toState())],
    ['410 with a state', () => toProblem(410, 'gone', toState({ lineage: null }))],
    ['403', () => toProblem(403, 'csrf')],
    ['an array', () => Response.json([])],
    ['null', () => Response.json(null)],
    ['a log-in page', () => new Response('<form>', { headers: { 'Content-Type': 'text/html' } })],
  ])('a read answered by %s keeps what is shown and is tried again', async (_, response) => {
    let reads = 0
    const { session } = openScripted(() => (++reads === 2 ? response() : { data: { count: reads } }))
    await session.get('count')
    const ended = collect(session, 'ended')
    const read = session.revalidate()
    await flush()
    expect(session.peek('count')).toBe(1)
    await inTime(read)
    expect([session.peek('count'), ended]).toEqual([3, []])
  })

  test('members that the protocol does not know are let through', async () => {
    const { session } = openScripted(() => ({ data: { count: 4 }, later: { anything: true } }))
    expect(await session.get('count')).toBe(4)
  })
})

// Holds that a fencing commit follows a rejected commit that could still arrive.
import { describe, expect, test } from 'vitest'
import { advance, follow, useFakeTime } from '../client/harness.ts'
import { openScripted, type ScriptedAnswer, toProblem, toState } from './scripted.ts'

useFakeTime()

/** A client whose commits are answered one after the other, or lost; what was sent, as number and members of the body. */
async function openWith(responses: readonly (ScriptedAnswer | 'lost')[], read: Record<string, unknown> = { data: { count: 1 } }) {
  const left = [...responses]
  const sent: (readonly [number: number, ...members: string[]])[] = []
  const { session } = openScripted(({ method, headers, body }) => {
    if (method === 'GET') return read
    const { lineage, base, after, ...members } = body ?? {}
    sent.push([Number(/\/(\d+)"$/.exec(headers['idempotency-key'] ?? '')?.[1]), ...Object.keys(members)])
    const response = left.shift() ?? 'lost'
    if (response === 'lost') throw new TypeError('Failed to fetch')
    return response
  })
  await session.get('count')
  return { session, sent }
}

const refused = (): Response => toProblem(422, 'refused')
const write = [1, 'set', 'expect'] as const

describe('a commit that is refused', () => {
  test('after an attempt that may still arrive is followed by an empty one, after which that attempt cannot be stored', async () => {
    const { session, sent } = await openWith(['lost', refused(), { version: 'v2', data: { count: 1 }, last: 2 }])
    const bad = follow(() => session.set('count', 2))
    await advance(1_000)
    expect(bad.error).toMatchObject({ code: 'rejected' })
    expect(sent).toEqual([write, write, [2]])
  })

  test('at its first attempt is followed by an empty one too, since a network may have copied it', async () => {
    const { session, sent } = await openWith([refused(), { version: 'v2', data: { count: 1 }, last: 2 }])
    const bad = follow(() => session.set('count', 2))
    await advance(1_000)
    expect(bad.error).toMatchObject({ code: 'rejected' })
    expect(sent).toEqual([write, [2]])
  })

  test('is followed by no empty one, if the app writes again as soon as it learns of it', async () => {
    const { session, sent } = await openWith([refused(), { version: 'v2', data: { count: 3 }, last: 2 }])
    const again = follow(() => session.set('count', 2).catch(() => session.set('count', 3)))
    await advance(1_000)
    expect(again.status).toBe('resolved')
    expect(sent.map(([n]) => n)).toEqual([1, 2])
  })

  test('when it is an empty one itself is followed by no other', async () => {
    const { session, sent } = await openWith(['lost', refused(), 'lost', refused()])
    void session.set('count', 2).catch(() => {})
    await advance(10_000)
    expect(sent).toEqual([write, write, [2], [2]])
  })

  test('of a visitor without a session is followed by none: what arrives late creates another session', async () => {
    const { session, sent } = await openWith(['lost', refused()], { lineage: null, version: 'v0' })
    void session.set('count', 2).catch(() => {})
    await advance(10_000)
    expect(sent).toEqual([write, write])
  })

  test('and stored after all is acknowledged, with all that it held', async () => {
    const stored = toState({ version: 'v2', data: { count: 2, theme: 'dark' }, last: 1 })
    const { session, sent } = await openWith(['lost', refused(), toProblem(409, 'out-of-step', stored)])
    const outcomes = [follow(() => session.set('count', 2)), follow(() => session.set('theme', 'dark'))]
    await advance(10_000)
    expect(outcomes.map(({ status }) => status)).toEqual(['resolved', 'resolved'])
    expect(sent).toEqual([write, write, [2, 'set', 'expect']])
    expect(session.pending).toEqual([])
  })
})

describe('a first commit whose response was lost with its cookie', () => {
  test('is acknowledged where a read finds that it was stored', async () => {
    let reads = 0
    let runs = 0
    const { session, requests } = openScripted(({ method }) => {
      if (method === 'GET') return reads++ === 0 ? { lineage: null, version: 'v0' } : { data: { count: 1 }, last: 1 }
      if (requests.length < 3) throw new TypeError('Failed to fetch')
      return toProblem(409, 'unknown-key', toState({ lineage: null, unknownKey: true }))
    })
    await session.get('count')
    const written = follow(() => session.update('count', (count) => count + Math.sign(++runs)))
    await advance(10_000)
    expect([written.status, session.peek('count')]).toEqual(['resolved', 1])
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'PATCH', 'PATCH', 'GET'])
  })
})

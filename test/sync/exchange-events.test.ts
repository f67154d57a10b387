// Holds the event `exchange` at each step of a request.
import { describe, expect, test } from 'vitest'
import { advance, begin, collect, flush, useFakeTime } from '../client/harness.ts'
import { openScripted, type ScriptedAnswer, toProblem, toState } from './scripted.ts'

useFakeTime()

describe('the event exchange', () => {
  test('tells each step of a write: what is sent, how it came out, and the status of the response', async () => {
    const { mock, session } = await begin({ count: 1 })
    const steps = collect(session, 'exchange')
    mock.next({ fault: 'write-beside', write: { count: 5 }, method: 'PATCH' })
    await session.update('count', (count) => count + 1)
    expect(steps).toEqual([
      { kind: 'commit', n: 1, attempt: 1, mutations: 1, outcome: 'sent' },
      { kind: 'commit', n: 1, attempt: 1, mutations: 1, outcome: 'conflict', status: 409 },
      { kind: 'commit', n: 2, attempt: 1, mutations: 1, outcome: 'sent' },
      { kind: 'commit', n: 2, attempt: 1, mutations: 1, outcome: 'acknowledged', status: 200 },
    ])
  })

  test('has no status if no response came, and that of a page that says nothing', async () => {
    const { mock, session } = await begin({ count: 1 })
    const steps = collect(session, 'exchange')
    mock.next({ fault: 'lose-answer', method: 'PATCH' })
    mock.next({ fault: 'server-error-page', status: 502, method: 'PATCH' })
    mock.next({ fault: 'captive-portal', method: 'PATCH' })
    void session.set('count', 2)
    await advance(60_000)
    expect(steps.filter(({ outcome }) => outcome !== 'sent').map(({ outcome, status }) => [outcome, status])).toEqual([
      ['failed', undefined],
      ['failed', 502],
      ['failed', 200],
      ['acknowledged', 200],
    ])
  })

  test.each<[string, number, string, ScriptedAnswer]>([
    ['acknowledged', 200, 'a state', { version: 'v2', data: { count: 2 }, last: 1 }],
    ['conflict', 409, 'another tag', toProblem(409, 'conflict', toState({ version: 'v2', data: { count: 5 } }))],
    ['elsewhere', 409, 'a key that it does not know', toProblem(409, 'unknown-key', toState({ lineage: null, unknownKey: true }))],
    ['elsewhere', 410, 'another session', toProblem(410, 'gone', toState({ lineage: 'L2' }))],
    ['refused', 422, 'a number that was used', toProblem(422, 'key-reused')],
    ['refused', 422, 'its own validation', toProblem(422, 'refused')],
    ['refused', 413, 'its limit', toProblem(413, 'too-large')],
    ['refused', 403, 'another token', toProblem(403, 'csrf')],
    ['needs-auth', 401, 'a log-in', toProblem(401, 'unauthenticated')],
    ['failed', 503, 'a pause', toProblem(503, 'unavailable')],
  ])('tells %s of a commit that is served by %i with %s', async (outcome, status, _, response) => {
    const { session } = openScripted(({ method }) => (method === 'GET' ? { data: { count: 1 } } : response))
    await session.get('count')
    const steps = collect(session, 'exchange')
    void session.set('count', 2)
    await flush()
    expect(steps.slice(0, 2).map((step) => [step.outcome, step.status])).toEqual([
      ['sent', undefined],
      [outcome, status],
    ])
  })

  test('of a read and an end', async () => {
    const { session } = await begin({ count: 1 })
    const steps = collect(session, 'exchange')
    await session.revalidate()
    await session.end()
    expect(steps.map(({ kind, outcome, status }) => [kind, outcome, status])).toEqual([
      ['read', 'sent', undefined],
      ['read', 'unchanged', 304],
      ['end', 'sent', undefined],
      ['end', 'acknowledged', 204],
      ['read', 'sent', undefined],
      ['read', 'acknowledged', 200],
    ])
  })
})

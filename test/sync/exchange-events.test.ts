import { describe, expect, test } from 'vitest'
import { advance, begin, collect, useFakeTime } from '../client/harness.ts'

useFakeTime()

describe('the event exchange', () => {
  test('tells each step of a write: what is sent, how it came out, and the status of the answer', async () => {
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

  test('has no status where no answer came, and that of a page that says nothing', async () => {
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

// Writes without net effect: none is acknowledged until a response to a later request shows that the server holds what it leaves as it is.
import { describe, expect, test } from 'vitest'
import { confirmationPauseMs } from '../../src/sync/confirmation.ts'
import {
  advance,
  begin,
  collect,
  commits,
  createServer,
  flush,
  follow,
  open,
  type Policy,
  type Session,
  traffic,
  useFakeTime,
} from '../client/harness.ts'

useFakeTime()

type Write = (session: Session) => Promise<unknown>

/** A tab whose view is stale: another client has stored something else since it read. */
async function beginStale(shown: object, stored: object, conflict?: Policy) {
  const { mock, session } = await begin(shown as never, { conflict })
  await mock.write(stored as never)
  return { mock, session, conflicts: collect(session, 'conflict'), from: mock.requests.length }
}

describe('A write that changes nothing on a stale view', () => {
  test.each<[string, object, object, Write, object, number]>([
    [
      'a set of a leaf is a choice and stands',
      { theme: 'light' },
      { theme: 'dark' },
      (s) => s.set('theme', 'light'),
      { theme: 'light' },
      1,
    ],
    ['a set of the default that was shown', {}, { theme: 'dark' }, (s) => s.set('theme', 'light'), { theme: 'light' }, 1],
    ['a delete of what is not there', { count: 1 }, { note: 'theirs' }, (s) => s.delete('note'), { count: 1 }, 1],
    [
      'an object that is saved unchanged gives way',
      { profile: { name: 'a' } },
      { profile: { name: 'b' } },
      (s) => s.set('profile', { name: 'a' }),
      { profile: { name: 'b' } },
      0,
    ],
    [
      'a list that is saved unchanged gives way',
      { cart: ['tea'] },
      { cart: ['tea', 'cake'] },
      (s) => s.set('cart', ['tea']),
      { cart: ['tea', 'cake'] },
      0,
    ],
    ['a function runs again', { count: 1 }, { count: 5 }, (s) => s.update('count', (n) => Math.min(n, 3)), { count: 3 }, 0],
    [
      'a transaction runs again',
      { count: 1 },
      { count: 5 },
      (s) => s.transaction((tx) => void (tx.get('count') > 3 && tx.set('note', 'high'))),
      { count: 5, note: 'high' },
      0,
    ],
    ['there and back in one tick', { count: 1 }, { count: 5 }, (s) => Promise.all([s.set('count', 2), s.set('count', 1)]), { count: 1 }, 1],
  ])('%s', async (_, shown, stored, write, data, conflicts) => {
    const stale = await beginStale(shown, stored)
    const written = follow(() => write(stale.session))
    await flush()
    await stale.session.settled()
    await flush()
    expect(written.status).toBe('resolved')
    expect(await stale.mock.data()).toEqual(data)
    expect(stale.conflicts).toHaveLength(conflicts)
  })

  test.each<[Policy, object]>([
    ['theirs', { theme: 'dark' }],
    ['mine', { theme: 'light' }],
  ])('is decided by the policy %s', async (policy, data) => {
    const { mock, session } = await beginStale({ theme: 'light' }, { theme: 'dark' }, policy)
    await session.set('theme', 'light')
    // Under `mine` it has no net effect until the state is read, and stands then.
    expect(await mock.data()).toEqual(data)
  })

  test.each<[Policy, object]>([
    ['merge', { expect: { theme: expect.any(String), count: expect.any(String) }, set: { count: 2 } }],
    ['mine', { set: { theme: 'light', count: 2 } }],
  ])('goes with the commit of another write, which expects or carries its key, under %s', async (policy, body) => {
    const { mock, session } = await beginStale({ theme: 'light', count: 1 }, { theme: 'dark' }, policy)
    void session.set('theme', 'light')
    await session.set('count', 2)
    expect(commits(mock)[0]).toMatchObject(body)
    expect(await mock.data()).toEqual({ theme: 'light', count: 2 })
  })
})

describe('A write that changes nothing', () => {
  test('costs one conditional read, and writes nothing', async () => {
    const { mock, session } = await begin({ theme: 'dark' })
    const from = mock.requests.length
    await Promise.all([session.set('theme', 'dark'), session.delete('note'), session.update('theme', (theme) => theme)])
    expect(traffic(mock, from)).toEqual(['GET 304'])
  })

  test('is pending until the response, and can be discarded', async () => {
    const { mock, session } = await begin({ theme: 'dark' })
    const held = mock.next({ fault: 'hold', method: 'GET' })
    const written = follow(() => session.set('theme', 'dark'))
    await held.reached()
    expect([written.status, session.pending.map(({ sent }) => sent)]).toEqual(['pending', [false]])
    expect(session.pending[0]?.discard()).toBe(true)
    await held.release()
    await flush()
    expect(written).toMatchObject({ status: 'rejected', error: { code: 'discarded' } })
  })

  test('of a new visitor creates no session', async () => {
    const mock = createServer()
    const session = open(mock)
    await session.get('note')
    await session.delete('note')
    expect(traffic(mock)).toEqual(['GET 200', 'GET 304'])
    expect(await mock.lineage()).toBeNull()
  })

  test('is not confirmed by a read that left before it', async () => {
    const { mock, session } = await begin({ theme: 'dark' })
    const held = mock.next({ fault: 'hold', method: 'GET' })
    void session.revalidate()
    await held.reached()
    const written = follow(() => session.set('theme', 'dark'))
    const from = mock.requests.length
    await held.release()
    await flush()
    expect([written.status, traffic(mock, from)]).toEqual(['resolved', ['GET 304']])
  })

  test('many of them in a second cost few reads, and another write ends the wait', async () => {
    const { mock, session } = await begin({ theme: 'dark', count: 1 })
    const from = mock.requests.length
    for (let at = 0; at < 100; at++) {
      void session.set('theme', 'dark')
      await advance(10)
    }
    expect(mock.requests.length - from).toBeLessThan(9)
    const sentBefore = mock.requests.length
    void session.set('count', 2)
    await flush()
    expect(traffic(mock, sentBefore).at(0)).toMatch(/^PATCH/)
    await session.settled()
    expect(session.pending).toEqual([])
  })

  test('stays pending offline, and is acknowledged afterwards', async () => {
    const { mock, session } = await begin({ theme: 'dark' })
    mock.next({ fault: 'lose-request', method: 'GET' })
    const written = follow(() => session.set('theme', 'dark'))
    await flush()
    expect(written.status).toBe('pending')
    await advance(2_000)
    expect(written.status).toBe('resolved')
  })
})

test.each([
  [1, 20],
  [2, 60],
  [3, 140],
  [6, 1000],
  [40, 1000],
])('The pause after %i reads in a row is %i ms.', (reads, pauseMs) => {
  expect(confirmationPauseMs(reads)).toBe(pauseMs)
})

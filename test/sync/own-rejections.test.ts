// Holds what is known of a rejected write, and that its removal is no conflict.
import { describe, expect, test } from 'vitest'
import { begin, collect, createServer, errorOf, flush, follow, open, useFakeTime } from '../client/harness.ts'

useFakeTime()

describe('why the last write of a key was rejected', () => {
  test('is told, and so is that the next one was stored', async () => {
    const { session } = await begin({ count: 0 }, {}, { validate: ({ count }) => (count === 1 ? [{ message: 'not one' }] : []) })
    const key = session.key('count')
    const told: unknown[] = []
    session.listen(() => void told.push(key.getState().error?.code))
    await errorOf(() => session.set('count', 1))
    await flush()
    expect([told.at(-1), key.getState().error?.code]).toEqual(['rejected', 'rejected'])
    await session.set('count', 2)
    await flush()
    expect([told.at(-1), key.getState().error]).toEqual([undefined, null])
  })

  test.each([[new TypeError('its own')], ['a text'], [undefined]])('is what the app threw, as it is: %s', async (thrown) => {
    const mock = createServer({ initial: { count: 1 } })
    const session = open(mock)
    const rejected = collect(session, 'rejected')
    const throwing = (): number => {
      throw thrown
    }
    const outcome = follow(() => session.update('count', throwing))
    await flush()
    expect([outcome.status, outcome.error]).toEqual(['rejected', thrown])
    expect(rejected).toEqual([{ keys: ['count'], error: thrown }])
    expect(await mock.data()).toEqual({ count: 1 })
  })
})

describe('a write of ours that leaves the log is no change by somebody else', () => {
  test.each(['merge', 'mine', 'theirs', 'reject', () => 100] as const)('a set after a discarded set stands, under %s', async (conflict) => {
    const { mock, session } = await begin({ count: 0 }, { conflict })
    const conflicts = collect(session, 'conflict')
    const held = mock.next('hold')
    void session.set('theme', 'dark')
    await held.reached()
    const discarded = follow(() => session.update('count', () => 1))
    const written = follow(() => session.set('count', 2))
    expect(session.pending[1]?.discard()).toBe(true)
    expect(session.peek('count')).toBe(2)
    await held.release()
    await flush()
    expect([discarded.status, written.status]).toEqual(['rejected', 'resolved'])
    expect(await mock.data()).toEqual({ theme: 'dark', count: 2 })
    expect(conflicts).toEqual([])
  })

  test.each(['merge', 'mine', 'theirs', 'reject', () => 100] as const)(
    'an update after a discarded set runs again, under %s',
    async (conflict) => {
      const { mock, session } = await begin({ count: 0 }, { conflict })
      const conflicts = collect(session, 'conflict')
      const held = mock.next('hold')
      void session.set('theme', 'dark')
      await held.reached()
      void session.set('count', 10)
      const written = follow(() => session.update('count', (count) => count + 1))
      session.pending[1]?.discard()
      expect(session.peek('count')).toBe(1)
      await held.release()
      await flush()
      expect(written.status).toBe('resolved')
      expect(await mock.data()).toEqual({ theme: 'dark', count: 1 })
      expect(conflicts).toEqual([])
    },
  )

  test('a transaction after a refused set runs again, under reject', async () => {
    const { mock, session } = await begin(
      { count: 0 },
      { conflict: 'reject' },
      { validate: (data) => (data.note === 'bad' ? [{ key: 'note', message: 'bad' }] : []) },
    )
    const refused = session.set('note', 'bad')
    const run = session.transaction((tx) => {
      tx.set('cart', [tx.get('note') ?? 'nothing'])
    })
    expect(await errorOf(() => refused)).toMatchObject({ code: 'rejected' })
    await run
    expect(await mock.data()).toEqual({ count: 0, cart: ['nothing'] })
  })

  test('a set after a transaction that a rebase made throw stands, under reject, where nobody touched its key', async () => {
    const { mock, session } = await begin({ count: 0 }, { conflict: { count: 'reject' } })
    const held = mock.next({ fault: 'write-beside', write: { note: 'theirs' }, method: 'PATCH', hold: 'request' })
    const failing = follow(() =>
      session.transaction((tx) => {
        if (tx.has('note')) throw new RangeError('taken')
        tx.set('count', 1)
      }),
    )
    await held.reached()
    const written = follow(() => session.set('count', 2))
    await held.release()
    await flush()
    expect([failing.status, written.status]).toEqual(['rejected', 'resolved'])
    expect(await mock.data()).toEqual({ note: 'theirs', count: 2 })
  })
})

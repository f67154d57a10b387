// Holds that a pure function cannot call the client.
import { describe, expect, test } from 'vitest'
import { begin, errorOf, flush, follow, type Session, useFakeTime } from './harness.ts'

useFakeTime()

describe('a function that ought to be pure and calls the client', () => {
  test('a conflict function is refused with a clear error, which rejects its write alone', async () => {
    let current: Session | undefined
    const { mock, session } = await begin(
      { count: 1 },
      { conflict: { count: ({ mine }) => [mine, current?.set('note', 'from inside')][0] } },
    )
    current = session
    mock.next({ fault: 'write-beside', write: { count: 5 }, method: 'PATCH' })
    const other = session.set('theme', 'dark')
    const error = await errorOf(() => session.set('count', 2))
    expect(error).toMatchObject({ code: 'usage', message: expect.stringMatching(/pure/) })
    await other
    expect([session.peek('note'), session.pending]).toEqual([undefined, []])
    expect(await mock.data()).toEqual({ count: 5, theme: 'dark' })
  })

  test.each<[string, (session: Session) => unknown]>([
    ['set', (session) => session.set('note', 'inside')],
    ['end', (session) => session.end()],
    ['transaction', (session) => session.transaction((tx) => tx.set('note', 'inside'))],
    ['revalidate', (session) => session.revalidate()],
    ['hydrate', (session) => session.hydrate({ state: session.dehydrate()?.state as never })],
    ['dispose', (session) => session.dispose()],
  ])('%s in the function of an update or a transaction is refused at the call, and nothing is shown', async (_, call) => {
    const { mock, session } = await begin({ count: 1 })
    const update = await errorOf(() => session.update('count', (count) => (call(session) ? count + 1 : count)))
    const transaction = await errorOf(() => session.transaction((tx) => [tx.set('count', 2), call(session)].length))
    expect([update, transaction]).toMatchObject([{ code: 'usage' }, { code: 'usage' }])
    expect([session.peek('count'), session.peek('note'), session.pending]).toEqual([1, undefined, []])
    await session.set('count', 5)
    expect(await mock.data()).toEqual({ count: 5 })
  })

  test('discard in one that runs again on a rebase is refused: what it would have taken back is stored', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next('hold')
    void session.set('theme', 'dark')
    await held.reached()
    const note = follow(() => session.set('note', 'a'))
    const entry = session.pending[1]
    const update = follow(() => session.update('count', (count) => (count === 1 ? 2 : entry?.discard() ? 3 : 4)))
    await mock.write({ count: 5 })
    await held.release()
    await session.settled()
    await flush()
    expect([note.status, update]).toMatchObject(['resolved', { status: 'rejected', error: { code: 'usage' } }])
    expect(await mock.data()).toEqual({ count: 5, theme: 'dark', note: 'a' })
  })

  test('peek is let through', async () => {
    const { session } = await begin({ count: 1, note: 'a' })
    await session.update('count', (count) => count + (session.peek('note') ?? '').length)
    expect(session.peek('count')).toBe(2)
  })
})

// Writes behind a rejected one: what they store is what they would store without it, never a merge with its disappearance.
import { describe, expect, test } from 'vitest'
import { begin, collect, flush, follow, type Outcome, type Policy, type Session, useFakeTime } from '../client/harness.ts'

useFakeTime()

const plusOne = (count: number): number => count + 1

interface Case {
  readonly initial: Parameters<typeof begin>[0] & object
  /** Makes the write that the server refuses once. */
  readonly refused: (session: Session) => Promise<unknown>
  /** Makes the writes behind it, while it is in flight. */
  readonly behind: readonly ((session: Session) => Promise<unknown>)[]
  readonly stored: object
  readonly conflict?: Policy
}

/** Has the first commit refused for its content while other writes wait behind it. */
async function run({ initial, refused, behind, conflict }: Case) {
  let refusals = 1
  const { mock, session } = await begin(initial, { conflict }, { validate: () => (refusals-- > 0 ? [{ message: 'not now' }] : []) })
  const conflicts = collect(session, 'conflict')
  const held = mock.next({ fault: 'hold', method: 'PATCH' })
  const first = follow(() => refused(session))
  await held.reached()
  const others = behind.map((write) => follow(() => write(session)))
  await held.release()
  await flush()
  await session.settled()
  return { first, others, conflicts, data: await mock.data(), view: session.getSnapshot().values, session }
}

const statusOf = (outcomes: readonly Outcome[]): string[] => outcomes.map(({ status }) => status)

describe('A write behind one that the server refuses is stored as it was called:', () => {
  test.each<[string, Case]>([
    ['an equal set', { initial: {}, refused: (s) => s.set('count', 5), behind: [(s) => s.set('count', 5)], stored: { count: 5 } }],
    [
      'a delete behind a delete',
      { initial: { note: 'a' }, refused: (s) => s.delete('note'), behind: [(s) => s.delete('note')], stored: {} },
    ],
    [
      'a set behind an update of the same outcome',
      { initial: { count: 1 }, refused: (s) => s.update('count', plusOne), behind: [(s) => s.set('count', 2)], stored: { count: 2 } },
    ],
    [
      'an object with a member that the refused one brought',
      {
        initial: { profile: { name: 'a' } },
        refused: (s) => s.set('profile', { name: 'a', city: 'x' }),
        behind: [(s) => s.set('profile', { name: 'a', city: 'x', langs: ['en'] })],
        stored: { profile: { name: 'a', city: 'x', langs: ['en'] } },
      },
    ],
    [
      'a list with an item that the refused one brought',
      {
        initial: { cart: [] },
        refused: (s) => s.set('cart', ['tea']),
        behind: [(s) => s.set('cart', ['tea', 'milk'])],
        stored: { cart: ['tea', 'milk'] },
      },
    ],
    [
      'a list without an item that the refused one deleted',
      {
        initial: { cart: ['tea', 'milk'] },
        refused: (s) => s.set('cart', ['tea']),
        behind: [(s) => s.set('cart', ['tea', 'jam'])],
        stored: { cart: ['tea', 'jam'] },
      },
    ],
    [
      'the default behind a refused set',
      { initial: {}, refused: (s) => s.set('theme', 'dark'), behind: [(s) => s.set('theme', 'light')], stored: { theme: 'light' } },
    ],
    [
      'a set of what was stored before',
      {
        initial: { count: 1 },
        refused: (s) => s.set('count', 5),
        behind: [(s) => s.set('count', 1), (s) => s.set('theme', 'dark')],
        stored: { count: 1, theme: 'dark' },
      },
    ],
    [
      'an update, which runs again',
      { initial: { count: 1 }, refused: (s) => s.set('count', 5), behind: [(s) => s.update('count', plusOne)], stored: { count: 2 } },
    ],
    [
      'a chain of both',
      {
        initial: { count: 1 },
        refused: (s) => s.set('count', 5),
        behind: [(s) => s.update('count', plusOne), (s) => s.set('note', 'a'), (s) => s.update('count', plusOne)],
        stored: { count: 3, note: 'a' },
      },
    ],
    [
      'a transaction that read it',
      {
        initial: { count: 1 },
        refused: (s) => s.set('count', 5),
        behind: [(s) => s.transaction((tx) => tx.set('note', `${tx.get('count')}`))],
        stored: { count: 1, note: '1' },
      },
    ],
    [
      'a transaction that replaced it',
      {
        initial: { count: 1 },
        refused: (s) => s.set('count', 5),
        behind: [(s) => s.transaction((tx) => tx.set('count', 5))],
        stored: { count: 5 },
      },
    ],
  ])('%s', async (_, row) => {
    for (const conflict of ['merge', 'mine', 'theirs', 'reject', () => 50] as Policy[]) {
      const { first, others, conflicts, data, view } = await run({ ...row, conflict })
      expect({ conflict, first: first.status, others: statusOf(others), conflicts, data }).toEqual({
        conflict,
        first: 'rejected',
        others: row.behind.map(() => 'resolved'),
        conflicts: [],
        data: row.stored,
      })
      expect(view).toMatchObject(row.stored)
    }
  })
})

describe('A write behind one that the app discards', () => {
  test('keeps its value whole', async () => {
    const { mock, session } = await begin({ profile: { name: 'a' } })
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    void session.set('theme', 'dark')
    await held.reached()
    const discarded = follow(() => session.set('profile', { name: 'a', city: 'x' }))
    void session.update('count', plusOne)
    void session.transaction((tx) => tx.get('theme'))
    const kept = follow(() => session.set('profile', { name: 'a', city: 'x', langs: ['en'] }))
    expect(session.pending[1]?.discard()).toBe(true)
    expect(session.peek('profile')).toEqual({ name: 'a', city: 'x', langs: ['en'] })
    await held.release()
    await session.settled()
    await flush()
    expect([discarded.status, kept.status]).toEqual(['rejected', 'resolved'])
    expect(await mock.data()).toMatchObject({ profile: { name: 'a', city: 'x', langs: ['en'] } })
  })
})

describe('A write behind one that a replay rejects', () => {
  test('is merged with what another client changed, and with that alone', async () => {
    const { mock, session } = await begin({ profile: { name: 'a' }, count: 1 })
    const conflicts = collect(session, 'conflict')
    const held = mock.next({ fault: 'write-beside', write: { count: 9, profile: { name: 'theirs' } }, method: 'PATCH', hold: 'request' })
    const failing = follow(() =>
      session.transaction((tx) => {
        if (tx.get('count') > 5) throw new RangeError('too many')
        tx.set('profile', { name: 'a', city: 'of the failing one' })
      }),
    )
    await held.reached()
    const kept = follow(() => session.set('profile', { name: 'a', city: 'of the failing one', langs: ['en'] }))
    await held.release()
    await flush()
    await session.settled()
    expect([failing.status, kept.status]).toEqual(['rejected', 'resolved'])
    expect(await mock.data()).toEqual({ count: 9, profile: { name: 'theirs', city: 'of the failing one', langs: ['en'] } })
    expect(conflicts).toEqual([])
  })

  test('reports as `mine` what it stands at without the rejected one', async () => {
    const { mock, session } = await begin({ count: 1 }, { conflict: { note: 'reject' } })
    const conflicts = collect(session, 'conflict')
    const held = mock.next({ fault: 'write-beside', write: { count: 9, note: 'theirs' }, method: 'PATCH', hold: 'request' })
    const rejected = follow(() => session.set('note', 'mine'))
    await held.reached()
    void session.set('count', 2)
    await held.release()
    await session.settled()
    expect(rejected.status).toBe('rejected')
    expect(conflicts).toEqual([
      { key: 'note', base: undefined, mine: 'mine', theirs: 'theirs', value: 'theirs' },
      { key: 'count', base: 1, mine: 2, theirs: 9, value: 2 },
    ])
    expect(await mock.data()).toEqual({ count: 2, note: 'theirs' })
  })
})

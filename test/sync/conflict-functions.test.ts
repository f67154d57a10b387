// Holds how `update` and conflict functions behave under each policy.
import { describe, expect, test } from 'vitest'
import { begin, collect, commits, errorOf, flush, follow, type Policy, useFakeTime } from '../client/harness.ts'

useFakeTime()

const plusOne = (count: number): number => count + 1

async function meet(conflict: Policy | undefined, initial: object, theirs: object) {
  const { mock, session } = await begin(initial, { conflict })
  mock.next({ fault: 'write-beside', write: theirs, method: 'PATCH' })
  return { mock, session, conflicts: collect(session, 'conflict') }
}

describe('update', () => {
  test.each<[Policy, number]>([
    ['merge', 6],
    ['mine', 6],
    ['theirs', 5],
    [({ base, mine, theirs }) => [base, mine, theirs].reduce<number>((sum, value) => sum * 10 + Number(value), 0), 125],
  ])('of a value that somebody else changed, under %s', async (policy, stored) => {
    const { mock, session, conflicts } = await meet(policy, { count: 1 }, { count: 5 })
    await session.update('count', plusOne)
    expect(await mock.data()).toEqual({ count: stored })
    expect(session.peek('count')).toBe(stored)
    // An update that runs again loses nothing.
    const isRunAgain = policy === 'merge' || policy === 'mine'
    expect(conflicts).toEqual(isRunAgain ? [] : [{ key: 'count', base: 1, mine: 2, theirs: 5, value: stored }])
  })

  test('under mine expects its key all the same, since it read it', async () => {
    const { mock, session } = await meet('mine', { count: 1 }, { count: 5 })
    await session.update('count', plusOne)
    expect(commits(mock).map(({ status }) => status)).toEqual([409, 200])
  })

  test('under reject rejects with the three values', async () => {
    const { mock, session } = await meet('reject', { count: 1 }, { count: 5 })
    expect(await errorOf(() => session.update('count', plusOne))).toMatchObject({ code: 'conflict', base: 1, mine: 2, theirs: 5 })
    expect(await mock.data()).toEqual({ count: 5 })
  })

  test.each<[Policy, number]>([
    ['theirs', 5],
    [() => 100, 100],
  ])('keeps what the policy %s decided when the commit meets somebody else again, at another key', async (policy, stored) => {
    const { mock, session } = await meet(policy, { count: 1, note: 'a' }, { count: 5 })
    mock.next({ fault: 'write-beside', write: { note: 'theirs' }, method: 'PATCH' })
    void session.update('note', (note) => `${note}!`)
    await session.update('count', plusOne)
    expect(await mock.data()).toMatchObject({ count: stored })
    expect(session.peek('count')).toBe(stored)
  })
})

describe('a transaction', () => {
  test.each<Policy>(['merge', 'mine', 'theirs', () => 100])('runs again on theirs, under %s', async (policy) => {
    const { mock, session } = await meet(policy, { count: 1 }, { count: 5 })
    expect(
      await session.transaction((tx) => {
        tx.update('count', plusOne)
        return tx.get('count')
      }),
    ).toBe(6)
    expect(await mock.data()).toEqual({ count: 6 })
  })

  test('under mine expects what it read and not what it only writes', async () => {
    const { mock, session } = await begin({ count: 1, note: 'a' }, { conflict: 'mine' })
    await session.transaction((tx) => {
      tx.set('note', 'b')
      tx.update('count', plusOne)
    })
    expect(commits(mock)).toMatchObject([{ expect: { count: expect.any(String) } }])
    expect((commits(mock)[0] as unknown as { expect: object }).expect).not.toHaveProperty('note')
  })

  test('under reject rejects as a whole where a key that it read was changed', async () => {
    const { mock, session } = await meet('reject', { count: 1, note: 'a' }, { count: 5 })
    const error = await errorOf(() =>
      session.transaction((tx) => {
        tx.set('note', `${tx.get('count')}`)
      }),
    )
    expect(error).toMatchObject({ code: 'conflict', key: 'count', base: 1, theirs: 5 })
    expect(await mock.data()).toEqual({ count: 5, note: 'a' })
  })

  test('under reject rejects where a key that it only writes was changed', async () => {
    const { mock, session } = await meet('reject', { count: 1, note: 'a' }, { note: 'theirs' })
    const error = await errorOf(() => session.transaction((tx) => tx.set('note', 'mine')))
    expect(error).toMatchObject({ code: 'conflict', key: 'note', base: 'a', mine: 'mine', theirs: 'theirs' })
    expect(await mock.data()).toEqual({ count: 1, note: 'theirs' })
  })
})

describe('clear', () => {
  test.each<Policy>(['merge', 'mine'])('clears what somebody else stored meanwhile too, under %s', async (policy) => {
    const { mock, session } = await meet(policy, { count: 1 }, { note: 'theirs', count: 5 })
    await session.clear()
    expect(commits(mock).map(({ status }) => status)).toEqual([409, 200])
    expect(await mock.data()).toEqual({})
  })
})

describe('several in a row over a base that moved', () => {
  test('three sets of one key, of which one is sent: the last one stands', async () => {
    const { mock, session } = await begin({ count: 0 })
    const held = mock.next({ fault: 'write-beside', write: { count: 50 }, method: 'PATCH', hold: 'request' })
    const one = session.set('count', 1)
    await held.reached()
    const two = session.set('count', 2)
    const three = session.set('count', 3)
    await held.release()
    await Promise.all([one, two, three])
    expect(await mock.data()).toEqual({ count: 3 })
  })

  test('under theirs all three give way, under reject all three reject', async () => {
    for (const policy of ['theirs', 'reject'] as const) {
      const { mock, session } = await begin({ count: 0 }, { conflict: policy })
      const held = mock.next({ fault: 'write-beside', write: { count: 50 }, method: 'PATCH', hold: 'request' })
      const one = follow(() => session.set('count', 1))
      await held.reached()
      const two = follow(() => session.set('count', 2))
      const three = follow(() => session.set('count', 3))
      await held.release()
      await flush()
      const status = policy === 'theirs' ? 'resolved' : 'rejected'
      expect([one.status, two.status, three.status]).toEqual([status, status, status])
      expect(await mock.data()).toEqual({ count: 50 })
      expect(session.peek('count')).toBe(50)
    }
  })

  test('an object of which each set changed another field: all three and theirs stay', async () => {
    const { mock, session } = await begin({ profile: { name: 'a' } })
    const held = mock.next({ fault: 'write-beside', write: { profile: { name: 'theirs' } }, method: 'PATCH', hold: 'request' })
    void session.set('profile', { name: 'a', city: '1' })
    await held.reached()
    void session.set('profile', { name: 'a', city: '1', langs: ['2'] })
    void session.update('profile', (profile) => ({ ...profile, langs: [...(profile.langs ?? []), '3'] }))
    await held.release()
    await session.settled()
    expect(await mock.data()).toEqual({ profile: { name: 'theirs', city: '1', langs: ['2', '3'] } })
  })
})

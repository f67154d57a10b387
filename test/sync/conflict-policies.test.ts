// Holds how `set` behaves under each conflict policy.
import { createSessionClient, SessionConflictError } from 'sojourn'
import { createMockSessionServer } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { begin, collect, commits, errorOf, flush, follow, type Policy, track, useFakeTime } from '../client/harness.ts'

useFakeTime()

/** One tab with a policy whose next commit meets a write by somebody else. */
async function meet(conflict: Policy | undefined, initial: object, theirs: object) {
  const { mock, session } = await begin(initial, { conflict })
  mock.next({ fault: 'write-beside', write: theirs, method: 'PATCH' })
  return { mock, session, conflicts: collect(session, 'conflict') }
}

describe('set', () => {
  test('under merge: what only one side changed of an object stays, and mine stands where both did', async () => {
    const { mock, session, conflicts } = await meet(
      undefined,
      { profile: { name: 'a', city: 'b' } },
      { profile: { name: 'theirs', city: 'b', langs: ['en'] } },
    )
    await session.set('profile', { name: 'mine', city: 'mine' })
    const merged = { name: 'mine', city: 'mine', langs: ['en'] }
    expect(await mock.data()).toEqual({ profile: merged })
    expect(conflicts).toEqual([
      {
        key: 'profile',
        base: { name: 'a', city: 'b' },
        mine: { name: 'mine', city: 'mine' },
        theirs: { name: 'theirs', city: 'b', langs: ['en'] },
        value: merged,
      },
    ])
  })

  test('under merge: two changes that fit the schema one by one and not together: mine stands', async () => {
    const range = z.object({ from: z.number(), to: z.number() }).refine(({ from, to }) => from <= to)
    const schema = z.object({ range: range.default({ from: 0, to: 0 }) })
    const mock = createMockSessionServer({ schema, initial: { range: { from: 1, to: 5 } } })
    const session = track(createSessionClient({ url: 'http://localhost/session', schema, fetch: mock.fetch }))
    const [conflicts, invalid] = [collect(session, 'conflict'), collect(session, 'invalid')]
    await session.get('range')
    mock.next({ fault: 'write-beside', write: { range: { from: 1, to: 3 } }, method: 'PATCH' })
    await session.set('range', { from: 4, to: 5 })
    expect(await mock.data()).toEqual({ range: { from: 4, to: 5 } })
    expect(conflicts).toMatchObject([{ key: 'range', theirs: { from: 1, to: 3 }, value: { from: 4, to: 5 } }])
    expect(invalid).toEqual([])
  })

  test('under merge: a list is merged item by item', async () => {
    const { mock, session } = await meet('merge', { cart: ['tea'] }, { cart: ['tea', 'theirs'] })
    await session.set('cart', ['mine'])
    expect(await mock.data()).toEqual({ cart: ['theirs', 'mine'] })
  })

  test('under mine: goes in one request and raises nothing, since it does not expect its key', async () => {
    const { mock, session, conflicts } = await meet('mine', { count: 1 }, { count: 5 })
    await session.set('count', 2)
    expect(commits(mock)).toHaveLength(1)
    expect(commits(mock)[0]).not.toHaveProperty('expect')
    expect(await mock.data()).toEqual({ count: 2 })
    expect(conflicts).toEqual([])
  })

  test('under theirs: resolves with the stored value shown, and raises conflict', async () => {
    const { mock, session, conflicts } = await meet('theirs', { count: 1 }, { count: 5 })
    await session.set('count', 2)
    expect(session.peek('count')).toBe(5)
    expect(await mock.data()).toEqual({ count: 5 })
    expect(conflicts).toEqual([{ key: 'count', base: 1, mine: 2, theirs: 5, value: 5 }])
  })

  test('under reject: rejects with the three values, which no logger prints by accident', async () => {
    const { mock, session, conflicts } = await meet('reject', { count: 1 }, { count: 5 })
    const rejections = collect(session, 'rejected')
    const error = await errorOf(() => session.set('count', 2))
    expect(error).toBeInstanceOf(SessionConflictError)
    expect(error).toMatchObject({ code: 'conflict', key: 'count', base: 1, mine: 2, theirs: 5 })
    expect(Object.keys(error as object)).not.toContain('mine')
    expect(session.peek('count')).toBe(5)
    expect(await mock.data()).toEqual({ count: 5 })
    expect(conflicts).toEqual([{ key: 'count', base: 1, mine: 2, theirs: 5, value: 5 }])
    expect(rejections).toEqual([{ error, keys: ['count'] }])
    expect(session.key('count').getState().error).toBe(error)
  })

  test('under a function: stores what it gives', async () => {
    const calls: unknown[] = []
    const policy: Policy = (conflict) => {
      calls.push(conflict)
      return 100
    }
    const { mock, session, conflicts } = await meet(policy, { count: 1 }, { count: 5 })
    await session.set('count', 2)
    expect(calls).toEqual([{ key: 'count', base: 1, mine: 2, theirs: 5 }])
    expect(await mock.data()).toEqual({ count: 100 })
    expect(conflicts).toMatchObject([{ value: 100 }])
  })

  test('under a function that throws: the error rejects this write alone', async () => {
    const boom = new RangeError('boom')
    const { mock, session } = await meet(
      () => {
        throw boom
      },
      { count: 1 },
      { count: 5 },
    )
    const other = session.set('theme', 'dark')
    expect(await errorOf(() => session.set('count', 2))).toBe(boom)
    await other
    expect(await mock.data()).toEqual({ count: 5, theme: 'dark' })
  })

  test('under a function that gives a wrong value: rejects with SessionSchemaError', async () => {
    const { mock, session } = await meet(() => 'wrong', { count: 1 }, { count: 5 })
    expect(await errorOf(() => session.set('count', 2))).toMatchObject({ code: 'schema', key: 'count' })
    expect(await mock.data()).toEqual({ count: 5 })
  })

  test('meets no conflict where somebody else stored the very same value', async () => {
    const { mock, session, conflicts } = await meet('reject', { count: 1 }, { count: 2 })
    await session.set('count', 2)
    expect(await mock.data()).toEqual({ count: 2 })
    expect(conflicts).toEqual([])
  })
})

describe('writes of different keys', () => {
  test.each(['merge', 'mine', 'theirs', 'reject'] as const)('never conflict, under %s', async (policy) => {
    const { mock, session, conflicts } = await meet(policy, { count: 1, note: 'a' }, { note: 'theirs' })
    await session.set('count', 2)
    expect(commits(mock)).toHaveLength(1)
    expect(await mock.data()).toEqual({ count: 2, note: 'theirs' })
    expect(session.peek('note')).toBe('theirs')
    expect(conflicts).toEqual([])
  })

  test('take the policy of their own key', async () => {
    const { mock, session } = await begin({ count: 1, note: 'a', cart: [] }, { conflict: { count: 'theirs', note: 'reject' } })
    mock.next({ fault: 'write-beside', write: { count: 5, note: 'theirs', profile: { name: 'x' } }, method: 'PATCH' })
    const count = follow(() => session.set('count', 2))
    const note = follow(() => session.set('note', 'mine'))
    const profile = follow(() => session.set('profile', { city: 'mine' }))
    await flush()
    expect([count.status, note.status, profile.status]).toEqual(['resolved', 'rejected', 'resolved'])
    expect(await mock.data()).toEqual({ cart: [], count: 5, note: 'theirs', profile: { name: 'x', city: 'mine' } })
  })
})

describe('delete', () => {
  test.each<[Policy, object]>([
    ['merge', {}],
    ['mine', {}],
    ['theirs', { note: 'theirs' }],
    [() => 'both', { note: 'both' }],
  ])('of a key that somebody else changed, under %s', async (policy, stored) => {
    const { mock, session } = await meet(policy, { note: 'a' }, { note: 'theirs' })
    await session.delete('note')
    expect(await mock.data()).toEqual(stored)
  })

  test('under reject rejects, with undefined for mine', async () => {
    const { mock, session } = await meet('reject', { note: 'a' }, { note: 'theirs' })
    expect(await errorOf(() => session.delete('note'))).toMatchObject({ code: 'conflict', base: 'a', mine: undefined, theirs: 'theirs' })
    expect(await mock.data()).toEqual({ note: 'theirs' })
  })

  test('a set of a key that somebody else deleted: theirs is undefined, mine is stored again under merge', async () => {
    const { mock, session, conflicts } = await meet('merge', { note: 'a' }, { note: undefined })
    await session.set('note', 'mine')
    expect(await mock.data()).toEqual({ note: 'mine' })
    expect(conflicts).toEqual([{ key: 'note', base: 'a', mine: 'mine', theirs: undefined, value: 'mine' }])
  })
})

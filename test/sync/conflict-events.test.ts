// Holds when the event `conflict` is raised, and with which values.
import { describe, expect, test } from 'vitest'
import { advance, begin, collect, createHub, flush, inTime, open, useFakeTime } from '../client/harness.ts'

useFakeTime()

describe('the event conflict', () => {
  test('of several keys is reported for each, with the values of each', async () => {
    const { mock, session } = await begin({ count: 1, note: 'a', theme: 'light' })
    const conflicts = collect(session, 'conflict')
    mock.next({ fault: 'write-beside', write: { count: 5, note: 'theirs' }, method: 'PATCH' })
    void session.set('count', 2)
    void session.delete('note')
    await session.set('theme', 'dark')
    expect(conflicts).toEqual([
      { key: 'count', base: 1, mine: 2, theirs: 5, value: 2 },
      { key: 'note', base: 'a', mine: undefined, theirs: 'theirs', value: undefined },
    ])
  })

  test('A transaction that runs again on a changed value raises no conflict, because nothing is lost.', async () => {
    const { mock, session } = await begin({ count: 1, note: 'a' })
    const conflicts = collect(session, 'conflict')
    mock.next({ fault: 'write-beside', write: { count: 5 }, method: 'PATCH' })
    await session.transaction((tx) => tx.set('note', `${tx.get('count')}`))
    expect(conflicts).toEqual([])
    expect(await mock.data()).toEqual({ count: 5, note: '5' })
  })

  test('A clean merge of an object or a list raises no conflict.', async () => {
    const { mock, session } = await begin({ profile: { name: 'a' }, cart: ['tea'] })
    const conflicts = collect(session, 'conflict')
    mock.next({ fault: 'write-beside', write: { profile: { name: 'a', city: 'theirs' }, cart: ['tea', 'cake'] }, method: 'PATCH' })
    void session.set('profile', { name: 'mine' })
    await session.set('cart', ['milk', 'tea'])
    expect(conflicts).toEqual([])
    expect(await mock.data()).toEqual({ profile: { name: 'mine', city: 'theirs' }, cart: ['milk', 'tea', 'cake'] })
  })

  test('of a clear is reported for what it would have deleted', async () => {
    const { mock, session } = await begin({ count: 1 })
    const conflicts = collect(session, 'conflict')
    mock.next({ fault: 'write-beside', write: { count: 5 }, method: 'PATCH' })
    await session.clear()
    expect(conflicts).toEqual([{ key: 'count', base: 1, mine: undefined, theirs: 5, value: 0 }])
  })

  test("is reported in the app's types, also for a codec", async () => {
    const [before, mine, theirs] = [2030, 2031, 2032].map((year) => new Date(Date.UTC(year, 0)))
    const { mock, session } = await begin({ lastSeen: before }, { conflict: 'theirs' })
    const conflicts = collect(session, 'conflict')
    mock.next({ fault: 'write-beside', write: { lastSeen: theirs }, method: 'PATCH' })
    await session.set('lastSeen', mine)
    expect(conflicts).toEqual([{ key: 'lastSeen', base: before, mine, theirs, value: theirs }])
  })

  test("met by another tab's message is reported once, and not again by the server", async () => {
    const { mock, session } = await begin({ count: 1 })
    session.dispose()
    const hub = createHub()
    const [one, two] = [open(mock, { channel: hub.channel }), open(mock, { channel: hub.channel })]
    await Promise.all([one.get('count'), two.get('count')])
    await advance(50)
    const conflicts = collect(two, 'conflict')
    mock.next({ fault: 'unauthenticated', method: 'PATCH' })
    void two.set('count', 2)
    await flush()
    await one.set('count', 5)
    await flush()
    two.resume()
    await inTime(two.settled())
    expect(conflicts).toEqual([{ key: 'count', base: 1, mine: 2, theirs: 5, value: 2 }])
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('is reported again when somebody else is met again', async () => {
    const { mock, session } = await begin({ count: 1 })
    const conflicts = collect(session, 'conflict')
    mock.next({ fault: 'write-beside', write: { count: 5 }, method: 'PATCH' })
    mock.next({ fault: 'write-beside', write: { count: 6 }, method: 'PATCH' })
    await session.set('count', 2)
    expect(conflicts.map(({ base, mine, theirs, value }) => [base, mine, theirs, value])).toEqual([
      [1, 2, 5, 2],
      [5, 2, 6, 2],
    ])
    expect(await mock.data()).toEqual({ count: 2 })
  })
})

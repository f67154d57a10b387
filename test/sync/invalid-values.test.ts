// Holds what happens to stored values that the schema refuses.
import { SessionInvalidValueError } from 'sojourn'
import { describe, expect, test } from 'vitest'
import { begin, collect, createServer, errorOf, open, useFakeTime, type Values } from '../client/harness.ts'

useFakeTime()

/** A session in which an old deploy left values that the schema refuses. */
async function openOld(data: Record<string, unknown>) {
  const mock = createServer({ initial: { theme: 'dark' } })
  await mock.writeWire(data)
  const session = open(mock)
  const invalid = collect(session, 'invalid')
  await session.get('theme')
  return { mock, session, invalid }
}

describe('a stored value that the schema refuses', () => {
  test("reads as the default, is reported with zod's issues, and stays untouched on the server", async () => {
    const { mock, session, invalid } = await openOld({ count: 'many', cart: [1, 'tea'] })
    expect([session.peek('count'), session.peek('cart')]).toEqual([0, []])
    expect(invalid).toMatchObject([
      { key: 'count', issues: [{ code: 'invalid_type' }] },
      { key: 'cart', issues: [{ path: [0] }] },
    ])
    expect(session.key('count').getState()).toMatchObject({ stored: true, invalid: [{ code: 'invalid_type' }] })
    await session.set('theme', 'light')
    expect(await mock.data()).toEqual({ theme: 'light', count: 'many', cart: [1, 'tea'] })
  })

  test('is reported once, not at each response', async () => {
    const { mock, session, invalid } = await openOld({ count: 'many' })
    await session.set('theme', 'light')
    await mock.write({ note: 'a' })
    await session.revalidate()
    expect(invalid).toHaveLength(1)
    await mock.writeWire({ count: 'other' })
    await session.revalidate()
    expect(invalid).toHaveLength(2)
  })

  test('update rejects with SessionInvalidValueError, since it would write the default over the data', async () => {
    const { mock, session } = await openOld({ count: 'many' })
    expect(await errorOf(() => session.update('count', (count) => count + 1))).toBeInstanceOf(SessionInvalidValueError)
    expect(await errorOf(() => session.transaction((tx) => tx.update('count', (count) => count + 1)))).toBeInstanceOf(
      SessionInvalidValueError,
    )
    expect(await mock.data()).toEqual({ theme: 'dark', count: 'many' })
  })

  test('nor does a transaction set what it made of that default; it may look at the key, and take it', async () => {
    const { mock, session } = await openOld({ count: 'many', cart: 'tea' })
    const counted = await errorOf(() => session.transaction((tx) => tx.set('count', tx.get('count') + 1)))
    expect(counted).toBeInstanceOf(SessionInvalidValueError)
    expect(counted).toMatchObject({ code: 'invalid-value', key: 'count' })
    expect(session.pending).toEqual([])
    expect(await session.transaction((tx) => tx.get('count'))).toBe(0)
    expect(await session.pop('cart')).toEqual([])
    await session.transaction((tx) => {
      tx.set('theme', tx.get('count') === 0 ? 'light' : 'dark')
      tx.set('note', 'a')
    })
    expect(await mock.data()).toEqual({ theme: 'light', count: 'many', note: 'a' })
    await session.transaction((tx) => tx.set('count', 3))
    expect(await mock.data()).toMatchObject({ count: 3 })
  })

  test('set and delete replace it', async () => {
    const { mock, session } = await openOld({ count: 'many', cart: 'tea' })
    await session.set('count', 3)
    await session.delete('cart')
    expect(await mock.data()).toEqual({ theme: 'dark', count: 3 })
    expect(session.key('count').getState().invalid).toBeNull()
  })

  test('an update that meets one on a rebase rejects alone', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    const updated = session.update('count', (count) => count + 1)
    const other = session.set('theme', 'dark')
    await held.reached()
    await mock.writeWire({ count: 'theirs' })
    await held.release()
    expect(await errorOf(() => updated)).toBeInstanceOf(SessionInvalidValueError)
    await other
    expect(await mock.data()).toEqual({ count: 'theirs', theme: 'dark' })
  })

  test('counts as stored', async () => {
    const { session } = await openOld({ count: 'many' })
    expect(await session.has('count')).toBe(true)
    expect(await session.keys()).toEqual(['theme', 'count'])
    expect(await session.get('count', 7)).toBe(0)
  })
})

describe('what the schema does not know', () => {
  test('nested fields survive a set, an update, a transaction and a rebase', async () => {
    const { mock, session } = await openOld({ profile: { name: 'a', later: { deep: [1, { x: 2 }] } } })
    await session.set('profile', { name: 'b', city: 'c' })
    expect(await mock.data()).toMatchObject({ profile: { name: 'b', city: 'c', later: { deep: [1, { x: 2 }] } } })
    await session.update('profile', ({ name: _, ...rest }) => rest)
    await session.transaction((tx) => tx.update('profile', (profile) => ({ ...profile, langs: ['en'] })))
    mock.next({ fault: 'write-beside', write: { count: 9 }, method: 'PATCH' })
    await session.update('profile', (profile) => ({ ...profile, city: 'd' }))
    expect(await mock.data()).toMatchObject({ profile: { city: 'd', langs: ['en'], later: { deep: [1, { x: 2 }] } } })
    expect((await mock.data()).profile).not.toHaveProperty('name')
    expect(session.peek('profile')).toEqual({ city: 'd', langs: ['en'] })
  })

  test('fields that a newer deploy added meanwhile survive a conflict', async () => {
    const { mock, session } = await openOld({ profile: { name: 'a' } })
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    const written = session.set('profile', { name: 'mine' })
    await held.reached()
    await mock.writeWire({ profile: { name: 'a', later: 1 } })
    await held.release()
    await written
    expect((await mock.data()).profile).toEqual({ name: 'mine', later: 1 })
  })

  test('a set before the load keeps them too', async () => {
    const mock = createServer()
    await mock.writeWire({ profile: { name: 'a', later: 1 }, other: { x: 1 } })
    await open(mock).set('profile', { name: 'b' })
    expect(await mock.data()).toEqual({ profile: { name: 'b', later: 1 }, other: { x: 1 } })
  })

  test('a key that only a newer deploy knows is neither shown nor lost', async () => {
    const { mock, session } = await openOld({ newer: { a: 1 } })
    expect(session.getSnapshot().values).not.toHaveProperty('newer')
    await session.transaction((tx) => {
      for (const key of tx.keys()) tx.delete(key as keyof Values)
    })
    expect(await mock.data()).toEqual({ newer: { a: 1 } })
  })
})

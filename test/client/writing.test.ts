// Holds what `set`, `update`, `delete`, `clear` and their siblings show and send.
import { SessionSchemaError } from 'sojourn'
import { describe, expect, test, vi } from 'vitest'
import { begin, commits, createServer, errorOf, flush, follow, open, useFakeTime } from './harness.ts'

useFakeTime()

describe('set', () => {
  test('is seen at once, synchronously, and resolves when acknowledged', async () => {
    const { mock, session } = await begin({ theme: 'light' })
    const seen: string[] = []
    session.key('theme').listen((theme) => void seen.push(theme))
    const held = mock.next('hold')
    const written = follow(() => session.set('theme', 'dark'))
    expect(seen).toEqual(['dark'])
    expect(session.peek('theme')).toBe('dark')
    await held.reached()
    expect(written.status).toBe('pending')
    await held.release()
    await flush()
    expect(written).toMatchObject({ status: 'resolved', value: undefined })
    expect(await mock.data()).toEqual({ theme: 'dark' })
  })

  test('creates the session of a new visitor after one read', async () => {
    const mock = createServer()
    await open(mock).set('theme', 'dark')
    expect(mock.requests.map(({ method }) => method)).toEqual(['GET', 'PATCH'])
    expect(commits(mock)).toMatchObject([{ lineage: null, after: 0, set: { theme: 'dark' }, expect: { theme: null } }])
    expect(await mock.lineage()).not.toBeNull()
  })

  test('A set before the load shows its value, is stored, and reports the value that it replaced.', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const mock = createServer({ initial: { theme: 'dark', count: 5 } })
    const session = open(mock)
    const conflicts: unknown[] = []
    session.on('conflict', (conflict) => void conflicts.push(conflict))
    const written = session.set('count', 6)
    expect(session.peek('count')).toBe(6)
    await written
    expect(await mock.data()).toEqual({ theme: 'dark', count: 6 })
    expect(conflicts).toEqual([{ key: 'count', base: 0, mine: 6, theirs: 5, value: 6, early: true }])
  })

  test('a value that the schema refuses throws before anything is shown or sent', async () => {
    const { mock, session } = await begin({ count: 1 })
    const error = await errorOf(() => session.set('count', 'two' as unknown as number))
    expect(error).toBeInstanceOf(SessionSchemaError)
    expect(error).toMatchObject({ key: 'count', issues: [{ code: 'invalid_type' }] })
    expect((error as Error).message).not.toContain('two')
    expect(await errorOf(() => session.set('count', Number.NaN))).toMatchObject({ code: 'schema' })
    expect(session.peek('count')).toBe(1)
    expect(session.pending).toEqual([])
    await flush()
    expect(commits(mock)).toEqual([])
  })

  test('undefined deletes, if the schema allows it', async () => {
    const { mock, session } = await begin({ note: 'a', count: 1 })
    await session.set('note', undefined)
    expect(session.peek('note')).toBeUndefined()
    expect(await mock.data()).toEqual({ count: 1 })
    expect(commits(mock)).toMatchObject([{ delete: ['note'] }])
  })

  test('to the value that is stored is acknowledged without a request', async () => {
    const { mock, session } = await begin({ cart: ['tea'] })
    await session.set('cart', ['tea'])
    expect(commits(mock)).toEqual([])
    expect(session.pending).toEqual([])
  })

  test('there and back in one tick sends nothing', async () => {
    const { mock, session } = await begin({ count: 1 })
    void session.set('count', 2)
    await session.set('count', 1)
    expect(commits(mock)).toEqual([])
  })
})

describe('update', () => {
  test('runs on the view and resolves when acknowledged', async () => {
    const { mock, session } = await begin({ cart: ['tea'] })
    const written = session.update('cart', (cart) => [...cart, 'cake'])
    expect(session.peek('cart')).toEqual(['tea', 'cake'])
    await written
    expect(await mock.data()).toEqual({ cart: ['tea', 'cake'] })
  })

  test('before the load waits for it, then runs on what is stored', async () => {
    const mock = createServer({ initial: { count: 5 } })
    const session = open(mock)
    const seen: number[] = []
    const written = session.update('count', (count) => {
      seen.push(count)
      return count + 1
    })
    expect(seen).toEqual([])
    await written
    expect(seen).toEqual([5, 5])
    expect(await mock.data()).toEqual({ count: 6 })
  })

  test('runs on the default if nothing is stored', async () => {
    const { mock, session } = await begin({})
    await session.update('cart', (cart) => [...cart, 'tea'])
    expect(await mock.data()).toEqual({ cart: ['tea'] })
  })

  test('a function that throws, or gives a wrong value, throws at the call and leaves nothing', async () => {
    const { mock, session } = await begin({ count: 1 })
    const boom = new RangeError('boom')
    const error = await errorOf(() =>
      session.update('count', () => {
        throw boom
      }),
    )
    expect(error).toBe(boom)
    expect(await errorOf(() => session.update('count', () => 'x' as unknown as number))).toBeInstanceOf(SessionSchemaError)
    expect(session.pending).toEqual([])
    await flush()
    expect(commits(mock)).toEqual([])
  })

  test('an async function is refused with an error that says so', async () => {
    const { session } = await begin({ count: 1 })
    const error = await errorOf(() => session.update('count', (async (count: number) => count + 1) as unknown as (count: number) => number))
    expect(error).toMatchObject({ code: 'usage' })
    expect((error as Error).message).toMatch(/async/)
    expect(session.pending).toEqual([])
  })

  test('undefined deletes', async () => {
    const { mock, session } = await begin({ note: 'a' })
    await session.update('note', () => undefined)
    expect(await mock.data()).toEqual({})
  })

  test('gets the frozen value, so that changing it in place throws', async () => {
    const { session } = await begin({ cart: ['tea'] })
    const error = await errorOf(() =>
      session.update('cart', (cart) => {
        cart.push('cake')
        return cart
      }),
    )
    expect(error).toBeInstanceOf(TypeError)
    expect(session.peek('cart')).toEqual(['tea'])
  })
})

describe('delete, pop and setDefault', () => {
  test('delete shows the default and removes the key', async () => {
    const { mock, session } = await begin({ theme: 'dark', count: 1 })
    const written = session.delete('theme')
    expect(session.peek('theme')).toBe('light')
    await written
    expect(await mock.data()).toEqual({ count: 1 })
  })

  test('delete of what is not stored sends nothing', async () => {
    const { mock, session } = await begin({ count: 1 })
    await session.delete('note')
    expect(commits(mock)).toEqual([])
  })

  test('pop deletes and resolves with what was deleted, the default if nothing was', async () => {
    const { mock, session } = await begin({ count: 4 })
    const popped = session.pop('count')
    expect(session.peek('count')).toBe(0)
    expect(await popped).toBe(4)
    expect(await session.pop('theme')).toBe('light')
    expect(await mock.data()).toEqual({})
  })

  test('pop gives the value of the server that it deleted, not one from before', async () => {
    const { mock, session } = await begin({ count: 4 })
    mock.next({ fault: 'write-beside', write: { count: 9 } })
    expect(await session.pop('count')).toBe(9)
    expect(await mock.data()).toEqual({})
  })

  test('setDefault stores what it was given, whatever the app does to its own object before the load', async () => {
    const mock = createServer()
    const session = open(mock)
    const cart = ['tea']
    const stored = session.setDefault('cart', cart)
    cart.push(7 as never)
    expect(await stored).toEqual(['tea'])
    expect(await mock.data()).toEqual({ cart: ['tea'] })
  })

  test('setDefault stores if nothing is stored, and resolves with what is stored then', async () => {
    const { mock, session } = await begin({ count: 4 })
    expect(await session.setDefault('count', 7)).toBe(4)
    expect(await session.setDefault('note', 'x')).toBe('x')
    expect(await mock.data()).toEqual({ count: 4, note: 'x' })
  })

  test('setDefault gives way to somebody who stored first', async () => {
    const { mock, session } = await begin({ count: 4 })
    mock.next({ fault: 'write-beside', write: { note: 'theirs' } })
    expect(await session.setDefault('note', 'mine')).toBe('theirs')
    expect(await mock.data()).toEqual({ count: 4, note: 'theirs' })
  })

  test('setDefault refuses a wrong value at the call, though something is stored', async () => {
    const { session } = await begin({ count: 4 })
    expect(await errorOf(() => session.setDefault('count', 'x' as unknown as number))).toBeInstanceOf(SessionSchemaError)
  })
})

describe('clear', () => {
  test('deletes the keys of the schema and spares those that the server does not expose', async () => {
    const { mock, session } = await begin({ theme: 'dark', count: 1 })
    await mock.writeWire({ later: 1 })
    await mock.signIn('ann')
    await session.revalidate()
    const written = session.clear()
    expect(session.peek('theme')).toBe('light')
    expect(await session.keys()).toEqual([])
    await written
    expect(await mock.data()).toEqual({ later: 1 })
    expect(await mock.identity()).toBe('ann')
  })

  test('and a set after it in the same tick are one commit', async () => {
    const { mock, session } = await begin({ theme: 'dark', count: 1 })
    void session.set('note', 'gone')
    void session.clear()
    await session.set('count', 2)
    expect(await mock.data()).toEqual({ count: 2 })
    expect(commits(mock)).toHaveLength(1)
    expect(commits(mock)[0]).toMatchObject({ clear: true, set: { count: 2 } })
  })

  test('of an empty session sends nothing', async () => {
    const { mock, session } = await begin({})
    await session.clear()
    expect(commits(mock)).toEqual([])
  })
})

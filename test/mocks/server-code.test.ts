// Holds what `mock.write`, `signIn` and their siblings do to a session.
import { createMockSessionServer } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { createRawClient } from './raw-client.ts'

const start = (initial: Record<string, unknown> = { theme: 'dark' }) => {
  const mock = createMockSessionServer({ initial, now: () => 1_800_000_000_000, maxAgeMs: 60_000 })
  return { mock, client: createRawClient(mock) }
}

describe('server code next to the client', () => {
  test('writes keys and leaves the others', async () => {
    const { mock, client } = start({ theme: 'dark', count: 1, draft: 'x' })
    const before = await client.state()
    await mock.write({ count: 2, draft: undefined })
    const after = await client.state()
    expect(after.data).toEqual({ theme: 'dark', count: 2 })
    expect(after.lineage).toBe(before.lineage)
    expect(after.version).not.toBe(before.version)
  })

  test('writes what a function makes of the stored values', async () => {
    const { mock } = start({ count: 1 })
    await mock.write(({ count }) => ({ count: Number(count) + 1 }))
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('creates the session if it does not exist', async () => {
    const mock = createMockSessionServer()
    await mock.write({ theme: 'dark' })
    expect(await mock.data()).toEqual({ theme: 'dark' })
    expect(mock.cookies).toHaveLength(1)
    expect(await mock.lineage()).toEqual(expect.any(String))
  })

  test('writes the keys of the server, which no client sees', async () => {
    const { mock, client } = start()
    await mock.writeWire({ _auth_user_id: '7' })
    await mock.writeWire((data) => ({ copy: data._auth_user_id }))
    expect((await client.state()).data).toEqual({ theme: 'dark', copy: '7' })
    expect(await mock.data()).toEqual({ theme: 'dark', copy: '7' })
  })

  test('expires a session and leaves its cookie', async () => {
    const { mock, client } = start()
    await client.state()
    await mock.expire()
    expect(mock.cookies).toHaveLength(1)
    expect((await client.commit({ set: { theme: 'light' } })).status).toBe(410)
    expect(await client.state()).toMatchObject({ lineage: null, unknownKey: true, data: {} })
  })

  test('expires nothing if there is no session', async () => {
    const mock = createMockSessionServer()
    await mock.expire()
    expect(await mock.lineage()).toBeNull()
  })

  test('flushes a session and its cookie', async () => {
    const { mock, client } = start()
    await client.state()
    await mock.flush()
    expect(mock.cookies).toEqual([])
    const state = await client.state()
    expect(state).toMatchObject({ lineage: null, data: {} })
    expect(state.unknownKey).toBeUndefined()
  })

  test('rotates the key and keeps lineage and data', async () => {
    const { mock, client } = start()
    const { lineage } = await client.state()
    const [before] = mock.cookies
    await mock.rotateKey()
    expect(mock.cookies[0]?.value).not.toBe(before?.value)
    expect(await client.state()).toMatchObject({ lineage, data: { theme: 'dark' } })
  })

  test('signs in: an anonymous session keeps its data under a new key', async () => {
    const { mock, client } = start()
    const { lineage } = await client.state()
    const [before] = mock.cookies
    await mock.signIn('ann')
    expect(mock.cookies[0]?.value).not.toBe(before?.value)
    expect(await client.state()).toMatchObject({ lineage, identity: 'ann', data: { theme: 'dark' } })
    expect(await mock.identity()).toBe('ann')
  })

  test('signs in another person with a session of their own', async () => {
    const { mock, client } = start()
    await mock.signIn('ann')
    const { lineage } = await client.state()
    await mock.signIn('bob')
    const state = await client.state()
    expect(state).toMatchObject({ identity: 'bob', data: {} })
    expect(state.lineage).not.toBe(lineage)
  })

  test('signs out by ending the session', async () => {
    const { mock } = start()
    await mock.signIn('ann')
    await mock.signOut()
    expect([await mock.lineage(), await mock.identity(), mock.cookies]).toEqual([null, null, []])
  })

  test('starts signed in', async () => {
    const mock = createMockSessionServer({ signedInAs: 'ann', initial: { theme: 'dark' } })
    expect(await createRawClient(mock).state()).toMatchObject({ identity: 'ann', data: { theme: 'dark' } })
  })

  test('advances the clock of the server', async () => {
    const { mock, client } = start()
    expect((await client.state()).expiry.age).toBe(60)
    mock.advance(59_000)
    expect((await client.state()).expiry.age).toBe(1)
    mock.advance(1_000)
    expect(await client.state()).toMatchObject({ lineage: null, data: {} })
  })

  test('is empty after a reset', async () => {
    const { mock, client } = start()
    await client.state()
    const before = await mock.lineage()
    await mock.write({ theme: 'light' })
    mock.next('unavailable')
    mock.advance(30_000)
    mock.offline()
    mock.reset()
    expect(mock.requests).toEqual([])
    const state = await createRawClient(mock).state()
    expect(state).toMatchObject({ data: { theme: 'dark' }, expiry: { age: 60 } })
    expect(state.lineage).not.toBe(before)
  })

  test('loses what is in flight at a reset, its cookie too', async () => {
    const mock = createMockSessionServer()
    const client = createRawClient(mock)
    await client.state()
    const committing = client.commit({ set: { theme: 'dark' } })
    const lost = expect(committing).rejects.toThrow(TypeError)
    // The response exists only when the page is ready and the server has hashed. The reset comes in between.
    while (mock.requests.length < 2) await Promise.resolve()
    mock.reset()
    await lost
    expect(mock.cookies).toEqual([])
    expect(await mock.data()).toEqual({})
  })

  test('can be reset repeatedly', async () => {
    const { mock, client } = start()
    mock.reset()
    mock.reset()
    expect(await client.state()).toMatchObject({ data: { theme: 'dark' } })
    expect(mock.cookies).toHaveLength(1)
  })

  test('refuses a browser of another server', async () => {
    const { mock } = start()
    const stranger = createMockSessionServer()
    await expect(mock.data(stranger)).rejects.toMatchObject({ code: 'usage' })
  })
})

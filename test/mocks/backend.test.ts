// Holds what only the mock engines have: evictions, deleted rows, and the refusals of both.
import { SessionConfigError, SessionUsageError } from 'sojourn'
import { createMockSessionServer, type MockBackendName } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { createRawClient } from './raw-client.ts'

/** What the engines do is in test/backends/scenarios.ts, which also run on Django. This file holds what only the mock has. */
const start = (backend?: MockBackendName) => {
  const mock = createMockSessionServer({ backend, initial: { theme: 'dark' } })
  return { mock, client: createRawClient(mock) }
}

const stored = ['db', 'cached_db', 'cache', 'file'] as const

test('a backend that is not an engine of Django is refused', () => {
  expect(() => createMockSessionServer({ backend: 'mongo' as never })).toThrow(/cached_db/)
})

describe('an event that a backend does not have', () => {
  test.each([undefined, 'db', 'file', 'signed_cookies'] as const)('%s evicts nothing', async (backend) => {
    await expect(start(backend).mock.evict()).rejects.toThrow(SessionUsageError)
  })

  test.each([undefined, 'cache', 'file', 'signed_cookies'] as const)('%s has no rows', async (backend) => {
    await expect(start(backend).mock.deleteRow()).rejects.toThrow(SessionUsageError)
  })

  test('sessions in cookies are not ended by the server', async () => {
    await expect(start('signed_cookies').mock.expire()).rejects.toThrow(/advance/)
  })

  test('server code of the package itself saves over nothing', () => {
    expect(() => start().mock.next({ fault: 'write-over', write: { theme: 'light' } })).toThrow(SessionConfigError)
  })

  test('write-over needs what to save', () => {
    expect(() => start('db').mock.next({ fault: 'write-over' } as never)).toThrow(SessionConfigError)
  })

  test.each([undefined, 'db', 'cache', 'file', 'signed_cookies'] as const)('%s has no cache before rows', (backend) => {
    expect(() => start(backend).mock.next('stale-cache')).toThrow(SessionConfigError)
  })
})

describe('on every engine', () => {
  test.each([...stored, 'signed_cookies'] as const)('%s is empty after a reset', async (backend) => {
    const { mock, client } = start(backend)
    const { lineage } = await client.state()
    mock.reset()
    const state = await createRawClient(mock).state()
    expect(state.data).toEqual({ theme: 'dark' })
    expect(state.lineage).not.toBe(lineage)
  })

  test.each(stored)('%s ends a session by expire and leaves its cookie', async (backend) => {
    const { mock, client } = start(backend)
    await client.state()
    await mock.expire()
    expect(mock.cookies).toHaveLength(1)
    expect(await client.state()).toMatchObject({ lineage: null, unknownKey: true })
    expect(await mock.lineage()).toBeNull()
  })

  test.each([...stored, 'signed_cookies'] as const)('%s ends a session when its time is over', async (backend) => {
    const { mock, client } = start(backend)
    await client.state()
    mock.advance(1_209_600_000)
    expect(await client.state()).toMatchObject({ lineage: null, data: {} })
    expect(await mock.data()).toEqual({})
  })
})

describe('a save over a commit', () => {
  test.each(stored)('%s: server code gets an error if its session is gone when it saves', async (backend) => {
    const mock = createMockSessionServer({
      backend,
      initial: { theme: 'dark' },
      endpoints: {
        'POST /slow': async ({ session }) => {
          await mock.flush()
          const failure = await session.set('note', 1).catch((error: unknown) => String(error))
          return { error: String(failure) }
        },
      },
    })
    const response = await mock.fetch('/slow', { method: 'POST' })
    expect(await response.json()).toEqual({ error: expect.stringContaining('SessionEndedError') })
    expect(await mock.data()).toEqual({})
  })

  test('applies to the matching requests and no others', async () => {
    const { mock, client } = start('db')
    await client.state()
    mock.next({ fault: 'write-over', method: 'PATCH', write: { theme: 'light' } })
    await client.state()
    expect(await mock.data()).toEqual({ theme: 'dark' })
    await client.commit({ set: { cart: ['tea'] } })
    expect(await mock.data()).toEqual({ theme: 'light' })
  })
})

describe('a session in its cookie', () => {
  test('does not exist if the server has not signed the value', async () => {
    const forged = '__Host-session=eyJ0aGVtZSI6ImRhcmsifQ:1tA000:signature; Path=/; Secure; HttpOnly'
    const mock = createMockSessionServer({
      backend: 'signed_cookies',
      initial: { theme: 'dark' },
      endpoints: { 'POST /plant': () => new Response(null, { status: 204, headers: { 'Set-Cookie': forged } }) },
    })
    await mock.fetch('/plant', { method: 'POST' })
    expect(await createRawClient(mock).state()).toMatchObject({ lineage: null, data: {}, unknownKey: true, atomic: false })
    expect(await mock.data()).toEqual({})
  })

  test('has the name that the cookie option sets', async () => {
    const cookie = { name: 'sessionid', secure: false }
    const mock = createMockSessionServer({ backend: 'signed_cookies', url: 'http://app.test/session', cookie, initial: { theme: 'dark' } })
    expect(await createRawClient(mock).state()).toMatchObject({ data: { theme: 'dark' }, atomic: false })
    expect(mock.cookies.map(({ name }) => name)).toEqual(['sessionid'])
  })

  test('carries the cookies of an endpoint', async () => {
    const mock = createMockSessionServer({
      backend: 'signed_cookies',
      endpoints: {
        'POST /login': async ({ session }) => {
          await session.signIn('ann')
          const response = new Response(null, { status: 204 })
          response.headers.append('Set-Cookie', 'seen=yes; Path=/')
          return response
        },
      },
    })
    await mock.fetch('/login', { method: 'POST' })
    expect(mock.cookies.map(({ name }) => name).sort()).toEqual(['__Host-session', 'seen'])
    expect(await mock.identity()).toBe('ann')
  })
})

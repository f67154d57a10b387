// Holds what `session.cookie` gives to frameworks that set cookies themselves, and that the headers of a request open its session.
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { expect, test } from 'vitest'

const options = { store: createMemoryStore(), keys: ['theme'], maxAgeMs: 60_000 } as const

test('session.cookie is the cookie to set, in parts; undefined if none is to be set', async () => {
  const sessions = createSessionHandler(options)
  const session = await sessions.open({ headers: new Headers() })
  expect(session.cookie).toBeUndefined()
  await session.set('theme', 'dark')
  expect(session.cookie).toEqual({
    name: '__Host-session',
    value: expect.stringMatching(/^[\w-]{43}$/),
    options: { httpOnly: true, secure: true, sameSite: 'lax', path: '/', maxAge: 120 },
  })

  const again = await sessions.open({ headers: new Headers({ Cookie: `__Host-session=${session.cookie?.value}` }) })
  expect([again.get('theme'), again.cookie]).toEqual(['dark', undefined])
  await again.flush()
  expect(again.cookie).toMatchObject({ name: '__Host-session', value: '', options: { maxAge: 0, path: '/', secure: true } })
})

test('session.cookie has secure false and the domain of a handler that says so', async () => {
  const sessions = createSessionHandler({ ...options, cookie: { name: 'sid', secure: false, domain: 'shop.test', sameSite: 'strict' } })
  const session = await sessions.open({ headers: new Headers() })
  await session.setExpiry(0)
  expect(session.cookie?.options).toEqual({ httpOnly: true, secure: false, sameSite: 'strict', path: '/', domain: 'shop.test' })
})

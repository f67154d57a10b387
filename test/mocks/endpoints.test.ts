// Holds that endpoints of the app act on the session of the requesting browser.
import { createMockSessionServer } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { createRawClient } from './raw-client.ts'

describe('an endpoint of the app', () => {
  test('signs in on the session of the requesting browser', async () => {
    const mock = createMockSessionServer({
      initial: { theme: 'dark' },
      endpoints: {
        'POST /login': async ({ request, session }) => {
          const { name } = (await request.json()) as { name: string }
          await session.signIn(name)
        },
      },
    })
    const response = await mock.fetch('/login', { method: 'POST', body: JSON.stringify({ name: 'ann' }) })
    expect(response.status).toBe(204)
    expect(response.headers.get('session-version')).toEqual(expect.any(String))
    expect(await createRawClient(mock).state()).toMatchObject({ identity: 'ann', data: { theme: 'dark' } })
  })

  test('responds to plain JSON with a 200 and passes a Response through', async () => {
    const mock = createMockSessionServer({
      endpoints: {
        'GET /me': ({ session }) => ({ identity: session.identity }),
        'GET /teapot': () => new Response('short and stout', { status: 418 }),
      },
      signedInAs: 'ann',
    })
    const me = await mock.fetch('/me')
    expect([me.status, await me.json()]).toEqual([200, { identity: 'ann' }])
    const teapot = await mock.fetch('/teapot')
    expect([teapot.status, await teapot.text()]).toEqual([418, 'short and stout'])
  })

  test('reads a form', async () => {
    const mock = createMockSessionServer({
      endpoints: {
        'POST /login': async ({ request, session }) => {
          await session.signIn(String((await request.formData()).get('name')))
        },
      },
    })
    await mock.fetch('/login', { method: 'POST', body: new URLSearchParams({ name: 'ann b' }) })
    expect(await mock.identity()).toBe('ann b')
  })

  test('serves every browser with its own session', async () => {
    const mock = createMockSessionServer({ endpoints: { 'POST /login': ({ session }) => session.signIn('ann') } })
    const phone = mock.browser()
    await phone.fetch('/login', { method: 'POST' })
    expect([await mock.identity(), await mock.identity(phone)]).toEqual([null, 'ann'])
  })

  test('rejects with what it throws', async () => {
    const mistake = new RangeError('a mistake of the test')
    const mock = createMockSessionServer({
      endpoints: {
        'POST /login': () => {
          throw mistake
        },
      },
    })
    await expect(mock.fetch('/login', { method: 'POST' })).rejects.toBe(mistake)
  })

  test('leaves scripted faults to the session, but goes offline with it', async () => {
    const mock = createMockSessionServer({ endpoints: { 'GET /me': () => ({}) } })
    mock.next('unavailable')
    expect((await mock.fetch('/me')).status).toBe(200)
    expect((await mock.fetch(mock.url)).status).toBe(503)
    mock.offline()
    await expect(mock.fetch('/me')).rejects.toThrow(TypeError)
  })

  test.each(['/login', 'post /login', 'POST login', 'POST'])('is refused under the name %s', (name) => {
    expect(() => createMockSessionServer({ endpoints: { [name]: () => ({}) } })).toThrow(expect.objectContaining({ code: 'config' }))
  })
})

// The tests of the mock's MSW handlers, run in Node and in happy-dom.
import ky from 'ky'
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { createMockSessionServer } from 'sojourn/msw'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createRawClient } from './raw-client.ts'

/** The handlers in a server of MSW, in Node and in happy-dom alike. */
export function describeMsw(): void {
  describe('the handlers of a mock session server', () => {
    const mock = createMockSessionServer({
      initial: { theme: 'dark' },
      endpoints: { 'POST /login': ({ session }) => session.signIn('ann') },
    })
    const elsewhere = new URL('/elsewhere', mock.url).href
    const server = setupServer(
      ...mock.handlers,
      http.get(elsewhere, () => HttpResponse.text('of another handler')),
    )
    const login = new URL('/login', mock.url).href
    // Looked up at each call: MSW replaces the global fetch when it begins to listen.
    const fetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init)
    const client = () => createRawClient({ url: mock.url, fetch })

    beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
    beforeEach(() => mock.reset())
    afterEach(() => server.resetHandlers())
    afterAll(() => server.close())

    test('serve the global fetch with the session of the browser', async () => {
      const page = client()
      const { lineage } = await page.state()
      expect((await page.commit({ set: { theme: 'light' } })).status).toBe(200)
      expect(await mock.data()).toEqual({ theme: 'light' })
      expect((await client().state()).lineage).toBe(lineage)
    })

    test('keep the cookie of a new session', async () => {
      await mock.flush()
      const page = client()
      const response = await page.commit({ set: { theme: 'light' } })
      expect(response.headers.get('set-cookie')).toBeNull()
      expect((await page.commit({ set: { count: 1 } })).status).toBe(200)
      expect(await mock.data()).toEqual({ theme: 'light', count: 1 })
    })

    test('serve the endpoints and leave other requests to other handlers', async () => {
      expect((await fetch(login, { method: 'POST' })).status).toBe(204)
      expect(await mock.identity()).toBe('ann')
      expect(await (await fetch(elsewhere)).text()).toBe('of another handler')
    })

    test('work through ky', async () => {
      const response = await ky(mock.url, { fetch, retry: 0, throwHttpErrors: false, timeout: false })
      expect(await response.json()).toMatchObject({ data: { theme: 'dark' } })
    })

    test('switch to another browser by use', async () => {
      const phone = mock.browser({ signedInAs: 'bob' })
      server.use(...phone.handlers)
      expect(await client().state()).toMatchObject({ identity: 'bob', data: {} })
      server.resetHandlers()
      expect(await client().state()).toMatchObject({ identity: null, data: { theme: 'dark' } })
    })
  })
}

// The tests of a mock browser's `fetch`, run in Node and in happy-dom.
import ky from 'ky'
import { createMockSessionServer } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { createRawClient } from './raw-client.ts'

const commit = { lineage: null, base: 'v0', after: 0, set: { theme: 'dark' } }
const headers = { 'content-type': 'application/json', 'idempotency-key': `"${'c'.repeat(22)}/1"` }

/** How the mock's `fetch` is called, in Node and in happy-dom alike. */
export function describeFetch(): void {
  describe('the fetch of a mock browser', () => {
    test('takes a URL and an init', async () => {
      const mock = createMockSessionServer()
      const response = await mock.fetch(mock.url, { method: 'PATCH', body: JSON.stringify(commit), headers })
      expect(response.status).toBe(200)
      expect(await mock.data()).toEqual({ theme: 'dark' })
    })

    test('takes a URL object', async () => {
      const mock = createMockSessionServer()
      expect((await mock.fetch(new URL(mock.url))).status).toBe(200)
    })

    test('takes a Request', async () => {
      const mock = createMockSessionServer()
      const request = new Request(mock.url, { method: 'PATCH', body: JSON.stringify(commit), headers })
      expect((await mock.fetch(request)).status).toBe(200)
      expect(request.bodyUsed).toBe(true)
    })

    test('takes a Request and an init that changes it', async () => {
      const mock = createMockSessionServer()
      const request = new Request(mock.url, { method: 'PATCH', body: '{}' })
      expect((await mock.fetch(request, { body: JSON.stringify(commit), headers: new Headers(headers) })).status).toBe(200)
      const abort = AbortSignal.abort(new Error('stop'))
      await expect(mock.fetch(new Request(mock.url), { signal: abort })).rejects.toThrow('stop')
    })

    test('resolves a relative URL against that of the session', async () => {
      const mock = createMockSessionServer({ url: 'https://shop.example.com/api/session', endpoints: { 'GET /api/me': () => ({ me: 1 }) } })
      expect(mock.url).toBe('https://shop.example.com/api/session')
      expect((await mock.fetch('/api/session')).status).toBe(200)
      expect((await mock.fetch('session?x=1')).status).toBe(200)
      expect(await (await mock.fetch('me')).json()).toEqual({ me: 1 })
    })

    test.each([
      ['another path', '/elsewhere', 'GET'],
      ['another origin', 'https://other.example.com/session', 'GET'],
      ['another method of an endpoint', '/me', 'POST'],
    ])('rejects %s and names what it serves', async (_, url, method) => {
      const mock = createMockSessionServer({ endpoints: { 'GET /me': () => ({}) } })
      await expect(mock.fetch(url, { method })).rejects.toThrow(
        expect.objectContaining({ code: 'usage', message: expect.stringContaining(`${mock.url}, GET /me`) }),
      )
    })

    test('returns a response without a body if the status forbids one', async () => {
      const mock = createMockSessionServer()
      const response = await mock.fetch(mock.url, { method: 'DELETE', headers: { 'Session-Lineage': 'gone' } })
      expect([response.status, response.body]).toEqual([204, null])
    })

    test('is what ky calls, attempt by attempt', async () => {
      const mock = createMockSessionServer()
      const send = (body?: string) =>
        ky(mock.url, {
          method: body === undefined ? 'GET' : 'PATCH',
          fetch: mock.fetch,
          retry: 0,
          throwHttpErrors: false,
          timeout: false,
          ...(body !== undefined && { body, headers }),
        })
      expect((await send(JSON.stringify(commit))).status).toBe(200)
      expect(await (await send()).json()).toMatchObject({ data: { theme: 'dark' } })
      mock.next({ fault: 'unavailable', retryAfterSeconds: 7 })
      const refused = await send(JSON.stringify(commit))
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '7'])
      mock.next('lose-answer')
      await expect(send(JSON.stringify(commit))).rejects.toThrow()
      expect(mock.requests.map(({ status }) => status)).toEqual([200, 200, 503, 'lost'])
    })

    test('is aborted through ky while a request is held, and while a body stalls', async () => {
      const mock = createMockSessionServer()
      const options = { fetch: mock.fetch, retry: 0, throwHttpErrors: false, timeout: false } as const
      const abort = new AbortController()
      const held = mock.next('hold')
      const response = ky(mock.url, { ...options, signal: abort.signal })
      const failing = expect(response).rejects.toThrow('enough')
      await held.reached()
      abort.abort(new Error('enough'))
      await failing
      const again = new AbortController()
      mock.next('stall-answer')
      const stalled = await ky(mock.url, { ...options, signal: again.signal })
      const reading = expect(stalled.text()).rejects.toThrow()
      again.abort(new Error('enough'))
      await reading
    })

    test('damages bodies alike', async () => {
      const mock = createMockSessionServer({ initial: { theme: 'dark' } })
      mock.next('break-answer')
      mock.next('truncate-answer')
      mock.next('empty-answer')
      const broken = await mock.fetch(mock.url)
      expect(broken.status).toBe(200)
      await expect(broken.text()).rejects.toThrow()
      expect((await (await mock.fetch(mock.url)).text()).length).toBeGreaterThan(10)
      expect(await (await mock.fetch(mock.url)).text()).toBe('')
      expect((await createRawClient(mock).state()).data).toEqual({ theme: 'dark' })
    })
  })
}

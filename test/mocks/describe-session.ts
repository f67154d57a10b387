// The tests of the mock without faults, run in Node and in happy-dom.
import { createMockSessionServer } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { createRawClient } from './raw-client.ts'

/** What the mock does without a fault, in Node and in happy-dom alike. */
export function describeSession(): void {
  describe('a mock session server', () => {
    test('reads an empty session without setting a cookie', async () => {
      const mock = createMockSessionServer()
      const state = await createRawClient(mock).state()
      expect(state).toMatchObject({ lineage: null, data: {}, last: 0, identity: null })
      expect(mock.cookies).toEqual([])
    })

    test('stores a commit and keeps the cookie that script cannot read', async () => {
      const mock = createMockSessionServer()
      const client = createRawClient(mock)
      const response = await client.commit({ set: { theme: 'dark' } })
      expect(response.status).toBe(200)
      expect(response.headers.get('set-cookie')).toBeNull()
      expect(mock.cookies).toMatchObject([{ name: '__Host-session', httpOnly: true, path: '/', atBrowserClose: false }])
      expect(mock.documentCookie).toBe('')
      expect(await mock.data()).toEqual({ theme: 'dark' })
      expect((await client.commit({ set: { theme: 'light' } })).status).toBe(200)
      expect(await mock.data()).toEqual({ theme: 'light' })
    })

    test('responds to an unchanged read with 304', async () => {
      const mock = createMockSessionServer({ initial: { theme: 'dark' } })
      const first = await mock.fetch(mock.url)
      const again = await mock.fetch(mock.url, { headers: { 'If-None-Match': first.headers.get('etag') ?? '' } })
      expect(again.status).toBe(304)
      expect(await again.text()).toBe('')
    })

    test('ends a session by DELETE', async () => {
      const mock = createMockSessionServer({ initial: { theme: 'dark' } })
      const client = createRawClient(mock)
      await client.state()
      expect((await client.end()).status).toBe(204)
      expect(await mock.lineage()).toBeNull()
      expect(await mock.data()).toEqual({})
      expect(mock.cookies).toEqual([])
    })

    test('passes the options of the handler on', async () => {
      const mock = createMockSessionServer({
        maxSessionBytes: 100,
        maxAgeMs: 60_000,
        now: () => 1_800_000_000_000,
        validate: (data) => (data.theme === 'pink' ? [{ key: 'theme', message: 'no pink' }] : []),
        admit: (request) => (request.headers.get('x-wall') ? { name: 'unauthenticated' } : null),
        identity: () => 'someone',
      })
      const client = createRawClient(mock)
      expect((await client.commit({ set: { theme: 'x'.repeat(200) } })).status).toBe(413)
      expect((await client.commit({ set: { theme: 'pink' } })).status).toBe(422)
      expect((await client.read({ headers: { 'x-wall': '1' } })).status).toBe(401)
      await client.commit({ set: { theme: 'dark' } })
      expect(await client.state()).toMatchObject({ identity: 'someone', expiry: { age: 60 } })
    })

    test('logs each request and its outcome', async () => {
      const mock = createMockSessionServer()
      const client = createRawClient(mock)
      await client.commit({ set: { theme: 'dark' } })
      expect(mock.requests).toEqual([
        {
          browser: 'browser',
          method: 'GET',
          url: mock.url,
          headers: expect.anything(),
          body: undefined,
          client: expect.any(String),
          n: undefined,
          status: 200,
          served: [200],
        },
        expect.objectContaining({ method: 'PATCH', n: 1, status: 200, body: expect.objectContaining({ set: { theme: 'dark' } }) }),
      ])
      expect(mock.requests[1]?.client).toBe(mock.requests[0]?.client)
    })
  })
}

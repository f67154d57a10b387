import { createMockSessionServer } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { createRawClient } from './raw-client.ts'

/** What holds in Node and in happy-dom alike. */
export function describeSemantics(): void {
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
      expect(mock.cookies).toMatchObject([{ name: '__Host-session', httpOnly: true }])
      expect(mock.documentCookie).toBe('')
      expect(await mock.data()).toEqual({ theme: 'dark' })
      expect((await client.commit({ set: { theme: 'light' } })).status).toBe(200)
      expect(await mock.data()).toEqual({ theme: 'light' })
    })

    test('ends a session by DELETE', async () => {
      const mock = createMockSessionServer({ initial: { theme: 'dark' } })
      const client = createRawClient(mock)
      await client.state()
      expect((await client.end()).status).toBe(204)
      expect(await mock.lineage()).toBeNull()
    })
  })
}

// The app's own requests: the CSRF header goes where it may, and a log-in is one line on the handler and on Django.
import { createSessionClient } from 'sojourn'
import { describe, expect, test, vi } from 'vitest'
import { createServer, flush, inTime, open, schema, track, traffic, useFakeTime } from './harness.ts'

useFakeTime()

describe.each([undefined, 'db'] as const)('on the backend %s', (backend) => {
  const begin = () => {
    const mock = createServer({
      ...(backend && { backend }),
      csrf: true,
      document: undefined,
      endpoints: {
        'POST /log-in': ({ session }) => session.signIn('ann'),
        'POST /buy': ({ session }) => session.set('count', 7),
        'GET /page': () => new Response('page'),
      },
    })
    return { mock, session: open(mock) }
  }
  const origin = 'http://localhost'

  test.each([true, false])('a log-in in exclusive is one line; loaded before: %s', async (isLoaded) => {
    const { mock, session } = begin()
    if (isLoaded) await session.ready()
    const response = await inTime(session.exclusive(() => session.fetch(`${origin}/log-in`, { method: 'POST' })))
    expect([response.status, session.identity]).toEqual([204, 'ann'])
    await inTime(session.set('count', 2))
    expect((await mock.data()).count).toBe(2)
    expect(traffic(mock).filter((line) => line.endsWith('403'))).toEqual([])
  })

  test('a request that changes the session is noticed', async () => {
    const { session } = begin()
    await inTime(session.set('count', 1))
    await session.fetch(`${origin}/buy`, { method: 'POST' })
    await flush()
    if (backend === undefined) expect(session.peek('count')).toBe(7)
  })
})

describe('the header', () => {
  /** A client that has loaded, whose fetch notes the token of each request of the app. */
  async function openNoting(options: object = {}) {
    const sent: [string, string | null, RequestCredentials][] = []
    const state = { lineage: 'L', version: 'v1', data: {}, tags: {}, last: 0, expiry: { age: 9, atBrowserClose: false }, csrf: 'secret' }
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const request = new Request(input, init)
      if (request.url.includes('/session')) return Response.json(state)
      sent.push([`${request.method} ${new URL(request.url).pathname}`, request.headers.get('X-CSRFToken'), request.credentials])
      return new Response(null, { status: 204 })
    }
    const session = track(createSessionClient({ url: 'https://shop.test/session', schema, fetch, ...options }))
    await session.ready()
    return { session, sent }
  }

  test('goes with unsafe methods to the own origin, whatever form the request has', async () => {
    const { session, sent } = await openNoting()
    await session.fetch('https://shop.test/a', { method: 'POST' })
    await session.fetch(new URL('https://shop.test/b'), { method: 'put' })
    await session.fetch(new Request('https://shop.test/c', { method: 'DELETE' }))
    await session.fetch('https://shop.test/d')
    await session.fetch('https://shop.test/e', { method: 'POST', headers: { 'X-CSRFToken': 'own' } })
    expect(sent.map(([, token]) => token)).toEqual(['secret', 'secret', 'secret', null, 'own'])
  })

  test('goes to no other origin, unless it is listed', async () => {
    const { session, sent } = await openNoting({ csrf: { origins: ['https://api.test'] } })
    await session.fetch('https://evil.test/a', { method: 'POST' })
    await session.fetch('http://shop.test/b', { method: 'POST' })
    await session.fetch('https://api.test/c', { method: 'POST' })
    expect(sent.map(([, token]) => token)).toEqual([null, null, 'secret'])
    expect([await session.csrfHeaders('https://evil.test/'), await session.csrfHeaders()]).toEqual([{}, { 'X-CSRFToken': 'secret' }])
  })

  test('takes the cookies along to the session of another origin than the page', async () => {
    vi.stubGlobal('location', new URL('https://app.test/'))
    try {
      const { session, sent } = await openNoting({ csrf: { origins: ['https://shop.test'] } })
      await session.fetch('https://shop.test/a', { method: 'POST' })
      await session.fetch('https://shop.test/b', { method: 'POST', credentials: 'omit' })
      expect(sent).toEqual([
        ['POST /a', 'secret', 'include'],
        ['POST /b', 'secret', 'omit'],
      ])
    } finally {
      vi.unstubAllGlobals()
    }
  })
})

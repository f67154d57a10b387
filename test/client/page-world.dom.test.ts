// Holds what the client takes from its page: cookies, origin, fetch, channel and locks.
import { createSessionClient } from 'sojourn'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createServer, flush, inTime, open, schema, track, traffic, useFakeTime } from './harness.ts'

useFakeTime()

/** Sets a cookie as the server's page does. */
const setCookie = (cookie: string): void => {
  // biome-ignore lint/suspicious/noDocumentCookie: it is what the client reads
  document.cookie = cookie
}

afterEach(() => {
  for (const cookie of document.cookie.split('; ')) setCookie(`${cookie.split('=')[0]}=; Path=/; Max-Age=0`)
})

describe('the CSRF cookie', () => {
  test("is read at the time of sending, under Django's names", async () => {
    const mock = createServer({ initial: { count: 1 }, csrf: true })
    const session = open(mock, { channel: false })
    await session.set('count', 2)
    mock.rotateCsrf()
    await session.set('count', 3)
    const tokens = mock.requests.filter(({ method }) => method === 'PATCH').map(({ headers }) => headers['x-csrftoken'])
    expect(traffic(mock)).toEqual(['GET 200', 'PATCH/1 200', 'PATCH/2 200'])
    expect(new Set(tokens).size).toBe(2)
    expect(document.cookie).toContain(`csrftoken=${tokens[1]}`)
  })

  test('goes under other names if the app has others', async () => {
    const mock = createServer({ initial: { count: 1 }, csrf: { cookieName: 'token', headerName: 'X-Token' } })
    const session = open(mock, { channel: false, csrf: { cookie: 'token', header: 'X-Token' } })
    await session.set('count', 2)
    expect(mock.requests.at(-1)?.headers).toHaveProperty('x-token')
    expect(mock.requests.at(-1)?.headers).not.toHaveProperty('x-csrftoken')
  })

  test('is never sent to another origin, unless that is listed', async () => {
    setCookie('csrftoken=secret; Path=/')
    const sent: (string | null)[] = []
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const request = new Request(input, init)
      sent.push(request.headers.get('x-csrftoken'))
      const state = {
        lineage: 'L',
        version: `v${sent.length}`,
        data: {},
        tags: {},
        last: sent.length - 1,
        expiry: { age: 9, atBrowserClose: false },
        csrf: 'secret',
      }
      return Response.json(state)
    }
    const url = 'https://elsewhere.test/session'
    const stranger = track(createSessionClient({ url, schema, fetch, channel: false }))
    await stranger.set('count', 1)
    expect(sent).toEqual([null, null])
    sent.length = 0
    const listed = track(createSessionClient({ url, schema, fetch, channel: false, csrf: { origins: ['https://elsewhere.test'] } }))
    await listed.set('count', 1)
    expect(sent).toEqual([null, 'secret'])
  })

  test('of a parent domain beside the own one gives way to the token of the state', async () => {
    const mock = createServer({ initial: { count: 1 }, csrf: true, document: undefined })
    // Another app of the domain set the first one.
    vi.spyOn(document, 'cookie', 'get').mockReturnValue('csrftoken=of-another-app; theme=dark; csrftoken=stale')
    const session = open(mock, { channel: false })
    await session.set('count', 2)
    expect(traffic(mock)).toEqual(['GET 200', 'PATCH/1 200'])
  })

  test('of another app alone costs one refusal, and then gives way', async () => {
    const mock = createServer({ initial: { count: 1 }, csrf: true, document: undefined })
    vi.spyOn(document, 'cookie', 'get').mockReturnValue('csrftoken=of-another-app')
    const session = open(mock, { channel: false })
    await session.set('count', 2)
    await session.set('count', 3)
    expect(traffic(mock)).toEqual(['GET 200', 'PATCH/1 403', 'GET 200', 'PATCH/1 200', 'PATCH/2 200'])
  })

  test('that holds a sign that is no encoding is sent as it is, and stops nothing', async () => {
    setCookie('csrftoken=100%; Path=/')
    const mock = createServer({ initial: { count: 1 }, document: undefined })
    const session = open(mock)
    await session.get('count')
    await inTime(session.set('count', 2), 10_000)
    expect(mock.requests.at(-1)?.headers['x-csrftoken']).toBe('100%')
  })
})

describe('the request', () => {
  /** The options of the first request of a client. */
  async function firstRequest(options: Partial<Parameters<typeof createSessionClient>[0]>): Promise<Request> {
    let first: Request | undefined
    const fetch: typeof globalThis.fetch = async (input, init) => {
      first ??= new Request(input, init)
      return new Response('', { status: 500 })
    }
    const session = track(createSessionClient({ url: '/session', schema, fetch, ...(options as object) }))
    void session.get('count').catch(() => {})
    await flush()
    if (!first) throw new TypeError('Nothing was sent.')
    return first
  }

  test("of a relative URL goes to the page's origin with the page's cookies, and follows no redirect", async () => {
    const { url, credentials, redirect } = await firstRequest({})
    expect(url).toBe(new URL('/session', location.href).href)
    expect({ credentials, redirect }).toEqual({ credentials: 'same-origin', redirect: 'manual' })
  })

  test('of another origin takes its cookies along, because the app named it', async () => {
    expect((await firstRequest({ url: 'https://elsewhere.test/session' })).credentials).toBe('include')
    expect((await firstRequest({ url: 'https://elsewhere.test/session', credentials: 'omit' })).credentials).toBe('omit')
  })

  test('names the client, 128 random bits, which is in no storage', async () => {
    const ids = await Promise.all(
      [firstRequest({}), firstRequest({})].map(async (request) => (await request).headers.get('session-client')),
    )
    expect(ids[0]).toMatch(/^[\w-]{22}$/)
    expect(ids[0]).not.toBe(ids[1])
    expect([sessionStorage.length, localStorage.length]).toEqual([0, 0])
  })

  test('without the option goes through the global fetch of its moment, so that a test may replace it', async () => {
    const mock = createServer({ initial: { count: 7 } })
    vi.stubGlobal('fetch', mock.fetch)
    try {
      const session = track(createSessionClient({ url: mock.url, schema }))
      expect(await session.get('count')).toBe(7)
    } finally {
      vi.unstubAllGlobals()
    }
  })
})

describe('the channel', () => {
  test('is a BroadcastChannel named by the absolute URL, opened with the first use', async () => {
    const names: string[] = []
    const closed: string[] = []
    vi.stubGlobal(
      'BroadcastChannel',
      class {
        readonly name: string
        constructor(name: string) {
          this.name = name
          names.push(name)
        }
        postMessage(): void {}
        addEventListener(): void {}
        close(): void {
          closed.push(this.name)
        }
      },
    )
    try {
      const mock = createServer({ initial: { count: 1 } })
      const session = track(createSessionClient({ url: '/session', schema, fetch: mock.fetch }))
      expect(names).toEqual([])
      await session.get('count')
      expect(names).toEqual([new URL('/session', location.href).href])
      session.dispose()
      expect(closed).toEqual(names)
    } finally {
      vi.unstubAllGlobals()
    }
  })

  test('a browser without channels and locks is one tab', async () => {
    vi.stubGlobal('BroadcastChannel', undefined)
    try {
      const mock = createServer()
      const session = track(createSessionClient({ url: mock.url, schema, fetch: mock.fetch }))
      await session.set('count', 1)
      expect(await mock.data()).toEqual({ count: 1 })
    } finally {
      vi.unstubAllGlobals()
    }
  })
})

// Caches between the client and the server: service workers and proxies that respond to reads with what they keep.
import { createSessionClient } from 'sojourn'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { advance, createServer, follow, inTime, open, schema, track, useFakeTime } from './harness.ts'

useFakeTime()
afterEach(() => void vi.unstubAllGlobals())

type Fetch = typeof globalThis.fetch

interface Kept {
  readonly request: Request
  readonly response: Response
}

/** How a cache looks up a read: as the Cache API does, with `ignoreVary`, or with `ignoreSearch` too, as some proxies do. */
type Match = 'vary' | 'ignore-vary' | 'ignore-search'

/** What a worker or proxy does with a read. */
type Recipe = 'cache-first' | 'stale-while-revalidate' | 'network-first' | 'bare'

/** A network with a cache in front of reads. */
function createCache(network: Fetch, recipe: Recipe, match: Match) {
  const kept = new Map<string, Kept>()
  const keyOf = (url: string): string => (match === 'ignore-search' ? (url.split('?')[0] as string) : url)
  const state = { isOffline: false, requests: 0 }

  async function load(request: Request): Promise<Response> {
    state.requests++
    if (state.isOffline) throw new TypeError('Failed to fetch')
    // `fetch(request.url)` drops every header field.
    const response = await network(recipe === 'bare' ? new Request(request.url) : request.clone())
    if (request.method === 'GET' && response.ok) kept.set(keyOf(request.url), { request, response: response.clone() })
    return response
  }
  function find(request: Request): Response | undefined {
    const found = kept.get(keyOf(request.url))
    if (!found) return
    const names = (found.response.headers.get('Vary') ?? '').split(', ')
    // No worker sees the cookie.
    const isSame = names.every((name) => name === 'Cookie' || found.request.headers.get(name) === request.headers.get(name))
    return match !== 'vary' || isSame ? found.response.clone() : undefined
  }

  const fetch: Fetch = async (input, init) => {
    const request = new Request(input, init)
    if (request.method !== 'GET') {
      state.requests++
      if (state.isOffline) throw new TypeError('Failed to fetch')
      return network(request)
    }
    if (recipe === 'network-first' || recipe === 'bare') {
      try {
        return await load(request)
      } catch (error) {
        const fallback = recipe === 'bare' ? undefined : find(request)
        if (fallback) return fallback
        throw error
      }
    }
    const found = find(request)
    if (found && recipe === 'stale-while-revalidate') load(request).catch(() => {})
    return found ?? load(request)
  }
  return { fetch, state }
}

const recipes: readonly Recipe[] = ['cache-first', 'stale-while-revalidate', 'network-first']
const table = recipes.flatMap((recipe) => (['vary', 'ignore-vary', 'ignore-search'] as const).map((match) => [recipe, match] as const))

function openBehind(recipe: Recipe, match: Match, initial: object = { theme: 'light', count: 1 }) {
  const mock = createServer({ initial: initial as never })
  const cache = createCache(mock.fetch, recipe, match)
  const session = open({ ...mock, fetch: cache.fetch })
  const received: string[] = []
  session.on('ended', ({ reason }) => received.push(reason))
  session.on('rejected', ({ error }) => received.push(String(error.code)))
  session.on('dropped', ({ reason }) => received.push(reason))
  return { mock, cache, session, received }
}

describe.each(table)('behind a %s cache (%s)', (recipe, match) => {
  test('nothing ends, nothing moves back, and every write is stored', async () => {
    const { mock, session, received } = openBehind(recipe, match)
    await inTime(session.get('count'))
    await inTime(session.set('count', 7))
    void session.revalidate()
    await advance(60_000)
    const written = follow(() => session.set('theme', 'dark'))
    await advance(60_000)
    expect([session.peek('count'), session.peek('theme'), written.status, received]).toEqual([7, 'dark', 'resolved', []])
    expect(await mock.data()).toEqual({ count: 7, theme: 'dark' })
  })

  test('a first visit creates one session', async () => {
    const { mock, session, received } = openBehind(recipe, match, {})
    await inTime(session.get('count'))
    const written = [follow(() => session.set('count', 7)), follow(() => session.update('count', (count) => count + 1))]
    await advance(60_000)
    expect([written.map(({ status }) => status), received]).toEqual([['resolved', 'resolved'], []])
    expect(await mock.data()).toMatchObject({ count: 8 })
  })

  test('a second client is not left at loading without a word', async () => {
    const { mock, cache, session } = openBehind(recipe, match)
    await inTime(session.get('count'))
    await mock.write({ count: 9 })
    const second = open({ ...mock, fetch: cache.fetch })
    const shown = follow(() => second.get('count'))
    await advance(5_000)
    // What ignores the query as well cannot be passed: then the error says what to do.
    const { error } = second.getSnapshot()
    const isPassed = match !== 'ignore-search' || recipe === 'network-first'
    expect(isPassed ? shown.value : error).toEqual(isPassed ? 9 : expect.objectContaining({ code: 'protocol', reason: 'cached' }))
  })

  test('offline keeps what is pending, and loops nowhere', async () => {
    const { mock, cache, session, received } = openBehind(recipe, match)
    await inTime(session.get('count'))
    await inTime(session.set('count', 7))
    cache.state.isOffline = true
    const written = follow(() => session.set('theme', 'dark'))
    await advance(50)
    await inTime(session.exclusive(() => {}, { timeoutMs: 200 }).catch(() => {}))
    const before = cache.state.requests
    await advance(60_000)
    expect(cache.state.requests - before).toBeLessThan(30)
    expect([session.peek('count'), session.peek('theme'), written.status, received]).toEqual([7, 'dark', 'pending', []])
    cache.state.isOffline = false
    await advance(60_000)
    // Behind what ignores the query as well the read after `exclusive` never succeeds: the write waits, and the error says why.
    if (match === 'ignore-search' && recipe !== 'network-first') expect(session.getSnapshot().error).toMatchObject({ reason: 'cached' })
    else expect([written.status, await mock.data()]).toEqual(['resolved', { count: 7, theme: 'dark' }])
  })
})

describe('Session-Request', () => {
  const requestOf = ({ headers }: { readonly headers: object }): unknown => (headers as Record<string, unknown>)['session-request']

  test('is another one for each read and each commit, and the same for each attempt of a commit', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const session = open(mock)
    await inTime(session.get('count'))
    mock.next({ fault: 'lose-answer', method: 'PATCH' })
    await inTime(session.set('count', 2))
    await inTime(session.set('count', 3))
    await session.revalidate()
    const values = mock.requests.map(requestOf)
    expect(mock.requests.map(({ method, n }) => `${method}${n ?? ''}`)).toEqual(['GET', 'PATCH1', 'PATCH1', 'PATCH2', 'GET'])
    expect(values[1]).toBe(values[2])
    expect(new Set(values).size).toBe(4)
  })

  test('is no condition: a server that never repeats it is believed', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const fetch: Fetch = async (input, init) => {
      const response = await mock.fetch(input, init)
      const headers = new Headers(response.headers)
      headers.delete('Session-Request')
      return new Response(response.status === 304 ? null : await response.text(), { status: response.status, headers })
    }
    const session = open({ ...mock, fetch })
    await inTime(session.get('count'))
    await inTime(session.set('count', 2))
    await session.revalidate()
    expect([session.peek('count'), session.getSnapshot().error]).toEqual([2, null])
  })

  test('of a gateway that repeats the first response to a commit still fits', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const replies = new Map<string, Response>()
    let isLost = true
    const fetch: Fetch = async (input, init) => {
      const request = new Request(input, init)
      const key = request.headers.get('Idempotency-Key')
      const response = (key && replies.get(key)?.clone()) || (await mock.fetch(request))
      if (key) replies.set(key, response.clone())
      if (key && isLost) {
        isLost = false
        throw new TypeError('Failed to fetch')
      }
      return response
    }
    const session = open({ ...mock, fetch })
    await inTime(session.get('count'))
    await inTime(session.set('count', 2))
    expect([session.peek('count'), session.getSnapshot().error]).toEqual([2, null])
  })

  test('of another request on a commit is an error that is tried again after a pause', async () => {
    const mock = createServer({ initial: { count: 1 } })
    let foreign = 3
    const fetch: Fetch = async (input, init) => {
      const request = new Request(input, init)
      const response = await mock.fetch(request)
      if (request.method !== 'PATCH' || foreign-- <= 0) return response
      const headers = new Headers(response.headers)
      headers.set('Session-Request', 'of-another')
      return new Response(await response.text(), { status: response.status, headers })
    }
    const session = open({ ...mock, fetch })
    await inTime(session.get('count'))
    const written = follow(() => session.set('count', 2))
    await advance(10)
    expect(session.getSnapshot()).toMatchObject({ activity: 'retrying', error: { code: 'protocol', reason: 'cached' } })
    await advance(60_000)
    expect([written.status, await mock.data()]).toEqual(['resolved', { count: 2 }])
  })

  test('is missed once the server has repeated one: a worker that drops all fields undoes nothing', async () => {
    const { mock, session, received, cache } = openBehind('bare', 'vary')
    await inTime(session.get('count'))
    await inTime(session.set('count', 7))
    void session.revalidate().catch(() => {})
    await advance(60_000)
    expect([session.peek('count'), received, session.getSnapshot().error]).toMatchObject([7, [], { reason: 'cached' }])
    const before = cache.state.requests
    await inTime(session.set('theme', 'dark'))
    await advance(30_000)
    expect(cache.state.requests - before).toBeLessThan(20)
    expect(await mock.data()).toEqual({ count: 7, theme: 'dark' })
  })
})

/** A cache that has one response for everything. */
const foreign: Fetch = async () => new Response('{}', { headers: { 'Session-Request': 'of-another' } })

test.each([
  [true, 'retrying'],
  [false, 'offline'],
])('a cached response while navigator.onLine is %s is reported as %s', async (onLine, activity) => {
  vi.stubGlobal('navigator', { onLine })
  const session = open({ ...createServer(), fetch: foreign })
  void session.get('count').catch(() => {})
  await advance(100)
  expect(session.getSnapshot()).toMatchObject({ activity, status: 'loading', error: { reason: 'cached' } })
})

test('a query of the URL stays when a read goes past a cache', async () => {
  const urls: string[] = []
  const fetch: Fetch = async (input) => {
    urls.push(new Request(input).url)
    return foreign(input)
  }
  const session = track(createSessionClient({ url: 'http://localhost/session?app=1', schema, fetch, random: () => 0.5 }))
  void session.get('count').catch(() => {})
  await advance(10)
  expect(urls).toEqual([expect.stringMatching(/\?app=1$/), expect.stringMatching(/\?app=1&fresh=[\w.-]+$/)])
})

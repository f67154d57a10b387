// What a failure is called: each that waiting does not mend says within two requests what is wrong and what to do.
import { createSessionClient } from 'sojourn'
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { advance, createServer, errorOf, flush, follow, inTime, open, schema, track, useFakeTime } from './harness.ts'

useFakeTime()
afterEach(() => void vi.unstubAllGlobals())

type Fetch = typeof globalThis.fetch

/** A response as a browser makes it of a redirect under `redirect: 'manual'`; no constructor can. */
const opaqueRedirect = (): Response => Object.defineProperties(new Response(), { type: { value: 'opaqueredirect' }, status: { value: 0 } })
const followed = (): Response => Object.defineProperty(Response.json({}), 'redirected', { value: true })
const page = (status = 200): Response => new Response('<!doctype html>', { status, headers: { 'Content-Type': 'text/html' } })

/** Opens a client whose requests of a method get one response each time; what else it sends gets to a server. */
function openRefused(method: string, respond: () => Response | Promise<Response>, options: object = {}) {
  const mock = createServer({ initial: { count: 1 } })
  const sent: string[] = []
  const fetch: Fetch = async (input, init) => {
    const request = new Request(input, init)
    sent.push(request.method)
    return request.method === method ? respond() : mock.fetch(request)
  }
  return { mock, sent, session: open({ ...mock, fetch }, options) }
}

const readings: [string, () => Response, string, RegExp][] = [
  ['a redirect in a browser', opaqueRedirect, 'redirect', /redirects.*last slash.*401/],
  ['a redirect in Node', () => new Response(null, { status: 301, headers: { Location: '/session/' } }), 'redirect', /last slash/],
  ['a redirect to a log-in page', () => new Response(null, { status: 302, headers: { Location: '/log-in' } }), 'redirect', /log-in page/],
  ['a redirect that a fetch of the app followed', followed, 'redirect', /redirects/],
  ['an HTML page', page, 'page', /HTML page/],
  ['nothing', () => page(404), 'not-found', /Nothing is served there/],
  ['a JSON of another API', () => Response.json({ ok: true }), 'malformed', /protocol\.md/],
  ['a method that is refused', () => page(405), 'method', /methodOverride/],
]

describe('a read that is served by', () => {
  test.each(readings)('%s says so in the snapshot, and keeps trying', async (_, respond, reason, words) => {
    const { session, sent } = openRefused('GET', respond)
    void session.get('count').catch(() => {})
    await advance(10)
    expect(session.getSnapshot()).toMatchObject({ status: 'loading', activity: 'retrying', error: { code: 'protocol', reason } })
    expect(session.getSnapshot().error?.message).toMatch(words)
    expect(sent.length).toBeLessThanOrEqual(2)
    await advance(60_000)
    expect(sent.length).toBeGreaterThan(2)
    expect(sent.length).toBeLessThan(20)
  })
})

describe('a commit that is served by', () => {
  test.each(readings.filter(([, , reason]) => reason !== 'method'))('%s says so and keeps the write', async (_, respond, reason, words) => {
    const { session } = openRefused('PATCH', respond)
    await session.get('count')
    const written = follow(() => session.set('count', 2))
    await advance(10)
    expect([written.status, session.getSnapshot().error]).toMatchObject(['pending', { reason, message: expect.stringMatching(words) }])
  })

  test('redirects is never given up: a log-in wall says nothing of the commit', async () => {
    const { session } = openRefused('PATCH', opaqueRedirect)
    await session.get('count')
    const written = follow(() => session.set('count', 2))
    await advance(600_000)
    expect([written.status, session.peek('count')]).toEqual(['pending', 2])
  })

  test.each([405, 501])('%i, while reads succeed, rejects all of it at the second try', async (status) => {
    const { session, sent } = openRefused('PATCH', () => page(status))
    await session.get('count')
    const written = [follow(() => session.set('count', 2)), follow(() => session.set('theme', 'dark'))]
    await flush()
    for (const { error } of written)
      expect(error).toMatchObject({ code: 'rejected', status, message: expect.stringMatching(/methodOverride/) })
    expect([sent, session.peek('count'), session.pending]).toEqual([['GET', 'PATCH', 'GET', 'PATCH'], 1, []])
    expect(session.getSnapshot().error).toMatchObject({ code: 'rejected', problem: 'method' })
  })

  test('405 once is stored at the second try', async () => {
    let left = 1
    const { mock, session } = openRefused('none', page, {})
    const fetch: Fetch = async (input, init) => {
      const request = new Request(input, init)
      return request.method === 'PATCH' && left-- > 0 ? page(405) : mock.fetch(request)
    }
    session.dispose()
    const again = open({ ...mock, fetch })
    await again.set('count', 2)
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('404 at last rejects with what was the matter', async () => {
    const { session } = openRefused('PATCH', () => page(404))
    await session.get('count')
    const written = follow(() => session.set('count', 2))
    await advance(600_000)
    expect(written.error).toMatchObject({ code: 'unknown-fate', cause: { code: 'protocol', reason: 'not-found' } })
  })
})

describe('a body that something in front of the handler has read', () => {
  test('rejects the write at the second try, with what to do', async () => {
    const handler = createSessionHandler({ store: createMemoryStore(), schema, cookie: { name: 'sid', secure: false }, onError: () => {} })
    const sent: number[] = []
    const fetch: Fetch = async (input, init) => {
      const plain = new Request(input, init)
      const request = new Request(plain, { headers: { ...Object.fromEntries(plain.headers), Origin: 'http://localhost' } })
      if (request.method === 'PATCH') await request.text()
      const response = await handler(request)
      sent.push(response.status)
      return response
    }
    const session = open({ fetch } as never)
    const written = follow(() => session.set('count', 2))
    await inTime(session.settled())
    expect(written.error).toMatchObject({ code: 'rejected', problem: 'consumed-body', message: expect.stringMatching(/body parsers/) })
    expect(sent).toEqual([200, 500, 200, 500])
  })
})

describe('an end that the server refuses', () => {
  test.each([
    [
      'for its origin',
      () => Response.json({ type: 'urn:sojourn:problem:csrf', detail: 'Name the origin.' }, { status: 403 }),
      /Name the origin/,
    ],
    ['for its method', () => page(405), /methodOverride/],
  ])('%s rejects; the view stays wiped, and resume() tries again', async (_, respond, words) => {
    const { mock, session, sent } = openRefused('DELETE', respond)
    await session.get('count')
    const ended = follow(() => session.end())
    await advance(10_000)
    expect(ended.error).toMatchObject({ code: 'rejected', message: expect.stringMatching(words) })
    expect([session.peek('count'), session.pending.map(({ kind }) => kind)]).toEqual([0, ['end']])
    const before = sent.length
    await advance(600_000)
    expect(sent.length).toBe(before)
    session.resume()
    await advance(10_000)
    expect(sent.slice(before)).toContain('DELETE')
    expect(await mock.data()).toEqual({ count: 1 })
  })
})

describe('what can never be requested', () => {
  const create = (options: object) =>
    track(createSessionClient({ url: 'http://localhost/session', schema, ...options } as never)) as ReturnType<typeof open>

  test.each([
    ['a relative URL without a page', { url: '/session' }, /no page.*absolute/],
    ['a text that is no URL', { url: 'http://' }, /absolute/],
    ['a file', { url: 'file:///srv/session.json' }, /http or https/],
    ['another scheme', { url: 'ftp://localhost/session' }, /http or https/],
    ['a URL with a user name', { url: 'http://ann:secret@localhost/session' }, /user name/],
    ['credentials that fetch does not know', { credentials: 'always' }, /credentials/],
  ])('%s is a configuration error, not "offline"', async (_, options, words) => {
    const error = await errorOf(() => inTime(create({ fetch: async () => Response.json({}, { status: 503 }), ...options }).get('count')))
    expect(error).toMatchObject({ code: 'config', message: expect.stringMatching(words) })
    expect(String(error)).not.toContain('secret')
  })

  test('is not what a module does that a server only imports and renders', async () => {
    const session = create({ url: '/session' })
    expect([session.peek('theme'), session.key('theme').getServerSnapshot()]).toEqual(['light', 'light'])
    await session.ready()
    expect(session.getSnapshot()).toMatchObject({ status: 'loading', error: { code: 'config' } })
    expect(await errorOf(() => inTime(session.set('count', 1)))).toMatchObject({ code: 'config' })
  })

  test.each([
    ['a header', { header: 'X CSRF', token: (): string => 'a' }],
    ['a token', { token: (): string => 'a\nb' }],
  ])('%s that HTTP cannot hold is one as well, once the session has loaded', async (_, csrf) => {
    const session = open(createServer({ initial: { count: 1 } }), { csrf })
    await session.get('count')
    const written = follow(() => session.set('count', 2))
    await advance(10)
    expect(session.getSnapshot().error).toMatchObject({ code: 'config', message: expect.stringMatching(/csrf/) })
    expect([written.error, session.peek('count')]).toEqual([session.getSnapshot().error, 1])
  })

  test('what a fetch of the app throws stands in the error', async () => {
    const session = create({ fetch: () => Promise.reject(new RangeError('no route to host 7')) })
    void session.get('count').catch(() => {})
    await advance(10)
    expect(session.getSnapshot().error?.message).toContain('no route to host 7')
  })
})

describe('a session of another origin that cannot be reached', () => {
  test('names CORS and the header fields', async () => {
    vi.stubGlobal('location', new URL('https://app.test/'))
    const session = track(
      createSessionClient({ url: 'https://api.test/session', schema, fetch: () => Promise.reject(new TypeError('Failed to fetch')) }),
    )
    void session.get('count').catch(() => {})
    await advance(10)
    expect(session.getSnapshot().error).toMatchObject({ code: 'network', message: expect.stringMatching(/CORS.*Session-Request/) })
  })
})

describe('a key that the server does not expose', () => {
  test.each([
    ['private-key', /does not expose the key "count"/],
    ['read-only-key', /readOnly/],
  ])('%s is named with what to do', async (problem, words) => {
    const respond = () => Response.json({ type: `urn:sojourn:problem:${problem}`, errors: [{ key: 'count' }] }, { status: 422 })
    const { session } = openRefused('PATCH', respond)
    const error = await errorOf(() => inTime(session.set('count', 2)))
    expect(error).toMatchObject({ code: 'rejected', problem, message: expect.stringMatching(words) })
  })
})

describe('in development', () => {
  test('each is a warning, once', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { session } = openRefused('GET', page)
    void session.get('count').catch(() => {})
    await advance(120_000)
    expect(warn.mock.calls).toEqual([[session.getSnapshot().error?.message]])
  })

  test('what waiting mends is none', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const mock = createServer({ initial: { count: 1 } })
    const session = open(mock)
    mock.next({ fault: 'unavailable', times: 2 })
    mock.next({ fault: 'lose-request', times: 2 })
    await inTime(session.get('count'))
    expect(warn).not.toHaveBeenCalled()
  })
})

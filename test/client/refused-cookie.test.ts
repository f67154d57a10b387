// A browser that keeps no session cookie is named, and fills the server with no sessions. Everything else is an end as any.
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { describe, expect, test } from 'vitest'
import {
  advance,
  begin,
  collect,
  createHub,
  createLocks,
  createServer,
  flush,
  follow,
  inTime,
  open,
  schema,
  useFakeTime,
} from './harness.ts'

useFakeTime()

/** A server, and a browser that keeps the cookie while `keeps` is true. */
function openBrowser(options: object = {}, handlerOptions: object = {}) {
  const handler = createSessionHandler({ store: createMemoryStore(), schema, now: () => Date.now(), ...handlerOptions })
  const browser = { keeps: false, cookie: '', created: 0, patches: 0 }
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const plain = new Request(input, init)
    const headers = { ...Object.fromEntries(plain.headers), Origin: 'http://localhost', Cookie: browser.cookie }
    if (plain.method === 'PATCH') browser.patches++
    const response = await handler(new Request(plain, { headers }))
    for (const line of response.headers.getSetCookie()) {
      if (!/Max-Age=0/.test(line)) browser.created++
      if (browser.keeps) browser.cookie = /Max-Age=0/.test(line) ? '' : (line.split(';')[0] ?? '')
    }
    return response
  }
  const tab = () => open({ fetch } as never, options)
  return { handler, browser, tab }
}

describe('a browser that keeps no cookie', () => {
  test('is told at the second exchange, by what to check, and one session is created', async () => {
    const { browser, tab } = openBrowser()
    const session = tab()
    const ended = collect(session, 'ended')
    await session.set('count', 1)
    const second = follow(() => session.set('count', 2))
    await inTime(session.settled())
    expect(second.error).toMatchObject({
      code: 'ended',
      reason: 'cookie-refused',
      message: expect.stringMatching(/https.*SameSite.*Set-Cookie/),
    })
    expect(ended).toEqual([{ reason: 'cookie-refused' }])
    expect(session.getSnapshot().error).toMatchObject({ reason: 'cookie-refused' })
    const { patches } = browser
    for (let count = 3; count <= 9; count++) {
      const written = follow(() => session.set('count', count))
      await flush()
      expect(written.error).toMatchObject({ reason: 'cookie-refused', values: { count } })
    }
    expect([browser.created, browser.patches - patches, session.peek('count')]).toEqual([1, 0, 0])
  })

  test.each(['revalidate', 'resume'] as const)('may be tried again by %s', async (call) => {
    const { browser, tab } = openBrowser()
    const session = tab()
    await session.set('count', 1)
    await inTime(session.set('count', 2).catch(() => {}))
    browser.keeps = true
    await session[call]()
    await flush()
    await inTime(session.set('count', 3))
    await inTime(session.set('count', 4))
    expect([session.peek('count'), browser.created]).toEqual([4, 2])
  })

  test('is tried again once a read finds a session', async () => {
    const { browser, tab } = openBrowser()
    const [session, other] = [tab(), tab()]
    await session.set('count', 1)
    await inTime(session.set('count', 2).catch(() => {}))
    browser.keeps = true
    await other.set('theme', 'dark')
    await inTime(session.revalidate())
    await inTime(session.set('count', 3))
    expect(session.getSnapshot()).toMatchObject({ error: null, values: { count: 3, theme: 'dark' } })
  })

  test('loses the cookie later: that is an end', async () => {
    const { browser, tab } = openBrowser()
    browser.keeps = true
    const session = tab()
    await session.set('count', 1)
    await inTime(session.revalidate())
    browser.cookie = ''
    const written = follow(() => session.set('count', 2))
    await inTime(session.settled())
    expect(written.error).toMatchObject({ code: 'ended', reason: 'flushed' })
    await inTime(session.set('count', 3))
    expect(browser.created).toBe(2)
  })
})

describe('an end right after the first write is no refused cookie', () => {
  test('by a log-out of the app in exclusive', async () => {
    const { browser, handler, tab } = openBrowser()
    browser.keeps = true
    const session = tab()
    await session.set('count', 1)
    await inTime(
      session.exclusive(async () => {
        const opened = await handler.open(new Request('http://localhost/', { headers: { Cookie: browser.cookie } }))
        await opened.flush()
        browser.cookie = ''
      }),
    )
    const ended = collect(session, 'ended')
    await inTime(session.set('count', 2))
    expect([ended, session.getSnapshot().error]).toEqual([[], null])
  })

  test('by end() here', async () => {
    const { browser, tab } = openBrowser()
    browser.keeps = true
    const session = tab()
    await session.set('count', 1)
    const ended = collect(session, 'ended')
    await inTime(session.end())
    await inTime(session.set('count', 2))
    expect(ended).toEqual([{ reason: 'flushed' }])
  })

  test('by end() in another tab', async () => {
    const hub = createHub()
    const mock = createServer()
    const options = { channel: hub.channel, locks: createLocks().locks }
    const [session, other] = [open(mock, options), open(mock, options)]
    await inTime(Promise.all([session.ready(), other.ready()]))
    await inTime(session.set('count', 1))
    const ended = collect(session, 'ended')
    await inTime(other.revalidate())
    await inTime(other.end())
    await advance(5_000)
    await inTime(session.set('count', 2).catch(() => {}))
    expect(ended.map(({ reason }) => reason)).not.toContain('cookie-refused')
  })

  test('by its expiry', async () => {
    const { tab } = openBrowser({}, { maxAgeMs: 5_000 })
    const session = tab()
    const ended = collect(session, 'ended')
    await session.set('count', 1)
    await advance(20_000)
    expect(ended.map(({ reason }) => reason)).not.toContain('cookie-refused')
  })

  test('by the server, which says that it does not know the key', async () => {
    const { mock, session } = await begin({})
    await session.set('count', 1)
    await mock.flush()
    const written = follow(() => session.set('count', 2))
    await advance(10_000)
    expect(written.error).toMatchObject({ reason: 'flushed' })
  })
})

// Holds that a stale cache in front of the server causes no storm of requests.
import { describe, expect, test } from 'vitest'
import { advance, flush, follow, useFakeTime } from '../client/harness.ts'
import { openScripted, toProblem, toState } from './scripted.ts'

useFakeTime()

describe('a cache that responds to reads with the state from before the first commit', () => {
  /** A server that knows the session, behind a cache that does not. */
  function openBehindCache() {
    let isCached = true
    const now = toState({ lineage: 'L1', version: 'v2', data: { count: 1 }, tags: { count: 't1' }, last: 1 })
    const opened = openScripted(({ method, body }) => {
      if (method === 'GET') return isCached ? { lineage: null, version: 'v0' } : now
      return body?.lineage === 'L1' ? { ...now, version: 'v3', last: 2 } : toProblem(410, 'gone', now)
    })
    return {
      ...opened,
      commits: () => opened.requests.filter(({ method }) => method === 'PATCH').length,
      clear() {
        isCached = false
      },
    }
  }

  test('makes no storm: the client backs off and says what to exclude', async () => {
    const { session, commits, requests } = openBehindCache()
    void session.set('count', 2).catch(() => {})
    await advance(8_000)
    expect(commits()).toBeLessThanOrEqual(12)
    expect(session.getSnapshot()).toMatchObject({ error: { code: 'protocol', message: expect.stringMatching(/service workers/) } })
    const before = requests.length
    await advance(60_000)
    expect(requests.length - before).toBeLessThanOrEqual(12)
  })

  test('keeps what is pending, and ends it once a read tells of the session', async () => {
    const { session, clear } = openBehindCache()
    const written = follow(() => session.set('count', 2))
    await advance(8_000)
    expect([written.status, session.peek('count')]).toEqual(['pending', 2])
    clear()
    await advance(60_000)
    await flush()
    expect(written.status).toBe('resolved')
  })
})

describe('a listener that revalidates at each change', () => {
  test('sends no storm to a server that asks for time', async () => {
    const { session, requests } = openScripted(() => new Response(null, { status: 503, headers: { 'Retry-After': '60' } }))
    const stop = session.listen(() => void session.revalidate().catch(() => {}))
    void session.get('count').catch(() => {})
    await advance(10_000)
    stop()
    expect(requests.length).toBeLessThanOrEqual(6)
  })
})

describe('during a Retry-After', () => {
  /** A server that is down, and asks for a day. */
  function openDown(status = 503) {
    let isDown = true
    const opened = openScripted(() =>
      isDown ? new Response(null, { status, headers: { 'Retry-After': '86400' } }) : { data: { theme: 'dark' } },
    )
    return {
      ...opened,
      up() {
        isDown = false
      },
    }
  }

  test.each<['revalidate' | 'resume', number, string]>([
    ['revalidate', 503, 'dark'],
    ['resume', 503, 'dark'],
    ['revalidate', 429, 'light'],
    ['resume', 429, 'dark'],
  ])('%s after a %i shows %s at once', async (call, status, theme) => {
    const { session, up } = openDown(status)
    void session.get('theme').catch(() => {})
    await advance(50)
    up()
    void Promise.resolve(session[call]()).catch(() => {})
    await flush()
    expect(session.peek('theme')).toBe(theme)
  })
})

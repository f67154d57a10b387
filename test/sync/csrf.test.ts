// Holds which CSRF token each request carries.
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { describe, expect, test } from 'vitest'
import { advance, createServer, flush, follow, inTime, open, traffic, useFakeTime } from '../client/harness.ts'
import { openScripted } from './scripted.ts'

useFakeTime()

describe('the CSRF token', () => {
  test('of the last state goes with every unsafe request, if no cookie can be read', async () => {
    const mock = createServer({ initial: { count: 1 }, csrf: true })
    const session = open(mock)
    await session.get('count')
    await session.set('count', 2)
    await session.end()
    expect(traffic(mock)).toEqual(['GET 200', 'PATCH/1 200', 'DELETE 204', 'GET 200'])
    expect(mock.requests[0]?.headers).not.toHaveProperty('x-csrftoken')
  })

  test('stays known where a later state does not tell it again', async () => {
    let commits = 0
    const { session, requests } = openScripted(({ method }) =>
      method === 'GET' ? { csrf: 'first' } : { version: `v${++commits + 1}`, last: commits, data: {} },
    )
    await session.set('count', 1)
    await session.set('count', 2)
    expect(requests.map(({ headers }) => headers['x-csrftoken'])).toEqual([undefined, 'first', 'first'])
  })

  test('that a log-in elsewhere changed costs one read and one more attempt, with the identical bytes', async () => {
    const mock = createServer({ initial: { count: 1 }, csrf: true })
    const session = open(mock)
    await session.get('count')
    mock.rotateCsrf()
    await session.set('count', 2)
    expect(traffic(mock, 1)).toEqual(['PATCH/1 403', 'GET 200', 'PATCH/1 200'])
    expect(mock.requests[1]?.body).toEqual(mock.requests[3]?.body)
    expect(mock.requests[2]?.headers).not.toHaveProperty('if-none-match')
  })

  test("a 403 in HTML, as Django's, is taken for it", async () => {
    const mock = createServer({ initial: { count: 1 } })
    const session = open(mock)
    await session.get('count')
    mock.next({ fault: 'forbidden', method: 'PATCH' })
    await session.set('count', 2)
    expect(traffic(mock, 1)).toEqual(['PATCH/1 403', 'GET 200', 'PATCH/1 200'])
  })

  test('is looked for again where the read for it fails, before the commit goes', async () => {
    const mock = createServer({ initial: { count: 1 }, csrf: true })
    const session = open(mock)
    await session.get('count')
    mock.rotateCsrf()
    mock.next({ fault: 'server-error-page', method: 'GET' })
    void session.set('count', 2)
    await inTime(session.settled())
    expect(traffic(mock, 1)).toEqual(['PATCH/1 403', 'GET 500', 'GET 200', 'PATCH/1 200'])
  })

  test('is renewed once for a commit: a server that names the problem again rejects all of it, without bisection', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const session = open(mock)
    await session.get('count')
    mock.next({ fault: 'csrf', method: 'PATCH', times: 2 })
    const written = [follow(() => session.set('count', 2)), follow(() => session.set('theme', 'dark'))]
    await flush()
    expect(traffic(mock, 1)).toEqual(['PATCH/1 403', 'GET 200', 'PATCH/1 403'])
    for (const { error } of written) expect(error).toMatchObject({ code: 'rejected', status: 403, problem: 'csrf', errors: [] })
    expect([session.peek('count'), session.pending]).toEqual([1, []])
    await session.set('count', 3)
    expect(await mock.data()).toEqual({ count: 3 })
  })

  test('of an origin that the server does not accept rejects with what came, what is accepted and what to set', async () => {
    const handler = createSessionHandler({ store: createMemoryStore(), keys: ['count'], origins: ['https://listed.test'] })
    const session = open({
      url: 'https://shop.test/session',
      fetch: (async (input: RequestInfo | URL, init?: RequestInit) => {
        const request = new Request(input, init)
        const headers = new Headers(request.headers)
        headers.set('Origin', 'https://app.test')
        headers.set('Sec-Fetch-Site', 'cross-site')
        return handler(new Request(request, { headers }))
      }) as typeof globalThis.fetch,
    } as never)
    await session.get('count')
    const written = follow(() => session.set('count', 2))
    await flush()
    expect(written.error).toMatchObject({ code: 'rejected', problem: 'csrf' })
    expect(String(written.error)).toMatch(
      /Origin "https:\/\/app\.test" and Sec-Fetch-Site "cross-site"; accepted origins are "https:\/\/shop\.test", "https:\/\/listed\.test".*option origins/,
    )
  })

  test('that a page of a firewall refuses forever ends in an error, not in a loop', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const session = open(mock)
    await session.get('count')
    mock.next({ fault: 'forbidden', method: 'PATCH', times: 1_000 })
    const written = follow(() => session.set('count', 2))
    await advance(600_000)
    expect(written.error).toMatchObject({ code: 'unknown-fate' })
    expect(mock.requests.filter(({ method }) => method === 'PATCH').length).toBeLessThanOrEqual(6)
  })

  test('a 403 of an end is renewed as well', async () => {
    const mock = createServer({ initial: { count: 1 }, csrf: true })
    const session = open(mock)
    await session.get('count')
    mock.rotateCsrf()
    await inTime(session.end())
    expect(await mock.lineage()).toBeNull()
  })

  test('may come from a function of the app, which is asked at each sending', async () => {
    const mock = createServer({ initial: { count: 1 }, csrf: { headerName: 'X-Token' } })
    const tokens: string[] = []
    const token = async (): Promise<string | undefined> => {
      const value = mock.documentCookie.split('csrftoken=')[1]
      tokens.push(value ?? 'none')
      return value
    }
    const session = open(mock, { csrf: { header: 'X-Token', token } })
    await session.get('count')
    await session.set('count', 2)
    mock.rotateCsrf()
    await session.set('count', 3)
    expect(traffic(mock)).toEqual(['GET 200', 'PATCH/1 200', 'PATCH/2 200'])
    expect(new Set(tokens).size).toBe(2)
  })

  test('a 403 with a problem of another kind is no matter of tokens', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const session = open(mock, {
      fetch: async (input, init) => {
        const request = new Request(input, init)
        return request.method === 'PATCH'
          ? Response.json({ type: 'urn:app:banned', title: 'Banned' }, { status: 403 })
          : mock.fetch(request)
      },
    })
    await session.get('count')
    const written = follow(() => session.set('count', 2))
    await flush()
    expect([traffic(mock, 1), session.getSnapshot().activity]).toEqual([[], 'retrying'])
    await advance(600_000)
    expect(written.error).toMatchObject({ code: 'unknown-fate' })
  })
})

// Holds what the app's own ky instance does to the session's requests, and what it must not do.
import ky, { type Options } from 'ky'
import { SessionNetworkError } from 'sojourn'
import { describe, expect, test } from 'vitest'
import { advance, createServer, inTime, open, traffic, useFakeTime } from './harness.ts'

useFakeTime()

/** A client over an app's ky instance. The instance is given the browser's fetch, and the client is not. */
function openOver(options: Options) {
  const mock = createServer({ initial: { count: 1 } })
  const session = open(mock, { fetch: undefined, ky: ky.extend({ fetch: mock.fetch, ...options }) })
  return { mock, session }
}

describe("the app's ky instance", () => {
  test('its headers, search parameters, hooks and fetch apply to every request', async () => {
    const seen: string[] = []
    const { mock, session } = openOver({
      headers: { 'X-App': 'shop' },
      searchParams: { tenant: '7' },
      hooks: {
        beforeRequest: [({ request }) => request.headers.set('X-Trace', 't1')],
        afterResponse: [({ request, response }) => void seen.push(`${request.method} ${response.status}`)],
      },
    })
    await session.set('count', 2)
    await session.end()
    expect(mock.requests.map(({ headers }) => [headers['x-app'], headers['x-trace']])).toEqual(Array(4).fill(['shop', 't1']))
    expect(seen).toEqual(['GET 200', 'PATCH 200', 'DELETE 204', 'GET 200'])
  })

  test.each<[string, Options]>([
    ['retry', { retry: { limit: 3, methods: ['get', 'patch'], statusCodes: [503], delay: () => 1 } }],
    ['throwHttpErrors', { throwHttpErrors: true }],
    ['timeout', { timeout: 1 }],
    ['totalTimeout', { totalTimeout: 1 }],
    ['json', { json: { count: 99 } }],
    ['prefix', { prefix: 'http://elsewhere.example/api' }],
    ['baseUrl', { baseUrl: 'http://elsewhere.example/api/' }],
    ['a hook that sets them', { hooks: { init: [(options) => Object.assign(options, { retry: 3, timeout: 1, throwHttpErrors: true })] } }],
  ])('its %s changes nothing', async (_, options) => {
    const { mock, session } = openOver(options)
    await session.get('count')
    mock.next('unavailable')
    const written = session.set('count', 2)
    await advance(1)
    expect(traffic(mock)).toEqual(['GET 200', 'PATCH/1 503'])
    await inTime(written)
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('a hook that asks for a retry fails the attempt, and the next one is the same commit', async () => {
    let isFirst = true
    const { mock, session } = openOver({
      hooks: {
        afterResponse: [
          ({ request }) => {
            if (request.method !== 'PATCH' || !isFirst) return
            isFirst = false
            return ky.retry()
          },
        ],
      },
    })
    await inTime(session.update('count', (count) => count + 1))
    expect(await mock.data()).toEqual({ count: 2 })
    expect(traffic(mock)).toEqual(['GET 200', 'PATCH/1 200', 'PATCH/1 200'])
  })

  test('a hook that throws is shown as the cause, and nothing is lost', async () => {
    const fault = new Error('no trace id')
    let isBroken = true
    const { mock, session } = openOver({
      hooks: {
        beforeRequest: [
          ({ request }) => {
            if (isBroken && request.method === 'PATCH') throw fault
          },
        ],
      },
    })
    const written = session.set('count', 2)
    await advance(100)
    const { error } = session.getSnapshot()
    expect([error instanceof SessionNetworkError, error?.cause]).toEqual([true, fault])
    isBroken = false
    await inTime(written)
    expect(await mock.data()).toEqual({ count: 2 })
  })
})

// Holds the mock's faults that respond in the server's place.
import { createMockSessionServer, type MockAnswerName } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { parseProblem } from '../../src/protocol/problem.ts'
import { createRawClient } from './raw-client.ts'

describe('a scripted fault that responds in the place of the server', () => {
  test.each<[fault: MockAnswerName, status: number, type: string, retryAfter: string | null]>([
    ['csrf', 403, 'application/problem+json', null],
    ['forbidden', 403, 'text/html', null],
    ['unauthenticated', 401, 'application/problem+json', null],
    ['rate-limited', 429, 'application/problem+json', '1'],
    ['unavailable', 503, 'application/problem+json', '1'],
    ['server-error', 500, 'text/plain', null],
    ['server-error-page', 500, 'text/html', null],
    ['captive-portal', 200, 'text/html', null],
  ])('%s is %d as %s, once, and stores nothing', async (fault, status, type, retryAfter) => {
    const mock = createMockSessionServer({ initial: { count: 0 } })
    const client = createRawClient(mock)
    await client.state()
    mock.next({ fault, method: 'PATCH' })
    const response = await mock.fetch(mock.url, { method: 'PATCH', body: '{}' })
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toContain(type)
    expect(response.headers.get('retry-after')).toBe(retryAfter)
    expect(await mock.data()).toEqual({ count: 0 })
    expect(mock.requests.at(-1)).toMatchObject({ status, served: [] })
    expect((await client.commit({ set: { count: 1 } })).status).toBe(200)
  })

  test.each<[MockAnswerName, string]>([
    ['csrf', 'csrf'],
    ['unauthenticated', 'unauthenticated'],
    ['rate-limited', 'rate-limited'],
    ['unavailable', 'unavailable'],
  ])('%s is a problem of the protocol', async (fault, name) => {
    const mock = createMockSessionServer()
    mock.next(fault)
    expect(parseProblem(await (await mock.fetch(mock.url)).json())?.name).toBe(name)
  })

  test('accepts another status and another Retry-After', async () => {
    const mock = createMockSessionServer()
    mock.next({ fault: 'server-error-page', status: 502, retryAfterSeconds: 30 })
    const response = await mock.fetch(mock.url)
    expect([response.status, response.headers.get('retry-after')]).toEqual([502, '30'])
  })

  test('lets the commit be stored first if the fault has `stored`', async () => {
    const mock = createMockSessionServer({ initial: { count: 0 } })
    const client = createRawClient(mock)
    await client.state()
    mock.next({ fault: 'server-error', status: 504, stored: true })
    expect((await client.commit({ set: { count: 1 } })).status).toBe(504)
    expect(await mock.data()).toEqual({ count: 1 })
    expect(mock.requests.at(-1)).toMatchObject({ status: 504, served: [200] })
  })

  test('applies to `times` requests, of its method and browser only', async () => {
    const mock = createMockSessionServer()
    const phone = mock.browser()
    const fault = mock.next({ fault: 'unavailable', times: 2, method: 'get', browser: mock })
    const statuses = async () => {
      const responses = [await phone.fetch(mock.url), await mock.fetch(mock.url, { method: 'OPTIONS' }), await mock.fetch(mock.url)]
      return responses.map(({ status }) => status)
    }
    expect(await statuses()).toEqual([200, 204, 503])
    expect(fault.used).toBe(1)
    expect(await statuses()).toEqual([200, 204, 503])
    expect(await statuses()).toEqual([200, 204, 200])
    expect(fault.used).toBe(2)
  })

  test('is used up in the order of the script', async () => {
    const mock = createMockSessionServer()
    mock.next('rate-limited')
    mock.next('captive-portal')
    mock.next('unavailable')
    const statuses: number[] = []
    for (let i = 0; i < 4; i += 1) statuses.push((await mock.fetch(mock.url)).status)
    expect(statuses).toEqual([429, 200, 503, 200])
  })

  test('is removed by cancel', async () => {
    const mock = createMockSessionServer()
    const down = mock.next({ fault: 'unavailable', times: Number.POSITIVE_INFINITY })
    expect((await mock.fetch(mock.url)).status).toBe(503)
    expect((await mock.fetch(mock.url)).status).toBe(503)
    down.cancel()
    expect((await mock.fetch(mock.url)).status).toBe(200)
  })

  test.each([
    [{ fault: 'burn' as 'hold' }, /there is no fault "burn"/],
    [{ fault: 'delay' as 'hold' }, /needs delayMs/],
    [{ fault: 'write-beside' as 'hold' }, /needs what to write/],
    [{ fault: 'hold' as const, times: 0 }, /times/],
  ])('refuses a fault that cannot work: %o', (fault, message) => {
    const mock = createMockSessionServer()
    expect(() => mock.next(fault)).toThrow(expect.objectContaining({ code: 'config', message: expect.stringMatching(message) }))
  })
})

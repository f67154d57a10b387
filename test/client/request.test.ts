// Holds the exact requests that the client sends, over ky and over fetch.
import { createSessionClient, SessionNetworkError } from 'sojourn'
import { createSessionClient as createFetchSessionClient } from 'sojourn/fetch'
import { describe, expect, test } from 'vitest'
import { advance, createServer, flush, follow, inTime, open, useFakeTime } from './harness.ts'

useFakeTime()

const entries = [
  ['sojourn', createSessionClient],
  ['sojourn/fetch', createFetchSessionClient],
] as const

/** A client with the requests that it makes, as fetch gets them. */
function openRecording(options = {}, create: typeof createSessionClient = createSessionClient) {
  const mock = createServer({ initial: { count: 1 }, maxSessionBytes: 1e6 })
  const requests: Request[] = []
  const fetch: typeof globalThis.fetch = (input, init) => {
    const request = new Request(input, init)
    requests.push(request)
    return mock.fetch(request)
  }
  return { mock, requests, session: open(mock, { fetch, ...options }, create) }
}

describe.each(entries)('a request of %s', (_, create) => {
  test('goes past every cache and follows no redirect', async () => {
    const { session, requests } = openRecording({}, create)
    await session.set('count', 2)
    expect(requests.map(({ cache, redirect }) => [cache, redirect])).toEqual([
      ['no-store', 'manual'],
      ['no-store', 'manual'],
    ])
  })

  test('has the headers of the protocol and no others that would cost a preflight', async () => {
    const { mock, session } = openRecording({}, create)
    await session.set('count', 2)
    await session.end()
    const names = mock.requests.map(({ method, headers }) => [
      method,
      Object.keys(headers)
        .filter((name) => !['accept', 'accept-language', 'user-agent', 'sec-fetch-mode', 'accept-encoding'].includes(name))
        .sort(),
    ])
    expect(names).toEqual([
      ['GET', ['session-client', 'session-request']],
      ['PATCH', ['content-type', 'idempotency-key', 'prefer', 'session-client', 'session-request']],
      ['DELETE', ['session-client', 'session-lineage', 'session-request']],
      ['GET', ['session-client', 'session-request']],
    ])
    expect(mock.requests[1]?.headers).toMatchObject({
      'content-type': 'application/json',
      prefer: 'return=minimal',
      accept: 'application/json',
    })
  })

  test('a commit under 16 KiB goes with keepalive from the start, a larger one without', async () => {
    const { session, requests } = openRecording({}, create)
    await session.set('note', 'x'.repeat(15_000))
    await session.set('note', 'x'.repeat(17_000))
    await session.set('note', 'é'.repeat(9_000)) // 18,000 bytes
    expect(requests.filter(({ method }) => method === 'PATCH').map(({ keepalive }) => keepalive)).toEqual([true, false, false])
  })

  test('refused for the quota of keepalive goes again without it, which is not offline', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const activities = new Set<string>()
    const session = open(
      mock,
      {
        fetch: (input, init) => {
          const request = new Request(input, init)
          return request.keepalive ? Promise.reject(new TypeError('Failed to fetch')) : mock.fetch(request)
        },
      },
      create,
    )
    session.subscribe(({ activity }) => void activities.add(activity))
    await inTime(session.set('count', 2))
    expect(await mock.data()).toEqual({ count: 2 })
    expect([...activities]).not.toContain('offline')
  })

  test('has all the time that the app gives it', async () => {
    const { mock, session } = openRecording({ timeoutMs: 120_000 }, create)
    const held = mock.next('hold-answer')
    const read = follow(() => session.get('count'))
    await advance(119_000)
    await held.release()
    await flush()
    expect([read.status, mock.requests.length]).toEqual(['resolved', 1])
  })

  test('ends with its time limit also where the body never ends', async () => {
    const { mock, session } = openRecording({ timeoutMs: 1_000 }, create)
    mock.next('stall-answer')
    const read = follow(() => session.get('count'))
    await flush()
    expect(read.status).toBe('pending')
    await inTime(session.ready())
    expect(await session.get('count')).toBe(1)
    expect(mock.requests[0]?.status).toBe(200)
  })

  test('that no network takes shows SessionNetworkError with its cause, and no data of the session', async () => {
    const { mock, session } = openRecording({}, create)
    await session.get('count')
    mock.offline()
    void session.set('note', 'secret')
    await advance(1)
    const { error } = session.getSnapshot()
    expect(error).toBeInstanceOf(SessionNetworkError)
    expect(error?.cause).toBeInstanceOf(Error)
    expect(`${error?.message} ${JSON.stringify(error)}`).not.toContain('secret')
  })
})

describe('a transport of the app', () => {
  test('takes the place of ky and fetch', async () => {
    const sent: string[] = []
    const state = { lineage: 'L', version: 'v1', data: { count: 3 }, tags: {}, last: 0, expiry: { age: 9, atBrowserClose: false } }
    const session = open(createServer(), {
      transport: async ({ method, headers }) => {
        sent.push(`${method} ${Object.keys(headers).includes('Session-Client')}`)
        return { status: 200, header: () => null, body: state }
      },
    })
    expect(await session.get('count')).toBe(3)
    expect(sent).toEqual(['GET true'])
  })

  test('whose rejection is not even an error is tried again', async () => {
    let calls = 0
    const state = { lineage: 'L', version: 'v1', data: { count: 3 }, tags: {}, last: 0, expiry: { age: 9, atBrowserClose: false } }
    const session = open(createServer(), {
      transport: () =>
        ++calls === 1
          ? Promise.reject('no')
          : calls === 2
            ? (null as never)
            : Promise.resolve({ status: 200, header: () => null, body: state }),
    })
    expect(await inTime(session.get('count'))).toBe(3)
  })
})

// Holds that a commit that crashes the server is given up after a bounded number of requests.
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { describe, expect, test } from 'vitest'
import { inTime, open, useFakeTime } from '../client/harness.ts'

useFakeTime()

/** The real handler with a fault in a function of the app, which some commits meet. */
function createStage(options: { readonly validate?: (data: Record<string, unknown>) => never[] }) {
  const errors: unknown[] = []
  const handler = createSessionHandler({
    store: createMemoryStore(),
    keys: ['theme', 'count', 'profile'],
    onError: (error) => errors.push(error),
    ...options,
  })
  let cookie = ''
  let requests = 0
  const fetch: typeof globalThis.fetch = async (input, init) => {
    requests += 1
    const request = new Request(input, init)
    const headers = new Headers(request.headers)
    headers.set('Cookie', cookie)
    headers.set('Sec-Fetch-Site', 'same-origin')
    const response = await handler(new Request(request, { headers }))
    cookie = response.headers.get('Set-Cookie')?.split(';')[0] ?? cookie
    return response
  }
  const session = open({ url: 'https://shop.test/session', fetch } as never)
  return { session, errors, requests: () => requests, handler, cookie: () => cookie }
}

describe('a commit that a function of the app cannot take', () => {
  const validate = (data: Record<string, unknown>): never[] => {
    if (data.count === 13) throw new TypeError('the validator has a fault')
    return []
  }

  test('is given up after a bounded number of requests, and what is written behind it is stored', async () => {
    const { session, errors, requests, handler, cookie } = createStage({ validate })
    await session.set('theme', 'dark')
    const before = requests()
    const poison = session.set('count', 13).then(
      () => 'stored',
      (error) => error.code,
    )
    const behind = session.set('theme', 'light')
    await inTime(session.settled())
    expect(await poison).toBe('unknown-fate')
    await behind
    const stored = await handler.open(new Request('https://shop.test/', { headers: { Cookie: cookie() } }))
    expect([stored.get('theme'), stored.has('count'), stored.has('profile')]).toEqual(['light', false, false])
    expect(errors.length).toBeGreaterThanOrEqual(5)
    expect(requests() - before).toBeLessThan(40)
    expect(session.getSnapshot()).toMatchObject({ activity: 'idle', status: 'ready' })
  })
})

// Runs the tests of describe-msw.ts in Node, and those of faults.
import { setupServer } from 'msw/node'
import { createMockSessionServer } from 'sojourn/msw'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { describeMsw } from './describe-msw.ts'
import { createRawClient } from './raw-client.ts'

describeMsw()

// Only in Node: happy-dom logs every failed request to a console that tests cannot reach. fetch.dom.test.ts covers faults there.
describe('a scripted fault, through the handlers', () => {
  const mock = createMockSessionServer({ initial: { theme: 'dark' } })
  const server = setupServer(...mock.handlers)
  const client = () => createRawClient({ url: mock.url, fetch: (input, init) => globalThis.fetch(input, init) })

  beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
  beforeEach(() => mock.reset())
  afterAll(() => server.close())

  test('turns lost requests and responses into network errors', async () => {
    const page = client()
    await page.state()
    mock.next('lose-answer')
    await expect(page.commit({ set: { theme: 'light' } })).rejects.toThrow(TypeError)
    expect(await mock.data()).toEqual({ theme: 'light' })
    mock.offline()
    await expect(page.read()).rejects.toThrow(TypeError)
  })

  test('responds as it does without MSW', async () => {
    mock.next({ fault: 'rate-limited', retryAfterSeconds: 9 })
    const response = await client().read()
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '9'])
    mock.next('empty-answer')
    expect(await (await client().read()).text()).toBe('')
  })

  test('is dropped with a held request at an abort', async () => {
    const abort = new AbortController()
    const held = mock.next('hold')
    const failing = expect(client().read({ signal: abort.signal })).rejects.toThrow()
    await held.reached()
    abort.abort()
    await failing
    await held.release()
  })
})

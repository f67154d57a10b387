// Holds the mock's faults of the network.
import { createMockSessionServer, type MockNetworkFaultName } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { createRawClient } from './raw-client.ts'

function createScene() {
  const mock = createMockSessionServer({ initial: { count: 0 } })
  return { mock, client: createRawClient(mock) }
}

const lastOf = (mock: ReturnType<typeof createScene>['mock']) => mock.requests.at(-1)

describe('a scripted fault of the network', () => {
  test('loses a request before it arrives', async () => {
    const { mock, client } = createScene()
    await client.state()
    mock.next('lose-request')
    await expect(client.commit({ set: { count: 1 } })).rejects.toThrow(new TypeError('Failed to fetch'))
    expect(await mock.data()).toEqual({ count: 0 })
    expect(lastOf(mock)).toMatchObject({ status: 'lost', served: [] })
  })

  test('loses a response after the commit was stored', async () => {
    const { mock, client } = createScene()
    await client.state()
    mock.next('lose-answer')
    await expect(client.commit({ set: { count: 1 } })).rejects.toThrow(TypeError)
    expect(await mock.data()).toEqual({ count: 1 })
    expect(lastOf(mock)).toMatchObject({ status: 'lost', served: [200] })
  })

  test('loses the cookie with the response', async () => {
    const mock = createMockSessionServer()
    const client = createRawClient(mock)
    await client.state()
    mock.next('lose-answer')
    await expect(client.commit({ set: { count: 1 } })).rejects.toThrow(TypeError)
    expect(mock.cookies).toEqual([])
  })

  test('breaks a body off, after status and cookie have arrived', async () => {
    const mock = createMockSessionServer()
    mock.next({ fault: 'break-answer', method: 'PATCH' })
    const response = await createRawClient({ url: mock.url, fetch: mock.fetch })
      .commit({ set: { count: 1 } })
      .catch((error: unknown) => error)
    // The raw client reads the body of a 200 and meets the break there.
    expect(response).toBeInstanceOf(TypeError)
    expect(mock.cookies).toHaveLength(1)
    expect(lastOf(mock)).toMatchObject({ status: 200 })
  })

  test('truncates a body in the middle of its JSON', async () => {
    const { mock } = createScene()
    const whole = await (await mock.fetch(mock.url)).text()
    mock.next('truncate-answer')
    const response = await mock.fetch(mock.url)
    const text = await response.text()
    expect(response.status).toBe(200)
    expect(whole.startsWith(text)).toBe(true)
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
  })

  test('empties a body', async () => {
    const { mock } = createScene()
    mock.next('empty-answer')
    const response = await mock.fetch(mock.url)
    expect(response.headers.get('content-type')).toContain('json')
    expect(await response.text()).toBe('')
  })

  test('stalls a body until the page aborts', async () => {
    const { mock } = createScene()
    const abort = new AbortController()
    mock.next('stall-answer')
    const response = await mock.fetch(mock.url, { signal: abort.signal })
    const text = response.text()
    abort.abort(new DOMException('enough', 'TimeoutError'))
    await expect(text).rejects.toThrow('enough')
  })

  test('delivers a request twice and returns the second response', async () => {
    const { mock, client } = createScene()
    await client.state()
    mock.next('duplicate')
    const response = await client.commit({ set: { count: 1 } })
    expect(response.status).toBe(200)
    expect(lastOf(mock)?.served).toEqual([200, 200])
    expect(await client.state()).toMatchObject({ last: 1, data: { count: 1 } })
  })

  test('delivers a late copy when the test releases it', async () => {
    const { mock, client } = createScene()
    await client.state()
    const copy = mock.next('late-copy')
    await client.commit({ set: { count: 1 } })
    await client.commit({ set: { count: 2 } })
    const [, late] = mock.requests
    expect(late?.served).toEqual([200])
    await copy.release()
    // The record has gone on: the copy is refused and changes nothing.
    expect(mock.requests[1]?.served).toEqual([200, 422])
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('writes before the request, so that the real handler responds with a conflict', async () => {
    const { mock, client } = createScene()
    const { tags } = await client.state()
    mock.next({ fault: 'write-beside', write: { count: 41 } })
    const response = await client.commit({ set: { count: 1 }, expect: { count: tags?.count ?? null } })
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ type: 'urn:sojourn:problem:conflict', conflicts: ['count'], data: { count: 41 } })
  })

  test('loses everything of a browser that is offline', async () => {
    const { mock, client } = createScene()
    mock.offline()
    await expect(client.read()).rejects.toThrow(TypeError)
    await expect(client.read()).rejects.toThrow(TypeError)
    expect(lastOf(mock)).toMatchObject({ status: 'lost', served: [] })
    mock.online()
    expect((await client.read()).status).toBe(200)
  })

  test('loses the response of a request that is in flight when the browser goes offline', async () => {
    const { mock, client } = createScene()
    const held = mock.next('hold')
    const reading = client.read()
    await held.reached()
    mock.offline()
    await held.release()
    await expect(reading).rejects.toThrow(TypeError)
  })

  test.each<MockNetworkFaultName>(['lose-request', 'lose-answer', 'empty-answer', 'duplicate'])(
    '%s is used up by one request',
    async (fault) => {
      const { mock } = createScene()
      mock.next(fault)
      await mock.fetch(mock.url).catch(() => {})
      const response = await mock.fetch(mock.url)
      expect(await response.json()).toMatchObject({ data: { count: 0 } })
      expect(lastOf(mock)).toMatchObject({ status: 200, served: [200] })
    },
  )
})

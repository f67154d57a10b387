// Holds what a live stream tells and when it ends: a GET that accepts an event stream, over the handler.
import { createMemoryStore, createSessionHandler, type SessionHandlerOptions, type SessionStore, type StoreWrite } from 'sojourn/server'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readStream } from './fixtures/event-reader.ts'
import { createVisitor, keys, url, type Visitor } from './visitor.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const flush = async (): Promise<void> => void (await vi.advanceTimersByTimeAsync(0))
const advance = async (ms: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(ms)
  await flush()
}

async function begin(options: Partial<SessionHandlerOptions> = {}) {
  const watched: { opened: number; closed: number } = { opened: 0, closed: 0 }
  const memory = createMemoryStore()
  const store: SessionStore = {
    ...memory,
    watch(id, wake) {
      watched.opened += 1
      const stop = memory.watch(id, wake)
      return () => {
        watched.closed += 1
        stop()
      }
    },
  }
  const handler = createSessionHandler({ keys, readOnly: ['kept'], store, ...options })
  const visitor = createVisitor(handler)
  await visitor.commit({ set: { a: 1 } })
  const open = async (lastEventId: string | undefined = visitor.state.version, from: Visitor = visitor) => {
    const headers = { Accept: 'text/event-stream', ...(lastEventId !== undefined && { 'Last-Event-ID': lastEventId }) }
    return handler(new Request(url, { headers: { ...headers, ...(from.cookie !== undefined && { Cookie: from.cookie }) } }))
  }
  const listen = async (lastEventId?: string) => {
    const stream = readStream(await open(lastEventId))
    void stream.follow()
    await flush()
    return stream
  }
  return { handler, visitor, watched, open, listen, store }
}

describe('a stream', () => {
  test('opens at once, is uncompressed, sets no cookie and extends nothing', async () => {
    const { open, visitor, store } = await begin()
    const write = vi.spyOn(store, 'write')
    await advance(5_000)
    const response = await open()
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'private, no-store, no-transform',
      'x-accel-buffering': 'no',
    })
    expect(response.headers.get('Set-Cookie')).toBeNull()
    const stream = readStream(response)
    void stream.follow()
    await flush()
    expect(stream.text).toBe('retry: 1000\n\n')
    expect(write).not.toHaveBeenCalled()
    const { body } = await visitor.read()
    expect(body.expiry.age).toBe(1_209_600 - 5)
  })

  test('tells each state after the one that the client named, without commit number and token', async () => {
    const { listen, visitor } = await begin({ csrf: () => 'token' })
    const { version, lineage } = visitor.state
    const stream = await listen()
    await visitor.commit({ set: { b: 2 } })
    await flush()
    const data = { from: version, lineage, version: visitor.state.version, data: { a: 1, b: 2 }, last: 0, identity: null }
    expect(stream.events).toEqual([{ type: 'message', id: visitor.state.version, data: expect.objectContaining(data) }])
    expect(stream.events[0]?.data).not.toHaveProperty('csrf')
    const second = visitor.state.version
    await visitor.commit({ delete: ['a'] })
    await flush()
    expect(stream.events[1]?.data).toMatchObject({ from: second, data: { b: 2 } })
  })

  test('begins with the state if the client has none, or an older one', async () => {
    const { open, listen, visitor } = await begin()
    const older = visitor.state.version
    await visitor.commit({ set: { a: 2 } })
    const stream = await listen(older)
    expect(stream.events.map(({ data }) => [data?.from, data?.data])).toEqual([[older, { a: 2 }]])
    const fresh = readStream(await open('not a version'))
    void fresh.follow()
    await flush()
    expect(fresh.events.map(({ data }) => [data?.from, data?.data])).toEqual([[null, { a: 2 }]])
  })

  test('tells of exposed keys only', async () => {
    const { handler, listen, visitor } = await begin()
    const stream = await listen()
    const session = await handler.open(new Request(url, { headers: { Cookie: visitor.cookie ?? '' } }))
    await session.private.set('secret_code', 'hunter2')
    await flush()
    expect(stream.text).not.toMatch(/secret_code|hunter2/)
  })

  test('gives a slow reader the newest state, and keeps no queue', async () => {
    const { open, visitor } = await begin()
    const from = visitor.state.version
    const stream = readStream(await open())
    await flush()
    for (let count = 2; count <= 50; count += 1) await visitor.commit({ set: { a: count } })
    await stream.pull()
    await flush()
    await stream.pull()
    expect(stream.events.map(({ data }) => [data?.from, data?.data])).toEqual([[from, { a: 50 }]])
  })

  test('sends a comment after 15 s of silence, counted from the last event', async () => {
    const { listen, visitor } = await begin()
    const stream = await listen()
    await advance(10_000)
    await visitor.commit({ set: { a: 2 } })
    await advance(14_000)
    expect(stream.text).not.toContain(':\n\n')
    await advance(1_000)
    expect(stream.text.endsWith('\n\n:\n\n')).toBe(true)
    await advance(15_000)
    expect(stream.text.endsWith('\n\n:\n\n:\n\n')).toBe(true)
  })

  test('ends after 10 to 11 minutes', async () => {
    const { listen } = await begin()
    const stream = await listen()
    await advance(599_000)
    expect(stream.isOver).toBe(false)
    await advance(61_000)
    expect(stream.isOver).toBe(true)
  })

  test('holds nothing once its reader is gone', async () => {
    const { open, watched } = await begin({ streams: { max: 1 } })
    const stream = readStream(await open())
    await flush()
    expect((await open()).status).toBe(503)
    await stream.cancel()
    await flush()
    expect([watched, vi.getTimerCount()]).toEqual([{ opened: 1, closed: 1 }, 0])
    expect((await open()).status).toBe(200)
  })
})

describe('a stream says look and ends', () => {
  const lookOnly = [{ type: 'look', id: undefined, data: undefined }]
  test.each<[string, (visitor: Visitor, handler: Awaited<ReturnType<typeof begin>>['handler']) => Promise<unknown>]>([
    ['when the session ends', (visitor) => visitor.end()],
    ['when its key is changed', (visitor) => visitor.commit({ cycleKey: true })],
    [
      'when somebody signs in',
      async (visitor, handler) => (await handler.open(new Request(url, { headers: { Cookie: visitor.cookie ?? '' } }))).signIn('ann'),
    ],
    ['at the expiry', () => advance(61_000)],
  ])('%s', async (_, act) => {
    const { handler, listen, visitor, watched } = await begin({ maxAgeMs: 60_000 })
    const stream = await listen()
    await act(visitor, handler)
    await flush()
    expect([stream.events, stream.isOver, watched]).toEqual([lookOnly, true, { opened: 1, closed: 1 }])
  })

  test('but not before the expiry that a write has moved', async () => {
    const { listen, visitor } = await begin({ maxAgeMs: 60_000 })
    const stream = await listen()
    await advance(50_000)
    await visitor.commit()
    await advance(50_000)
    expect(stream.isOver).toBe(false)
    await advance(15_000)
    expect(stream.isOver).toBe(true)
  })
})

describe('a GET that accepts an event stream gets JSON', () => {
  test('if the cookie names no session', async () => {
    const { handler, open } = await begin()
    const response = await open(undefined, createVisitor(handler))
    expect([response.status, response.headers.get('Content-Type'), (await response.json()).lineage]).toEqual([
      200,
      'application/json',
      null,
    ])
  })

  test.each<[string, Partial<SessionHandlerOptions>]>([
    ['if the server offers no streams', { streams: false }],
    ['if the store cannot watch', { store: { ...createMemoryStore(), watch: undefined } as unknown as SessionStore }],
  ])('%s', async (_, options) => {
    const { open, visitor } = await begin(options)
    expect(await (await open()).json()).toMatchObject({ lineage: visitor.state.lineage, data: { a: 1 } })
  })

  test('once the server shuts down, and the open streams end', async () => {
    const { handler, listen, open } = await begin()
    const stream = await listen()
    handler.closeStreams()
    await flush()
    expect([stream.isOver, (await open()).headers.get('Content-Type')]).toEqual([true, 'application/json'])
  })
})

test('a HEAD opens no stream', async () => {
  const { handler, visitor, watched } = await begin()
  const headers = { Accept: 'text/event-stream', Cookie: visitor.cookie ?? '' }
  const response = await handler(new Request(url, { method: 'HEAD', headers }))
  expect([response.status, response.headers.get('Content-Type'), watched.opened]).toEqual([200, 'application/json', 0])
})

test('one stream above max gets a 503 that says when to come again', async () => {
  const { open, listen } = await begin({ streams: { max: 1 } })
  await listen()
  const response = await open()
  expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '60'])
})

test('admit decides at the opening', async () => {
  let isOpen = true
  const { open, visitor } = await begin({ admit: () => (isOpen ? null : { name: 'rate-limited', retryAfterSeconds: 9 }) })
  isOpen = false
  expect([(await open()).status, visitor.state.data]).toEqual([429, { a: 1 }])
})

test('a store that fails at a change ends the stream without a word', async () => {
  const { store, visitor, listen } = await begin()
  const stream = await listen()
  const { read, write } = store
  let isDown = false
  Object.assign(store, {
    read: (id: string) => (isDown ? Promise.reject(new TypeError('down')) : read(id)),
    write: (change: StoreWrite) => {
      isDown = true
      return write(change)
    },
  })
  await visitor.commit({ set: { a: 2 } })
  await flush()
  expect([stream.isOver, stream.events]).toEqual([true, []])
})

test.each([{ max: 0 }, { max: 1.5 }, true, 'many'])('streams: %j is refused at creation', (streams) => {
  expect(() => createSessionHandler({ keys, store: createMemoryStore(), streams } as never)).toThrow(
    expect.objectContaining({ code: 'config' }),
  )
})

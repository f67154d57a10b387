// Holds that live streams go over real connections of Node, HTTP/1 and HTTP/2, and leave nothing behind.
import { createServer, get } from 'node:http'
import { connect, createServer as createHttp2Server } from 'node:http2'
import { createMemoryStore, createSessionHandler, type SessionStore } from 'sojourn/server'
import { toNodeListener } from 'sojourn/server/node'
import { expect, test, vi } from 'vitest'
import { start } from './fixtures/node-server.ts'
import { createVisitor, keys } from './visitor.ts'

/** A handler with a visitor, and how many watch their session. */
async function begin() {
  const memory = createMemoryStore()
  const watched = { count: 0 }
  const store: SessionStore = {
    ...memory,
    watch(id, wake) {
      watched.count += 1
      const stop = memory.watch(id, wake)
      return () => {
        watched.count -= 1
        stop()
      }
    },
  }
  const handler = createSessionHandler({ keys, store })
  const visitor = createVisitor(handler)
  await visitor.commit({ set: { a: 1 } })
  return { handler, visitor, watched }
}

const acceptStream = (cookie: string | undefined) => ({ accept: 'text/event-stream', cookie: cookie ?? '' })

test('a stream over HTTP/1 tells a write, and closes with its connection', async () => {
  const { handler, visitor, watched } = await begin()
  const port = await start(createServer(toNodeListener(handler)))
  let text = ''
  const request = get({ port, host: '127.0.0.1', path: '/session', headers: acceptStream(visitor.cookie) }, (response) => {
    response.setEncoding('utf8')
    response.on('data', (chunk) => {
      text += chunk
    })
    response.on('error', () => {})
  })
  request.on('error', () => {})
  await vi.waitFor(() => expect(text).toContain('retry: 1000\n\n'))
  await vi.waitFor(() => expect(watched.count).toBe(1))
  await visitor.commit({ set: { a: 2 } })
  await vi.waitFor(() => expect(text).toContain('"data":{"a":2}'))
  request.destroy()
  await vi.waitFor(() => expect(watched.count).toBe(0))
})

test('a stream through an app of the Fetch standard does the same', async () => {
  const { handler, visitor, watched } = await begin()
  const port = await start(createServer(toNodeListener((request, connection) => handler(request, connection))))
  const response = await fetch(`http://127.0.0.1:${port}/session`, { headers: acceptStream(visitor.cookie) })
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  expect(new TextDecoder().decode((await reader.read()).value)).toMatch(/^retry: 1000\n\n/)
  await reader.cancel()
  await vi.waitFor(() => expect(watched.count).toBe(0))
})

test('a stream over HTTP/2 tells a write, and closes with its stream', async () => {
  const { handler, visitor, watched } = await begin()
  const port = await start(createHttp2Server(toNodeListener(handler)))
  const session = connect(`http://127.0.0.1:${port}`)
  const stream = session.request({ ':path': '/session', ...acceptStream(visitor.cookie) })
  let text = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk) => {
    text += chunk
  })
  await vi.waitFor(() => expect(text).toContain('retry: 1000\n\n'))
  await vi.waitFor(() => expect(watched.count).toBe(1))
  await visitor.commit({ set: { a: 2 } })
  await vi.waitFor(() => expect(text).toContain('"data":{"a":2}'))
  stream.close()
  await vi.waitFor(() => expect(watched.count).toBe(0))
  session.close()
})

test('a reader that stops reading gets the newest state once it refetches', async () => {
  const { handler, visitor, watched } = await begin()
  const port = await start(createServer(toNodeListener(handler)))
  const paused = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    get({ port, host: '127.0.0.1', path: '/session', headers: acceptStream(visitor.cookie) }, resolve).on('error', reject)
  })
  await vi.waitFor(() => expect(watched.count).toBe(1))
  const filler = 'x'.repeat(60_000)
  // More than the buffers of two kernels and of Node hold.
  for (let count = 1; count <= 300; count += 1) await visitor.commit({ set: { a: count, b: filler } })
  let events = 0
  let last = ''
  paused.setEncoding('utf8')
  paused.on('data', (chunk: string) => {
    events += chunk.split('\nid: ').length - 1
    last = (last + chunk).slice(-100_000)
  })
  await vi.waitFor(() => expect(last).toContain('"data":{"a":300'), { timeout: 10_000 })
  expect(events).toBeLessThan(290)
  paused.destroy()
})

test('a server shuts down once its streams are closed', async () => {
  const { handler, visitor } = await begin()
  const server = createServer(toNodeListener(handler))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const response = await fetch(`http://127.0.0.1:${port}/session`, { headers: { ...acceptStream(visitor.cookie), connection: 'close' } })
  const body = response.text()
  handler.closeStreams()
  await new Promise((resolve) => server.close(resolve))
  expect(await body).toMatch(/^retry: 1000\n\n/)
})

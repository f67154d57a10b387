// Holds that the Node listener works behind middleware that has read the body.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { type NodeListener, toNodeListener } from 'sojourn/server/node'
import { describe, expect, test, vi } from 'vitest'
import { exchange, patch, serve } from './fixtures/node-server.ts'
import { keys } from './visitor.ts'

/** What a middleware leaves of a body that it has read. */
type Leave = (request: IncomingMessage & { rawBody?: unknown; body?: unknown }, text: string) => void

/** A server whose middleware reads each body before the session does. */
async function createStage(leave: Leave) {
  const errors: unknown[] = []
  const handler = createSessionHandler({
    keys,
    store: createMemoryStore(),
    cookie: { name: 'sid', secure: false },
    onError: (error) => errors.push(error),
  })
  const listener: NodeListener = toNodeListener(handler)
  const port = await serve(async (request: IncomingMessage, response: ServerResponse) => {
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += chunk
    leave(request, text)
    listener(request, response)
  })
  return { port, errors }
}

/** As express.json() does: the text is gone. */
const parsed: Leave = (request, text) => {
  request.body = JSON.parse(text)
}

describe('a body that was read before', () => {
  test.each<[string, Leave]>([
    ['rawBody as text', (request, text) => Object.assign(request, { rawBody: text, body: JSON.parse(text) })],
    ['rawBody as bytes', (request, text) => Object.assign(request, { rawBody: Buffer.from(text) })],
    ['a body of text', (request, text) => Object.assign(request, { body: text })],
    ['a body of bytes', (request, text) => Object.assign(request, { body: new TextEncoder().encode(text) })],
  ])('is taken from %s, as it was sent', async (_, leave) => {
    const { port, errors } = await createStage(leave)
    expect(await exchange(port, patch(port))).toMatchObject({ status: 200, body: expect.stringContaining('"theme":"dark"') })
    const twice = '{"lineage":null,"base":"v0","after":0,"set":{"a":1,"a":2}}'
    expect(await exchange(port, patch(port, '', twice))).toMatchObject({ status: 400, body: expect.stringContaining('there twice') })
    expect(errors).toEqual([])
  })

  test('is taken from a parsed object with one warning', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { port } = await createStage(parsed)
    expect((await exchange(port, patch(port)))?.status).toBe(200)
    expect((await exchange(port, patch(port)))?.status).toBe(200)
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('Mount the session before body parsers'), {
      code: 'SOJOURN_PARSED_BODY',
    })
    warn.mockRestore()
  })

  test.each([
    ['1e400', 'a number that overflows'],
    ['-1e400', 'a negative one'],
    ['{"deep":[1,[2,1e999]]}', 'one far inside'],
  ])('is refused as %s in a parsed object: %s was stored as null', async (value) => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { port } = await createStage(parsed)
    const reply = await exchange(port, patch(port, '', `{"lineage":null,"base":"v0","after":0,"set":{"a":${value}}}`))
    expect(reply).toMatchObject({ status: 400, body: expect.stringContaining('body parser') })
    warn.mockRestore()
  })

  test('is refused if its nesting is too deep to be written again', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { port } = await createStage((request) => {
      let body: unknown = 1
      for (let depth = 0; depth < 100_000; depth += 1) body = [body]
      request.body = { set: body }
    })
    expect((await exchange(port, patch(port)))?.status).toBe(400)
    warn.mockRestore()
  })

  test.each<[string, Leave]>([
    ['nothing', () => {}],
    ['an empty property', (request) => Object.assign(request, { body: undefined })],
    ['a number', (request) => Object.assign(request, { body: 7 })],
  ])('with %s left of it is a 500 at once, and the log says what to do', async (_, leave) => {
    const { port, errors } = await createStage(leave)
    const reply = await exchange(port, patch(port))
    expect(reply).toMatchObject({ status: 500, body: expect.stringContaining('server-error') })
    expect(reply?.headers['retry-after']).toBeUndefined()
    expect(errors.map(String)).toEqual([expect.stringMatching(/Mount the session before body parsers/)])
    expect((await exchange(port, 'GET /session HTTP/1.1\r\nHost: a.test\r\n\r\n'))?.status).toBe(200)
  })

  test('may not be longer for it', async () => {
    const { port } = await createStage((request, text) => Object.assign(request, { rawBody: text.padEnd(300_000) }))
    expect((await exchange(port, patch(port)))?.status).toBe(413)
  })

  test('that express left alone, with an empty object next to it, is read', async () => {
    const handler = createSessionHandler({ keys, store: createMemoryStore(), cookie: { name: 'sid', secure: false } })
    const listener = toNodeListener(handler)
    const port = await serve((request, response) => listener(Object.assign(request, { body: {} }), response))
    expect((await exchange(port, patch(port)))?.status).toBe(200)
  })
})

describe('a Request of the Fetch standard whose body was used', () => {
  const request = () =>
    new Request('https://shop.test/session', {
      method: 'PATCH',
      body: '{"lineage":null,"base":"v0","after":0}',
      headers: { 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/json', 'Idempotency-Key': `"${'c'.repeat(22)}/1"` },
    })
  test.each<[string, (request: Request) => Promise<unknown> | unknown]>([
    ['read to its end', (one) => one.text()],
    ['being read', (one) => one.body?.getReader()],
    ['cancelled', (one) => one.body?.cancel()],
    ['handed on by clone and read', async (one) => (await one.arrayBuffer()).byteLength],
  ])('%s is a 500 that says so', async (_, use) => {
    const errors: unknown[] = []
    const handler = createSessionHandler({ keys, store: createMemoryStore(), onError: (error) => errors.push(error) })
    const used = request()
    await use(used)
    const response = await handler(used)
    expect([response.status, response.headers.get('Retry-After')]).toEqual([500, null])
    expect((await response.json()) as object).toMatchObject({ detail: expect.stringContaining('body') })
    expect(errors).toHaveLength(1)
  })
})

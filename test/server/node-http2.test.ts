// Holds that the Node listener works over HTTP/2.
import { type ClientHttp2Session, connect, createServer, type OutgoingHttpHeaders } from 'node:http2'
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { toNodeListener } from 'sojourn/server/node'
import { afterEach, expect, test } from 'vitest'
import { start } from './fixtures/node-server.ts'
import { keys } from './visitor.ts'

const handler = createSessionHandler({ keys, store: createMemoryStore(), cookie: { name: 'sid', secure: false } })
const sessions: ClientHttp2Session[] = []
afterEach(() => {
  for (const session of sessions.splice(0)) session.close()
})

async function open(listener = toNodeListener(handler)) {
  const port = await start(createServer(listener) as never)
  const origin = `http://127.0.0.1:${port}`
  const session = connect(origin)
  sessions.push(session)
  const send = (headers: OutgoingHttpHeaders, body?: string): Promise<{ status: number; headers: Record<string, unknown>; text: string }> =>
    new Promise((resolve, reject) => {
      const stream = session.request(headers, { endStream: body === undefined })
      let head: Record<string, unknown> = {}
      let text = ''
      stream.on('response', (given) => {
        head = given
      })
      stream.setEncoding('utf8').on('data', (chunk) => {
        text += chunk
      })
      stream.on('end', () => resolve({ status: Number(head[':status']), headers: head, text })).on('error', reject)
      if (body !== undefined) stream.end(body)
    })
  return { origin, send }
}

const commit = (origin: string): OutgoingHttpHeaders => ({
  ':method': 'PATCH',
  ':path': '/session',
  origin,
  'content-type': 'application/json',
  'idempotency-key': `"${'c'.repeat(22)}/1"`,
})
const body = '{"lineage":null,"base":"v0","after":0,"set":{"theme":"dark"}}'

test('a session goes over HTTP/2 and back, with a cookie in several fields', async () => {
  const { origin, send } = await open()
  const stored = await send(commit(origin), body)
  expect([stored.status, JSON.parse(stored.text)]).toEqual([200, expect.objectContaining({ data: { theme: 'dark' } })])
  const cookie = String(stored.headers['set-cookie']).split(';')[0] as string
  const read = await send({ ':path': '/session', cookie: ['lang=en', cookie, 'a=b'] })
  expect([read.status, JSON.parse(read.text)]).toEqual([200, expect.objectContaining({ data: { theme: 'dark' } })])
})

test('a Host that is not :authority is refused', async () => {
  const { send } = await open()
  expect((await send({ ':path': '/session', ':authority': '127.0.0.1', host: 'evil.test' })).status).toBe(400)
})

test('a malformed host is refused', async () => {
  const { send } = await open()
  for (const host of ['h:99999', 'a..b:c']) expect((await send({ ':path': '/session', ':authority': host })).status).toBe(400)
})

test('two Content-Type fields are not taken for the first', async () => {
  const { origin, send } = await open()
  expect((await send({ ...commit(origin), 'content-type': 'application/json, text/plain' }, body)).status).toBe(415)
})

test('a refused upload leaves the connection to other streams, and is not closed by a field that HTTP/2 forbids', async () => {
  const { origin, send } = await open()
  const refused = await send({ ...commit(origin), 'sec-fetch-site': 'cross-site' }, 'x'.repeat(1_200_000))
  expect([refused.status, refused.headers.connection]).toEqual([403, undefined])
  expect((await send({ ':path': '/session' })).status).toBe(200)
})

test('HEAD and TRACE are answered as over HTTP/1', async () => {
  const { send } = await open()
  expect(await send({ ':method': 'HEAD', ':path': '/session' })).toMatchObject({ status: 200, text: '' })
  expect((await send({ ':method': 'TRACE', ':path': '/session' })).status).toBe(405)
})

test('an app of the Fetch standard is served, too', async () => {
  const { origin, send } = await open(toNodeListener((request) => handler(request)))
  expect((await send(commit(origin), body)).status).toBe(200)
  expect((await send({ ':method': 'TRACE', ':path': '/session' })).status).toBe(405)
})

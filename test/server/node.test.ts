// Holds that the Node listener carries a session over a real connection.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { type NodeListenerOptions, toNodeListener } from 'sojourn/server/node'
import { afterEach, expect, test } from 'vitest'
import { keys, toReply } from './visitor.ts'

const servers: Server[] = []

async function listen(handler: (request: Request) => Promise<Response> | Response, options?: NodeListenerOptions): Promise<string> {
  const server = createServer(toNodeListener(handler, options))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

const commit = (origin: string, headers: Record<string, string> = {}): RequestInit => ({
  method: 'PATCH',
  headers: { Origin: origin, 'Content-Type': 'application/json', 'Idempotency-Key': `"${'c'.repeat(22)}/1"`, ...headers },
  body: JSON.stringify({ lineage: null, base: 'v0', after: 0, set: { theme: 'dark' } }),
})

test('a session goes over a real connection and back', async () => {
  const origin = await listen(createSessionHandler({ keys, store: createMemoryStore() }))
  const stored = await toReply(await fetch(`${origin}/session`, commit(origin)))
  expect(stored).toMatchObject({ status: 200, body: { data: { theme: 'dark' }, last: 1 } })
  const cookie = stored.setCookie?.split(';')[0] as string
  const read = await toReply(await fetch(`${origin}/session`, { headers: { Cookie: cookie } }))
  expect(read).toMatchObject({ status: 200, body: { lineage: stored.body.lineage, data: { theme: 'dark' } } })
  const ended = await fetch(`${origin}/session`, {
    method: 'DELETE',
    headers: { Cookie: cookie, Origin: origin, 'Session-Lineage': stored.body.lineage as string },
  })
  expect([ended.status, await ended.text()]).toEqual([204, ''])
})

test('the origin is the public one where scheme and host are given', async () => {
  const internal = await listen(createSessionHandler({ keys, store: createMemoryStore() }), { protocol: 'https:', host: 'shop.test' })
  expect((await fetch(internal, commit('https://shop.test'))).status).toBe(200)
  expect((await fetch(internal, commit(internal))).status).toBe(403)
})

test('forwarded fields count only where the proxy is trusted', async () => {
  const forwarded = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'shop.test' }
  for (const [trustProxy, status] of [
    [true, 200],
    [false, 403],
  ] as const) {
    const internal = await listen(createSessionHandler({ keys, store: createMemoryStore() }), { trustProxy })
    expect((await fetch(internal, commit('https://shop.test', forwarded))).status).toBe(status)
  }
})

test('every field of Set-Cookie arrives apart', async () => {
  const handler = createSessionHandler({ keys, store: createMemoryStore() })
  const origin = await listen(async (request) => {
    const session = await handler.open(request)
    await session.signIn('ann')
    return session.respond(new Response(null, { status: 204, headers: { 'Set-Cookie': 'lang=en' } }))
  })
  const cookies = (await fetch(origin, { method: 'POST' })).headers.getSetCookie()
  expect(cookies).toEqual(['lang=en', expect.stringMatching(/^__Host-session=/)])
})

test('a handler that throws is told to onError and answered by it', async () => {
  const seen: unknown[] = []
  const origin = await listen(
    () => {
      throw new TypeError('broken')
    },
    {
      onError: (error) => {
        seen.push(error)
        return new Response('sorry', { status: 500 })
      },
    },
  )
  const response = await fetch(origin)
  expect([response.status, await response.text(), String(seen[0])]).toEqual([500, 'sorry', 'TypeError: broken'])
})

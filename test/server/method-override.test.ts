// Holds that a POST that names PATCH or DELETE is that method in every respect, for networks whose proxies block the two.
import { createSessionClient } from 'sojourn'
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { expect, test } from 'vitest'
import * as z from 'zod'

const schema = z.object({ count: z.number().default(0) })
const url = 'https://shop.test/session'

/** A handler behind a proxy that lets nothing but GET and POST through, and the methods that it was sent. */
function openBehindProxy() {
  const handler = createSessionHandler({ store: createMemoryStore(), schema })
  const methods: string[] = []
  let jar = ''
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const plain = new Request(input, init)
    methods.push(plain.method)
    if (!['GET', 'POST'].includes(plain.method)) return new Response(null, { status: 501 })
    const headers = { ...Object.fromEntries(plain.headers), Origin: 'https://shop.test', Cookie: jar }
    const response = await handler(new Request(plain, { headers }))
    for (const line of response.headers.getSetCookie()) jar = line.split(';')[0] ?? ''
    return response
  }
  return { handler, methods, fetch }
}

test('a client with methodOverride writes and ends through a proxy that blocks PATCH and DELETE', async () => {
  const { fetch, methods } = openBehindProxy()
  const session = createSessionClient({ url, schema, fetch, methodOverride: true })
  await session.set('count', 2)
  expect(await session.get('count')).toBe(2)
  await session.end()
  expect([...new Set(methods)]).toEqual(['GET', 'POST'])
  session.dispose()
})

test.each([
  ['none', {}, 405],
  ['GET', { 'X-HTTP-Method-Override': 'GET' }, 405],
  ['PUT', { 'X-HTTP-Method-Override': 'PUT' }, 405],
  ['patch, of the own origin', { 'X-HTTP-Method-Override': 'patch', Origin: 'https://shop.test' }, 400],
  ['PATCH, of another origin', { 'X-HTTP-Method-Override': 'PATCH', Origin: 'https://evil.test' }, 403],
  ['DELETE, of another origin', { 'X-HTTP-Method-Override': 'DELETE', Origin: 'https://evil.test' }, 403],
])('a POST that means %s', async (_, headers, status) => {
  const { handler } = openBehindProxy()
  const response = await handler(
    new Request(url, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: '{}' }),
  )
  expect(response.status).toBe(status)
})

test('a GET that names PATCH is a read', async () => {
  const { handler } = openBehindProxy()
  expect((await handler(new Request(url, { headers: { 'X-HTTP-Method-Override': 'PATCH' } }))).status).toBe(200)
})

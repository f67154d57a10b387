// Holds the shop's server in Node.
import { createMemoryStore } from 'sojourn/server'
import { beforeEach, describe, expect, test } from 'vitest'
import { type App, createApp } from '../../examples/shop/server/app.ts'

const origin = 'http://127.0.0.1:5170'
const index = '<html data-theme="light"><head><!--session--></head></html>'
const key = '"AAAAAAAAAAAAAAAAAAAAAA/1"'

let shop: App
let cookie: string

beforeEach(() => {
  shop = createApp({ store: createMemoryStore(), files: { index, response: () => undefined } })
  cookie = ''
})

/** Sends a request as the visitor's browser would, and keeps the cookie. */
async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { Origin: origin, 'Content-Type': 'application/json', Cookie: cookie, ...init.headers }
  const body = typeof init.body === 'string' ? { 'Content-Length': String(init.body.length) } : {}
  const response = await shop(new Request(origin + path, { ...init, headers: { ...headers, ...body } }))
  const [set] = response.headers.getSetCookie()
  if (set !== undefined) cookie = set.split(';')[0] ?? ''
  return response
}

const post = (path: string, body: object = {}): Promise<Response> => send(path, { method: 'POST', body: JSON.stringify(body) })
const readSession = async (): Promise<{ lineage: string | null; data: object; identity: string | null }> => (await send('/session')).json()
const readVersion = async (): Promise<string | null> => (await send('/session')).headers.get('Session-Version')

/** Starts a session with these keys. */
function start(set: object): Promise<Response> {
  const commit = { lineage: null, base: 'v0', after: 0, set }
  return send('/session', { method: 'PATCH', headers: { 'Idempotency-Key': key }, body: JSON.stringify(commit) })
}

describe('the page', () => {
  test('comes with the theme and the session of its visitor', async () => {
    await start({ theme: 'dark' })

    const html = await (await send('/')).text()

    expect(html).toContain('<html data-theme="dark">')
    const json = /<script type="application\/json" id="session-state">(.*)<\/script>/.exec(html)?.[1]
    expect(JSON.parse(json ?? '')).toMatchObject({ state: { data: { theme: 'dark' } } })
  })

  test('holds no markup of what the visitor wrote', async () => {
    await start({ draft: { note: '</script><script>alert(1)</script>' } })

    const html = await (await send('/')).text()

    expect(html.match(/<\/?script/g)).toEqual(['<script', '</script'])
  })

  test('creates no session', async () => {
    expect((await send('/')).headers.getSetCookie()).toEqual([])
  })
})

describe('a request from another site', () => {
  const endpoints = ['/log-in', '/log-out', '/orders', '/party/phone-adds', '/party/operator-ends']
  test.each(endpoints)('is refused at %s', async (path) => {
    await start({ cart: [{ id: 'mug', quantity: 1 }] })
    const before = await readVersion()

    const foreign = { method: 'POST', body: '{"name":"Mallory"}' }
    expect((await send(path, { ...foreign, headers: { Origin: 'https://evil.example' } })).status).toBe(403)
    expect((await send(path, { ...foreign, headers: { Origin: origin, 'Sec-Fetch-Site': 'cross-site' } })).status).toBe(403)
    expect(await readVersion()).toBe(before)
  })
})

describe('an endpoint of the shop', () => {
  test('names the version of the session that it leaves behind', async () => {
    await start({ cart: [{ id: 'mug', quantity: 2 }] })

    const response = await post('/orders')

    expect(response.headers.get('Session-Version')).toBe(await readVersion())
  })

  test('rotates the key at log-in and keeps lineage and data', async () => {
    await start({ theme: 'dark' })
    const [before, keyBefore] = [await readSession(), cookie]

    await post('/log-in', { name: 'Ada' })

    expect(cookie).not.toBe(keyBefore)
    expect(await readSession()).toMatchObject({ lineage: before.lineage, data: { theme: 'dark' }, identity: 'Ada' })
  })

  test('signs nobody in without a name', async () => {
    expect((await post('/log-in', { name: '  ' })).status).toBe(422)
    expect((await post('/log-in', { name: 7 })).status).toBe(422)
    expect((await readSession()).lineage).toBeNull()
  })

  test('orders by its own prices and empties cart and draft', async () => {
    await start({ cart: [{ id: 'mug', quantity: 2 }], draft: { step: 2 }, theme: 'dark' })

    await post('/orders')

    expect((await readSession()).data).toEqual({ theme: 'dark', lastOrder: { number: 1, cents: 2800, at: expect.any(String) } })
    expect(await (await post('/orders')).json()).toEqual({ did: 'nothing' })
  })

  test('refuses more than nine of one thing', async () => {
    expect((await start({ cart: [{ id: 'mug', quantity: 10 }] })).status).toBe(422)
  })
})

describe('another party', () => {
  test('writes the session and leaves the cookie of this browser alone', async () => {
    await start({ cart: [{ id: 'mug', quantity: 1 }] })

    expect((await post('/party/phone-adds')).headers.getSetCookie()).toEqual([])
    expect((await readSession()).data).toEqual({
      cart: [
        { id: 'mug', quantity: 1 },
        { id: 'lantern', quantity: 1 },
      ],
    })
    expect((await post('/party/operator-ends')).headers.getSetCookie()).toEqual([])
    expect(await readSession()).toMatchObject({ lineage: null, unknownKey: true })
  })

  test.each(['phone-adds', 'shop-takes', 'expires-soon', 'operator-ends'])('does nothing if there is no session: %s', async (deed) => {
    expect(await (await post(`/party/${deed}`)).json()).toMatchObject({ did: 'nothing' })
    expect((await readSession()).lineage).toBeNull()
  })
})

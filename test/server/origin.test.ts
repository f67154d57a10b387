// Holds which origins may write and which may read.
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { describe, expect, test } from 'vitest'
import { createVisitor, keys, toReply, url } from './visitor.ts'

const create = (origins?: string[]) => createSessionHandler({ keys, store: createMemoryStore(), ...(origins && { origins }) })
const app = 'https://app.test'
const shell = 'capacitor://localhost'

const send = async (method: string, headers: Record<string, string>, origins?: string[]) =>
  toReply(await create(origins)(new Request(url, { method, headers, ...(method === 'PATCH' && { body: '{}' }) })))

/** The names of what a browser, or a proxy in front of it, sends; the last word says whether the request may write. */
const writers: [name: string, headers: Record<string, string>, mayWrite: boolean][] = [
  ['the page itself', { Origin: 'https://shop.test', 'Sec-Fetch-Site': 'same-origin' }, true],
  ['a page with no-referrer, or a beacon', { 'Sec-Fetch-Site': 'same-origin' }, true],
  ['a Vite proxy with changeOrigin on localhost', { Origin: 'https://public.test', 'Sec-Fetch-Site': 'same-origin' }, true],
  ['a TLS proxy that is not trusted, with a browser of today', { Origin: 'https://public.test', 'Sec-Fetch-Site': 'same-origin' }, true],
  ['a listed origin of the same site', { Origin: app, 'Sec-Fetch-Site': 'same-site' }, true],
  ['a listed origin of another site', { Origin: app, 'Sec-Fetch-Site': 'cross-site' }, true],
  ['a native shell that is listed', { Origin: shell, 'Sec-Fetch-Site': 'cross-site' }, true],
  ['a native shell in an old web view', { Origin: shell }, true],
  ['another origin of the same site', { Origin: 'https://other.shop.test', 'Sec-Fetch-Site': 'same-site' }, false],
  ['another port', { Origin: 'https://shop.test:8443', 'Sec-Fetch-Site': 'same-site' }, false],
  ['another site', { Origin: 'https://evil.test', 'Sec-Fetch-Site': 'cross-site' }, false],
  ['another site, at the plain http address behind a TLS proxy', { Origin: 'https://shop.test', 'Sec-Fetch-Site': 'cross-site' }, false],
  ['a sandboxed frame, or a file', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }, false],
  ['the same site without Origin', { 'Sec-Fetch-Site': 'same-site' }, false],
  ['another site without Origin', { 'Sec-Fetch-Site': 'cross-site' }, false],
  ['the address bar', { 'Sec-Fetch-Site': 'none' }, true],
  ['an extension with the own origin', { Origin: 'https://shop.test', 'Sec-Fetch-Site': 'none' }, true],
  ['an extension that is listed', { Origin: app, 'Sec-Fetch-Site': 'none' }, true],
  ['an extension that is not listed', { Origin: 'chrome-extension://abc', 'Sec-Fetch-Site': 'none' }, false],
  ['an opaque origin without a site', { Origin: 'null', 'Sec-Fetch-Site': 'none' }, false],
  ['a word of a later standard', { Origin: 'https://shop.test', 'Sec-Fetch-Site': 'same-party' }, false],
  ['an empty word', { Origin: 'https://shop.test', 'Sec-Fetch-Site': '' }, false],
  ['the word in other letters', { Origin: 'https://shop.test', 'Sec-Fetch-Site': 'Same-Origin' }, false],
  ['a plain http address or an old Safari: own origin', { Origin: 'https://shop.test' }, true],
  ['a plain http address or an old Safari: listed origin', { Origin: app }, true],
  ['an old browser at another origin', { Origin: 'https://evil.test' }, false],
  ['another scheme, as behind a TLS proxy with an old browser', { Origin: 'http://shop.test' }, false],
  ['a name that ends alike', { Origin: 'https://evilshop.test' }, false],
  ['a name that begins alike', { Origin: 'https://shop.test.evil.test' }, false],
  ['an opaque origin of an old browser', { Origin: 'null' }, false],
  ['an empty origin', { Origin: '' }, false],
  ['two origins', { Origin: 'https://shop.test https://evil.test' }, false],
  ['a script without either field', {}, false],
]

describe('who may write', () => {
  test.each(writers)('%s', async (_, headers, isTaken) => {
    for (const method of ['PATCH', 'DELETE']) {
      const reply = await send(method, headers, [app, shell])
      // What is let through is refused later, for its body or its missing lineage.
      if (isTaken) expect([400, 415]).toContain(reply.status)
      else expect(reply).toMatchObject({ status: 403, problem: 'csrf' })
    }
  })

  test("an opaque origin is nobody's, even where the URL of the request has one", async () => {
    const request = new Request('data:,session', { method: 'DELETE', headers: { Origin: 'null' } })
    expect((await toReply(await create()(request))).status).toBe(403)
  })

  test('a server of a custom scheme knows its own pages', async () => {
    const request = new Request('app://main/session', { method: 'DELETE', headers: { Origin: 'app://main' } })
    expect((await toReply(await create()(request))).status).toBe(400)
  })

  test('a refusal names what came, what is accepted and the options to set', async () => {
    const { body } = await send('PATCH', { Origin: 'https://evil.test', 'Sec-Fetch-Site': 'cross-site' }, [app])
    const { detail } = body as { readonly detail?: string }
    expect(detail).toMatch(
      /^The request came with Origin "https:\/\/evil\.test" and Sec-Fetch-Site "cross-site"; accepted origins are "https:\/\/shop\.test", "https:\/\/app\.test"\./,
    )
    for (const name of ['origins', 'trustProxy', 'protocol', 'changeOrigin']) expect(detail).toContain(name)
    const { body: bare } = await send('PATCH', {})
    expect((bare as { readonly detail?: string }).detail).toContain('no Origin and no Sec-Fetch-Site')
  })

  test('a refused commit is not stored', async () => {
    const visitor = createVisitor(create())
    await visitor.commit({ set: { a: 1 } })
    expect((await visitor.commit({ set: { a: 2 } }, { Origin: 'https://evil.test' })).status).toBe(403)
    expect((await visitor.end(visitor.state.lineage, { Origin: 'https://evil.test' })).status).toBe(403)
    expect((await visitor.read()).body.data).toEqual({ a: 1 })
  })

  test.each([
    'app.test',
    'https://app.test/',
    'https://app.test/path',
    'https://app.test?a',
    'https://me@app.test',
    'HTTPS://APP.TEST',
    'https://app.test:443',
    '*',
    'null',
    '',
    'capacitor://localhost/',
    'capacitor://localhost/app',
    'capacitor://',
    'file:///app',
    'mailto:me',
  ])('"%s" in origins is refused at creation', (origin) =>
    expect(() => create([origin])).toThrow(expect.objectContaining({ code: 'config', message: expect.stringContaining(`origins`) })),
  )

  test.each([
    'ionic://localhost',
    'tauri://localhost',
    'app://main',
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    'http://[::1]:8080',
  ])('"%s" can be listed, and CORS allows it', async (origin) => {
    const reply = await send('OPTIONS', { Origin: origin, 'Access-Control-Request-Method': 'PATCH' }, [origin])
    expect(reply.headers.get('Access-Control-Allow-Origin')).toBe(origin)
  })
})

describe('CORS', () => {
  const preflight = {
    Origin: app,
    'Access-Control-Request-Method': 'PATCH',
    'Access-Control-Request-Headers': 'content-type,idempotency-key,x-csrftoken',
  }

  test('a preflight of an allowed origin is answered, to be kept for two hours', async () => {
    const reply = await send('OPTIONS', preflight, [app])
    expect(reply.status).toBe(204)
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'access-control-allow-origin': app,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, HEAD, PATCH, DELETE, OPTIONS',
      'access-control-allow-headers': 'content-type,idempotency-key,x-csrftoken',
      'access-control-max-age': '7200',
      vary: 'Cookie, Origin, Session-Request',
    })
  })

  test('a preflight of another origin is allowed nothing', async () => {
    const reply = await send('OPTIONS', { ...preflight, Origin: 'https://evil.test' }, [app])
    expect(reply.status).toBe(204)
    expect([...reply.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  test('an allowed origin may read every response and the fields that the client needs', async () => {
    const handler = create([app])
    const visitor = createVisitor(handler)
    const replies = [
      await visitor.read({ Origin: app }),
      await visitor.commit({ set: { a: 1 } }, { Origin: app }),
      await visitor.commit({ lineage: 'other' }, { Origin: app }),
      await visitor.commit({ sett: 1 }, { Origin: app }),
      await visitor.end(visitor.state.lineage, { Origin: app }),
    ]
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 410, 400, 204])
    for (const { headers } of replies) {
      expect(headers.get('Access-Control-Allow-Origin')).toBe(app)
      expect(headers.get('Access-Control-Allow-Credentials')).toBe('true')
      expect(headers.get('Access-Control-Expose-Headers')).toBe('ETag, Retry-After, Session-Version, Session-Request, Preference-Applied')
    }
  })

  test('the own origin and strangers get no such fields', async () => {
    const handler = create([app])
    for (const origin of ['https://shop.test', 'https://evil.test']) {
      expect((await createVisitor(handler).read({ Origin: origin })).headers.get('Access-Control-Allow-Origin')).toBeNull()
    }
  })
})

describe('every response', () => {
  const fields = {
    'cache-control': 'private, no-store',
    vary: 'Cookie, Origin, Session-Request',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'session-request': 'r4nd0m',
  }
  test.each([
    ['GET', 200],
    ['HEAD', 200],
    ['OPTIONS', 204],
    ['PUT', 405],
    ['POST', 405],
    ['PATCH', 403],
  ])('%s (%d) has the fixed fields and the echo of the request', async (method, status) => {
    const reply = await send(method, { 'Session-Request': 'r4nd0m' })
    expect(reply.status).toBe(status)
    expect(Object.fromEntries(reply.headers)).toMatchObject(fields)
  })

  test('so have a 304, a 500 and a 503', async () => {
    const store = createMemoryStore()
    const down = { ...store, read: () => Promise.reject(new TypeError('down')) }
    const quiet = { onError: () => {} }
    const requests: [number, (request: Request) => Promise<Response>, Record<string, string>][] = [
      [304, createSessionHandler({ keys, store }), { 'If-None-Match': '"v0"' }],
      [500, createSessionHandler({ keys, store, ...quiet, admit: () => Promise.reject(new TypeError('a fault')) }), {}],
      [503, createSessionHandler({ keys, store: down, ...quiet }), { Cookie: `__Host-session=${'k'.repeat(43)}` }],
    ]
    for (const [status, handler, headers] of requests) {
      const reply = await toReply(await handler(new Request(url, { headers: { 'Session-Request': 'r4nd0m', ...headers } })))
      expect(reply.status).toBe(status)
      expect(Object.fromEntries(reply.headers)).toMatchObject(fields)
    }
  })

  test.each(['', 'a b', 'x'.repeat(257), 'é'])('a Session-Request of %j is not repeated', async (value) => {
    const reply = await send('GET', { 'Session-Request': value })
    expect([reply.status, reply.headers.get('Session-Request')]).toEqual([200, null])
  })

  test('a method that there is not names those that there are', async () => {
    const reply = await send('POST', { Origin: 'https://shop.test' })
    expect(reply).toMatchObject({ status: 405, problem: 'method-not-allowed' })
    expect(reply.headers.get('Allow')).toBe('GET, HEAD, PATCH, DELETE, OPTIONS')
  })
})

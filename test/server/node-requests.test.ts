// Holds how the Node listener reads URLs, hosts and methods.
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { type NodeListenerOptions, toNodeListener } from 'sojourn/server/node'
import { describe, expect, test } from 'vitest'
import { exchange, open, patch, type RawResponse, serve } from './fixtures/node-server.ts'
import { keys } from './visitor.ts'

const cookie = { name: 'sid', secure: false }
const create = () => createSessionHandler({ keys, store: createMemoryStore(), cookie })
type Reply = RawResponse | undefined

/** The handler by itself, and in an app that routes by path and has a private page. */
const shells = {
  handler: (options?: NodeListenerOptions) => serve(toNodeListener(create(), options)),
  app: (options?: NodeListenerOptions) => {
    const handler = create()
    return serve(
      toNodeListener(async (request) => {
        const { pathname } = new URL(request.url)
        return pathname === '/session' ? handler(request) : new Response(pathname, { status: 203 })
      }, options),
    )
  },
}

const problemOf = (reply: Reply): string | undefined => /urn:sojourn:problem:([\w-]+)/.exec(reply?.body ?? '')?.[1]

/** The same request with its body in one chunk. */
function inChunks(text: string): string {
  const [head = '', body = ''] = text.split('\r\n\r\n')
  const size = Buffer.byteLength(body).toString(16)
  return `${head.replace(/Content-Length: \d+/, 'Transfer-Encoding: chunked')}\r\n\r\n${size}\r\n${body}\r\n0\r\n\r\n`
}

describe.each(['handler', 'app'] as const)('the %s', (shell) => {
  test.each<[name: string, text: string, status: number, problem?: string]>([
    ['a path', 'GET /session HTTP/1.1\r\nHost: a.test\r\n\r\n', 200],
    ['an absolute URL (RFC 9112, 3.2.2)', 'GET http://a.test/session HTTP/1.1\r\nHost: a.test\r\n\r\n', 200],
    ['an absolute URL with another host', 'GET http://a.test/session HTTP/1.1\r\nHost: b.test\r\n\r\n', 200],
    ['an absolute URL without a path', 'OPTIONS http://a.test HTTP/1.1\r\nHost: a.test\r\n\r\n', shell === 'app' ? 203 : 204],
    ['HTTP/1.0 without Host', 'GET /session HTTP/1.0\r\n\r\n', 200],
    ['an IPv6 host', 'GET /session HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n', 200],
    ['the server itself', 'OPTIONS * HTTP/1.1\r\nHost: a.test\r\n\r\n', 204],
    ['HEAD', 'HEAD /session HTTP/1.1\r\nHost: a.test\r\n\r\n', 200],
    ['TRACE', 'TRACE /session HTTP/1.1\r\nHost: a.test\r\n\r\n', 405, 'method-not-allowed'],
    ['a method that nobody knows', 'PURGE /session HTTP/1.1\r\nHost: a.test\r\n\r\n', 405, 'method-not-allowed'],
    ['a GET of the server itself', 'GET * HTTP/1.1\r\nHost: a.test\r\n\r\n', 400],
    ['an absolute URL with a user', 'GET http://me@a.test/session HTTP/1.1\r\nHost: a.test\r\n\r\n', 400, 'bad-request'],
    ['two hosts', 'GET /session HTTP/1.1\r\nHost: a.test\r\nHost: b.test\r\n\r\n', 400, 'bad-request'],
    ['another expectation', 'GET /session HTTP/1.1\r\nHost: a.test\r\nExpect: magic\r\n\r\n', 417],
    ...[
      '[::1',
      'a b',
      '@',
      'x@evil',
      '%',
      'a:b:c',
      'h:99999',
      'h:abc',
      '<script>',
      '#',
      '?',
      'x/private?',
      'a,b',
      'a\\b',
      '..',
      '[::1]x',
    ].map((host): [string, string, number, string] => [
      `Host: ${host}`,
      `GET /session HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
      host === '..' ? 200 : 400,
      host === '..' ? '' : 'bad-request',
    ]),
  ])('%s', async (name, text, status, problem) => {
    const reply = await exchange(await shells[shell](), text)
    expect(reply?.status, reply?.body).toBe(status)
    if (problem) {
      expect(problemOf(reply)).toBe(problem)
      expect(reply?.headers).toMatchObject({ 'content-type': 'application/problem+json', 'cache-control': 'private, no-store' })
    }
    if (name === 'HEAD') expect(reply?.body).toBe('')
  })

  test('a host names no path, and two slashes name no host', async () => {
    const port = await shells[shell]()
    const reply = await exchange(port, 'GET /session HTTP/1.1\r\nHost: x/private?\r\n\r\n')
    expect([reply?.status, reply?.body]).toEqual([400, expect.not.stringContaining('private')])
    const slashes = await exchange(port, 'GET //evil.test/session HTTP/1.1\r\nHost: a.test\r\n\r\n')
    expect(slashes?.status).toBe(shell === 'app' ? 203 : 200)
  })

  test('only the listed hosts are served', async () => {
    const port = await shells[shell]({ hosts: ['Shop.test', 'app.test:8443'] })
    const statusOf = async (host: string) => (await exchange(port, `GET /session HTTP/1.1\r\nHost: ${host}\r\n\r\n`))?.status
    expect(await Promise.all(['shop.test', 'SHOP.test:99', 'app.test:8443'].map(statusOf))).toEqual([200, 200, 200])
    expect(await Promise.all(['app.test', 'evil.test', 'shop.test.evil', '127.0.0.1'].map(statusOf))).toEqual([421, 421, 421, 421])
  })

  test('an upload that is refused leaves the connection to the next request', async () => {
    const port = await shells[shell]()
    const connection = open(port)
    const body = 'x'.repeat(60_000)
    connection.write(patch(port, 'Sec-Fetch-Site: cross-site\r\n', body))
    connection.write('GET /session HTTP/1.1\r\nHost: a.test\r\n\r\n')
    await expect.poll(() => connection.responses.map(({ status }) => status)).toEqual([403, 200])
    connection.destroy()
  })

  test.each<[string, (port: number) => string, number]>([
    ['from another site', (port) => patch(port, 'Sec-Fetch-Site: cross-site\r\n', 'x'.repeat(1_200_000)), 403],
    ['over the limit', (port) => patch(port, '', 'x'.repeat(1_200_000)), 413],
    ['of a method that there is not', (port) => patch(port, '', 'x'.repeat(1_200_000)).replace('PATCH', 'PUT'), 405],
    ['in chunks over the limit', (port) => inChunks(patch(port, '', 'x'.repeat(1_200_000))), 413],
    ['in chunks from another site', (port) => inChunks(patch(port, 'Sec-Fetch-Site: cross-site\r\n', 'x'.repeat(1_200_000))), 403],
  ])('a large upload %s is refused, and the connection does not hang', async (_, toText, status) => {
    const port = await shells[shell]()
    const connection = open(port)
    connection.write(toText(port))
    await expect.poll(() => connection.responses.map((response) => response.status)).toEqual([status])
    const isClosing = connection.responses[0]?.headers.connection === 'close'
    if (!isClosing) connection.write('GET /session HTTP/1.1\r\nHost: a.test\r\n\r\n')
    await expect.poll(() => (isClosing ? connection.isClosed() : connection.responses.length === 2)).toBe(true)
    connection.destroy()
  })

  test('an upload without end is refused and cut off', async () => {
    const port = await shells[shell]()
    const connection = open(port)
    const head = patch(port, 'Sec-Fetch-Site: cross-site\r\n', '').replace('Content-Length: 0', 'Content-Length: 1000000000')
    connection.write(head)
    const chunk = 'x'.repeat(1_000_000)
    // 100 MB, of which the server takes a few.
    for (let sent = 0; sent < 100 && !connection.isClosed(); sent += 1) {
      connection.write(chunk)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await expect.poll(() => connection.isClosed()).toBe(true)
    expect(connection.responses.map(({ status }) => status)).toEqual([403])
  })

  test('a commit whose connection breaks in the middle of the body stores nothing', async () => {
    const store = createMemoryStore()
    let writes = 0
    const handler = createSessionHandler({
      keys,
      store: {
        ...store,
        write: async (write) => {
          writes += 1
          return store.write(write)
        },
      },
    })
    const port = await serve(toNodeListener(shell === 'handler' ? handler : (request) => handler(request)))
    const connection = open(port)
    connection.write(patch(port).slice(0, -10))
    await new Promise((resolve) => setTimeout(resolve, 20))
    connection.destroy()
    await expect.poll(() => connection.isClosed()).toBe(true)
    expect((await exchange(port, 'GET /session HTTP/1.1\r\nHost: a.test\r\n\r\n'))?.status).toBe(200)
    expect(writes).toBe(0)
  })
})

describe('options', () => {
  test.each<[unknown, RegExp]>([
    [{ protocol: 'https' }, /protocol is "https"/],
    [{ host: 'a.test/x' }, /host is "a\.test\/x"/],
    [{ host: 7 }, /host is 7/],
    [{ trustProxy: 'yes' }, /trustProxy is "yes"/],
    [{ trustProxy: 0 }, /trustProxy is 0/],
    [{ trustProxy: 1.5 }, /trustProxy is 1\.5/],
    [{ hosts: 'a.test' }, /hosts is "a\.test"/],
    [{ hosts: [] }, /hosts is \[\]/],
    [{ hosts: ['https://a.test'] }, /hosts is/],
    [{ onError: true }, /onError is true/],
  ])('%o is refused at creation', (options, message) => {
    expect(() => toNodeListener(create(), options as NodeListenerOptions)).toThrow(
      expect.objectContaining({ code: 'config', message: expect.stringMatching(message) }),
    )
  })
})

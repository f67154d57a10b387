// Holds what the Node listener believes of a proxy's forwarded fields.
import type { Admission } from 'sojourn/server'
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { toNodeListener } from 'sojourn/server/node'
import { describe, expect, test } from 'vitest'
import { type Forwarded, readForwarded } from '../../src/server/forwarded.ts'
import { exchange, patch, serve } from './fixtures/node-server.ts'
import { keys } from './visitor.ts'

type Fields = Readonly<Record<string, string>>
const read = (fields: Fields, proxies = 1): Forwarded => readForwarded((name) => fields[name], proxies)
const of = (protocol?: 'http:' | 'https:', host?: string, address?: string): Forwarded => ({ protocol, host, address })

describe('what a trusted proxy says', () => {
  test.each<[string, Fields, number, Forwarded]>([
    ['nothing', {}, 1, of()],
    [
      'X-Forwarded-*',
      { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'a.test', 'x-forwarded-for': '1.2.3.4' },
      1,
      of('https:', 'a.test', '1.2.3.4'),
    ],
    ['Forwarded', { forwarded: 'for=1.2.3.4;proto=https;host=a.test' }, 1, of('https:', 'a.test', '1.2.3.4')],
    [
      'Forwarded in other letters and with quotes',
      { forwarded: 'For="[2001:db8::1]:4711"; Proto=HTTPS' },
      1,
      of('https:', undefined, '2001:db8::1'),
    ],
    ['Forwarded first', { forwarded: 'host=a.test', 'x-forwarded-host': 'b.test' }, 1, of(undefined, 'a.test')],
    ['an address that a visitor put before', { 'x-forwarded-for': '9.9.9.9, 1.2.3.4' }, 1, of(undefined, undefined, '1.2.3.4')],
    ['two proxies', { 'x-forwarded-for': '9.9.9.9, 1.2.3.4, 10.0.0.2' }, 2, of(undefined, undefined, '1.2.3.4')],
    ['two proxies, of which the inner one overwrites', { 'x-forwarded-for': '1.2.3.4' }, 2, of(undefined, undefined, '1.2.3.4')],
    [
      'an element that a visitor put before',
      { forwarded: 'for=9.9.9.9;host=evil.test, for=1.2.3.4' },
      1,
      of(undefined, undefined, '1.2.3.4'),
    ],
    ['a comma in quotes', { forwarded: 'for="a,b";host="c.test"' }, 1, of(undefined, 'c.test')],
    ['a quote that is never closed', { forwarded: 'for="1.2.3.4, for=5.6.7.8' }, 1, of()],
    ['a made up name', { forwarded: 'for=_hidden, for=unknown' }, 1, of()],
    ['a port', { 'x-forwarded-for': '1.2.3.4:5' }, 1, of(undefined, undefined, '1.2.3.4')],
    ['another scheme', { 'x-forwarded-proto': 'ftp' }, 1, of()],
    ['empty fields', { 'x-forwarded-for': '', 'x-forwarded-host': ' , ' }, 1, of()],
  ])('%s', (_, fields, proxies, expected) => expect(read(fields, proxies)).toEqual(expected))
})

/** A server that notes what `admit` learns. */
async function createStage(options: Parameters<typeof toNodeListener>[1], isApp = false) {
  const asked: Admission[] = []
  const handler = createSessionHandler({
    keys,
    store: createMemoryStore(),
    cookie: { name: 'sid', secure: false },
    admit: (_, admission) => {
      asked.push(admission)
      return null
    },
  })
  const port = await serve(toNodeListener(isApp ? (request, connection) => handler(request, connection) : handler, options))
  return { asked, port }
}

describe.each([false, true])('the address of the client (in an app: %s)', (isApp) => {
  const forwarded = 'X-Forwarded-For: 9.9.9.9, 1.2.3.4\r\n'
  test('is that of the connection', async () => {
    const { asked, port } = await createStage({}, isApp)
    await exchange(port, patch(port, forwarded))
    expect(asked).toEqual([{ address: '127.0.0.1', creates: true }])
  })

  test('is what the proxy saw, if it is trusted', async () => {
    const { asked, port } = await createStage({ trustProxy: true }, isApp)
    await exchange(port, patch(port, forwarded))
    expect(asked).toEqual([{ address: '1.2.3.4', creates: true }])
  })
})

test('a forwarded host is checked as any other', async () => {
  const { port } = await createStage({ trustProxy: true })
  for (const host of ['x/private?', '@evil', 'a b']) {
    expect((await exchange(port, `GET / HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-Host: ${host}\r\n\r\n`))?.status).toBe(400)
  }
})

test('behind a proxy that ends TLS an old browser may write, if the proxy is trusted', async () => {
  const fields = 'X-Forwarded-Proto: https\r\nX-Forwarded-Host: shop.test\r\n'
  for (const [trustProxy, status] of [
    [true, 200],
    [false, 403],
  ] as const) {
    const { port } = await createStage({ trustProxy })
    const text = patch(port, fields).replace(`Origin: http://127.0.0.1:${port}`, 'Origin: https://shop.test')
    expect((await exchange(port, text))?.status).toBe(status)
  }
})

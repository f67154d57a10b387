// Sends bytes that nearly are HTTP to Node's own server, with the handler and with an app behind it.
import { connect } from 'node:net'
import process from 'node:process'
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { toNodeListener } from 'sojourn/server/node'
import { expect, test } from 'vitest'
import { serve } from '../server/fixtures/node-server.ts'
import { createDraw, type Draw } from './random.ts'
import { drawRequest, host } from './requests.ts'

const runs = Number(process.env.FUZZ_WIRE_RUNS ?? 4_000)
const seed = Number(process.env.FUZZ_SEED ?? 1)
const parallel = 20

const targets = [
  '*',
  'http://shop.test/session',
  'http://shop.test',
  'https://me@shop.test/',
  '//evil',
  '/a b',
  '',
  'shop.test:443',
  '/\u00e9',
  '?a',
  '#',
  'http://',
]
const hosts = [
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
  '',
  'a,b',
  '[::1]',
  '\u00e9',
]
const oddMethods = ['TRACE', 'CONNECT', 'PURGE', 'get', 'G E T', '', 'X'.repeat(300)]
const lines = [
  'Transfer-Encoding: chunked',
  'Content-Length: 5',
  'Content-Length: -1',
  'Expect: 100-continue',
  'Expect: magic',
  'Host: b.test',
  'X: \u0000',
  ' folded',
  'NoColon',
  'Connection: close',
  'Connection: upgrade',
  'Upgrade: websocket',
  'X-Forwarded-Host: evil/x',
  'Content-Type: text/plain',
]

/** Draws the bytes of one request, broken in some place three times of ten. */
function drawBytes(draw: Draw): Buffer {
  const { method, path, headers, body = '' } = drawRequest(draw, [])
  const isOdd = draw.chance(0.3)
  const start = [
    isOdd && draw.chance(0.3) ? draw.pick(oddMethods) : method,
    isOdd && draw.chance(0.4) ? draw.pick(targets) : path,
    isOdd && draw.chance(0.1) ? draw.pick(['HTTP/1.0', 'HTTP/2.0', 'HTTP/9', 'HTTP/1.1 ']) : 'HTTP/1.1',
  ].join(' ')
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const length = isOdd && draw.chance(0.2) ? draw.below(2_000) : Buffer.byteLength(body)
  const all = [`Host: ${isOdd && draw.chance(0.5) ? draw.pick(hosts) : host}`, ...fields, ...(body ? [`Content-Length: ${length}`] : [])]
  if (isOdd && draw.chance(0.4)) all.splice(draw.below(all.length), 0, draw.pick(lines))
  return Buffer.from(`${start}\r\n${all.join('\r\n')}\r\n\r\n${body}`, draw.chance(0.5) ? 'utf8' : 'latin1')
}

/** Sends bytes, says that there are no more, and collects what comes until the connection closes. */
function exchange(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let received = ''
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes))
    socket.setEncoding('latin1').on('data', (text) => {
      received += text
    })
    socket.on('error', () => {}).on('close', () => resolve(received))
    socket.setTimeout(500, () => socket.destroy())
  })
}

/** What is wrong with what came; undefined if nothing is. Node's own parser refuses without a body, and closes. */
function faultOf(received: string): string | undefined {
  for (const [, status = '', head = ''] of received.matchAll(/HTTP\/1\.1 (\d{3}) (.*?)\r\n\r\n/gs)) {
    if (Number(status) >= 500) return `status ${status}`
    const isOurs = /content-type/i.test(head)
    if (Number(status) >= 400 && isOurs && !/application\/problem\+json/i.test(head)) return `a ${status} without a problem document`
    if (isOurs && !/cache-control: private, no-store/i.test(head)) return `a ${status} without the common fields`
  }
  return undefined
}

test.each(['handler', 'app'])(`${runs / 2} raw requests to the %s: no 5xx, and the server lives`, { timeout: 300_000 }, async (shell) => {
  const errors: unknown[] = []
  const handler = createSessionHandler({
    store: createMemoryStore(),
    keys: ['theme', 'cart', 'draft', 'plan'],
    cookie: { name: 'sid', secure: false },
    onError: (error) => errors.push(error),
  })
  const port = await serve(
    shell === 'handler'
      ? toNodeListener(handler)
      : toNodeListener((request, connection) => handler(request, connection), { onError: (error) => void errors.push(error) }),
  )
  const draw = createDraw(seed)
  const faults: string[] = []
  const statuses = new Set<string>()
  let left = Math.floor(runs / 2)
  async function work(): Promise<void> {
    while (left > 0 && faults.length === 0) {
      left -= 1
      const bytes = drawBytes(draw)
      const received = await exchange(port, bytes)
      statuses.add(received.slice(9, 12))
      const fault = faultOf(received)
      if (fault !== undefined) faults.push(`${fault}: ${bytes.toString('latin1').slice(0, 1_000)}`)
    }
  }
  await Promise.all(Array.from({ length: parallel }, work))
  expect(faults).toEqual([])
  expect(errors).toEqual([])
  for (const status of ['200', '400', '403', '405', '415', '417']) expect(statuses).toContain(status)
  expect(await exchange(port, Buffer.from(`GET /session HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`))).toMatch(
    /^HTTP\/1\.1 200/,
  )
})

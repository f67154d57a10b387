// `npm run measure:streams -- [count]`: opens live streams on a server in a process of its own, and prints the memory of one stream, how soon
// a write reaches its reader, and what is left after all are closed. Each stream is a connection, so 10,000 need `ulimit -n 11000`.
import { type ChildProcess, fork } from 'node:child_process'
import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createMemoryStore, createSessionHandler } from '../src/server/index.ts'
import { toNodeListener } from '../src/server/node.ts'

const isServer = process.argv[2] === 'serve'
const writes = 20

/** Serves sessions, and says how much memory it has whenever it is asked. */
function serve(): void {
  const handler = createSessionHandler({ store: createMemoryStore(), keys: ['count'], streams: { max: 100_000 } })
  const server = createServer(toNodeListener(handler))
  process.on('message', () => {
    global.gc?.()
    process.send?.({ rss: process.memoryUsage().rss, heap: process.memoryUsage().heapUsed })
  })
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
}

interface Memory {
  readonly rss: number
  readonly heap: number
}

const next = <T>(child: ChildProcess): Promise<T> => new Promise((resolve) => child.once('message', (message) => resolve(message as T)))

/** Returns the memory of the server once it has come to rest. */
async function memoryOf(child: ChildProcess): Promise<Memory> {
  for (let times = 0; times < 3; times++) {
    await sleep(300)
    child.send('memory')
    await next(child)
  }
  child.send('memory')
  return next(child)
}

/** Stores a count, for a new visitor without a cookie. Returns the cookie and the state. */
async function commit(url: string, n: number, cookie: string | undefined, state: { lineage: string | null; version: string }) {
  const response = await fetch(url, {
    method: 'PATCH',
    headers: {
      Origin: new URL(url).origin,
      'Content-Type': 'application/json',
      'Idempotency-Key': `"${'c'.repeat(22)}/${n}"`,
      ...(cookie && { Cookie: cookie }),
    },
    body: JSON.stringify({ lineage: state.lineage, base: state.version, after: n - 1, set: { count: n } }),
  })
  const next = (await response.json()) as typeof state
  return { cookie: cookie ?? response.headers.get('Set-Cookie')?.split(';')[0], state: next }
}

const open = (url: string, cookie: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get(url, { agent: false, headers: { Accept: 'text/event-stream', Cookie: cookie } }, (response) => {
      response.on('error', () => {})
      response.resume()
      resolve(response)
    }).on('error', reject)
  })

async function measure(count: number): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), ['serve'], { execArgv: ['--expose-gc'] })
  try {
    const { port } = await next<{ port: number }>(child)
    const url = `http://127.0.0.1:${port}/session`
    let visitor = await commit(url, 1, undefined, { lineage: null, version: 'v0' })
    const cookie = visitor.cookie ?? ''
    const reader = await open(url, cookie)
    const before = await memoryOf(child)
    const others = await commit(url, 1, undefined, { lineage: null, version: 'v0' })
    const streams: IncomingMessage[] = []
    while (streams.length < count) {
      const batch = Array.from({ length: Math.min(100, count - streams.length) }, () => open(url, others.cookie ?? ''))
      streams.push(...(await Promise.all(batch)))
    }
    const during = await memoryOf(child)
    const times: number[] = []
    for (let n = 2; n < 2 + writes; n++) {
      const startedAt = performance.now()
      const arrived = new Promise((resolve) => reader.once('data', resolve))
      visitor = await commit(url, n, cookie, visitor.state)
      await arrived
      times.push(performance.now() - startedAt)
    }
    for (const stream of streams) stream.destroy()
    await sleep(1000)
    const after = await memoryOf(child)
    const kib = (bytes: number): string => (bytes / 1024 / count).toFixed(1)
    console.log(`${count} streams: ${kib(during.rss - before.rss)} KiB rss and ${kib(during.heap - before.heap)} KiB heap each`)
    console.log(`a write to its event, p50: ${times.sort((a, b) => a - b)[writes >> 1]?.toFixed(1)} ms`)
    console.log(`left after all are closed: ${kib(after.heap - before.heap)} KiB heap each`)
    reader.destroy()
  } finally {
    child.kill()
  }
}

if (isServer) serve()
else await measure(Number(process.argv[2] ?? 1000))

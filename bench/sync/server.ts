// The server of the sync suite, with an adjustable round trip: sessions and plain resources. Runs in a process of its own.
import { createServer } from 'node:http'
import process from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { toNodeListener } from 'sojourn/server/node'
import { listen } from '../lib/serve.ts'
import { createPlain } from './plain.ts'

/** How far away a server is. Jitter comes on top of either way, anything up to it. Times in milliseconds. */
export interface Network {
  readonly roundTripMs: number
  readonly jitterMs: number
}

const { roundTripMs, jitterMs }: Network = JSON.parse(process.argv[2] as string)

/** One way. */
async function travel(): Promise<void> {
  const ms = roundTripMs / 2 + Math.random() * jitterMs
  if (ms > 0) await setTimeout(ms)
}

async function beFar<T>(answer: () => Promise<T>): Promise<T> {
  await travel()
  const answered = await answer()
  await travel()
  return answered
}

// Sessions here have up to 10,000 keys, which is more than the default limits let anybody store.
const keys = ['count', ...Array.from({ length: 10_000 }, (_, at) => `key-${at}`)]
const handler = createSessionHandler({ store: createMemoryStore(), keys, maxSessionBytes: 2 ** 24, maxBodyBytes: 2 ** 24, maxKeys: 10_000 })
const session = toNodeListener((request) => beFar(() => handler(request)))
const plain = createPlain()

listen(
  createServer(async (request, response) => {
    if (request.url === '/session') return session(request, response)
    const { status, etag, data } = await beFar(() => plain(request))
    response.writeHead(status, { ETag: etag, 'Content-Type': 'application/json' }).end(data && JSON.stringify({ data }))
  }),
)

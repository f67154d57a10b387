// Holds that uploads which the server refuses without reading them never keep Chromium's other requests waiting.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { toNodeListener } from 'sojourn/server/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from './chromium.ts'

let browser: Browser
const servers: Server[] = []

beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
  for (const server of servers) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

const handler = createSessionHandler({ store: createMemoryStore(), keys: ['theme'] })
const shells = { handler: toNodeListener(handler), app: toNodeListener((request, connection) => handler(request, connection)) }

/** Serves a page and the session. A connection that hangs is given up by nobody, so that a page which waits for it waits for good. */
async function start(session: (typeof shells)['app']): Promise<string> {
  const server = createServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 600_000 }, (request, response) => {
    if (request.url === '/session') session(request, response)
    else response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>Uploads</title>')
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

test.each(['handler', 'app'] as const)('seven refused uploads of each kind to the %s leave the page its connections', async (shell) => {
  const page = await browser.newPage()
  await page.goto(await start(shells[shell]))
  const statuses = await page.evaluate(async () => {
    const body = 'x'.repeat(500_000)
    const json = { 'Content-Type': 'application/json', 'Idempotency-Key': `"${'c'.repeat(22)}/1"` }
    const kinds: RequestInit[] = [
      { method: 'PATCH', headers: json },
      { method: 'PUT', headers: json },
      { method: 'PATCH', headers: { ...json, 'Content-Type': 'text/plain' } },
      { method: 'DELETE' },
    ]
    const seen: number[][] = []
    for (const kind of kinds) {
      // A browser has six connections to an origin.
      const uploads = Array.from({ length: 7 }, () => fetch('/session', { ...kind, body }))
      const responses = await Promise.all([...uploads, fetch('/session')])
      seen.push([...new Set(responses.map(({ status }) => status))])
    }
    return seen
  })
  expect(statuses).toEqual([
    [413, 200],
    [405, 200],
    [415, 200],
    [400, 200],
  ])
  await page.close()
})

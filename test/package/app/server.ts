// An app's server that imports every server entry point of the installed package.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSessionClient } from 'sojourn'
import { conformanceChecks, runConformance } from 'sojourn/conformance'
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { toNodeListener } from 'sojourn/server/node'
import { createSqliteStore } from 'sojourn/server/sqlite'
import * as z from 'zod/mini'

const keys = ['theme', 'cart', 'note']
const schema = z.object({ theme: z.optional(z.string()) })

/** Serves a session over each store, writes it once through the client, and prints what another read and some checks find. */
for (const store of [createMemoryStore(), createSqliteStore({ path: ':memory:' })]) {
  const server = createServer(toNodeListener(createSessionHandler({ store, keys })))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/session`
  let cookie = ''
  const browser: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    request.headers.set('Sec-Fetch-Site', 'same-origin')
    if (cookie) request.headers.set('Cookie', cookie)
    const response = await fetch(request)
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
    return response
  }
  const session = createSessionClient({ url, fetch: browser, schema })
  await session.set('theme', 'dark')
  session.dispose()
  const read = await browser(url)
  const { conforms } = await runConformance({ url, keys }, conformanceChecks.slice(0, 3))
  console.log(read.status, JSON.stringify((await read.json()).data), conforms)
  server.closeAllConnections()
  server.close()
}

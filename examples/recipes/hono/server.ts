// Hono: requests and responses of the Fetch standard, here on Node.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { serve as serveHono } from '@hono/node-server'
import { Hono } from 'hono'
import type { RecipeSessions, Served } from '../sessions.ts'

export async function serve(sessions: RecipeSessions): Promise<Served> {
  const app = new Hono()
  app.all('/session', (context) => sessions(context.req.raw))
  app.post('/log-in', async (context) => {
    const session = await sessions.open(context.req.raw)
    await session.signIn((await context.req.json()).name)
    return session.respond(context.json({ name: session.identity }))
  })
  const server = serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
  if (!server.listening) await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: async () => server.close() }
}

// Express: the session before body parsers, `req.session` for the app's own views.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { session } from 'sojourn/express'
import { toNodeListener } from 'sojourn/server/node'
import type { RecipeSessions, Served } from '../sessions.ts'

export async function serve(sessions: RecipeSessions): Promise<Served> {
  const app = express()
  app.all('/session', toNodeListener(sessions))
  app.use(express.json())
  app.use(session(sessions))
  app.post('/log-in', async (request, response) => {
    const opened = await sessions.open({ headers: new Headers({ Cookie: request.headers.cookie ?? '' }) })
    await opened.signIn(request.body.name)
    const { cookie } = opened
    // Express counts in milliseconds.
    if (cookie) response.cookie(cookie.name, cookie.value, { ...cookie.options, maxAge: (cookie.options.maxAge ?? 0) * 1000 })
    response.json({ name: opened.identity })
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: async () => server.close() }
}

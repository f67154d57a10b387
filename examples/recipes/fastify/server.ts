// Fastify: it parses bodies before routes run, so the session's route hands the text over.
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { toNodeListener } from 'sojourn/server/node'
import type { RecipeSessions, Served } from '../sessions.ts'

export async function serve(sessions: RecipeSessions): Promise<Served> {
  const app = Fastify()
  const listener = toNodeListener(sessions)
  await app.register(async (scope) => {
    scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_, body, done) => done(null, body))
    scope.all('/session', (request, reply) => {
      reply.hijack()
      listener(Object.assign(request.raw, { body: request.body }), reply.raw)
    })
  })
  app.post('/log-in', async (request, reply) => {
    const session = await sessions.open({ headers: new Headers({ Cookie: request.headers.cookie ?? '' }) })
    await session.signIn((request.body as { name: string }).name)
    for (const [name, value] of session.respond(new Response()).headers) reply.header(name, value)
    return { name: session.identity }
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() }
}

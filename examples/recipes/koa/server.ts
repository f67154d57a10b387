// Koa: the session takes Node's own request and response, so Koa is told not to respond.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { toNodeListener } from 'sojourn/server/node'
import type { RecipeSessions, Served } from '../sessions.ts'

export async function serve(sessions: RecipeSessions): Promise<Served> {
  const app = new Koa()
  const listener = toNodeListener(sessions)
  app.use(async (context, next) => {
    if (context.path !== '/session') return next()
    context.respond = false
    listener(context.req, context.res)
  })
  app.use(async (context) => {
    if (context.path !== '/log-in' || context.method !== 'POST') return
    const session = await sessions.open({ headers: new Headers({ Cookie: context.get('Cookie') }) })
    const chunks: Buffer[] = []
    for await (const chunk of context.req) chunks.push(chunk as Buffer)
    await session.signIn((JSON.parse(Buffer.concat(chunks).toString()) as { name: string }).name)
    const { cookie } = session
    // Koa refuses a Secure cookie over plain http by itself; a field is set as it is.
    if (cookie) context.append('Set-Cookie', session.respond(new Response()).headers.getSetCookie())
    context.body = { name: session.identity }
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: async () => server.close() }
}

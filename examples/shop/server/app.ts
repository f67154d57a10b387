// Routes the shop's requests: the session, the endpoints, the page and its files. Called by start-shop.ts and by tests.
import { createSessionHandler, type SessionHandlerOptions } from 'sojourn/server'
import { maxQuantity } from '../shared/cart.ts'
import { readOnly, schema } from '../shared/schema.ts'
import { logIn, logOut } from './account.ts'
import type { Endpoint, Sessions } from './endpoint.ts'
import type { Files } from './files.ts'
import { placeOrder } from './orders.ts'
import { renderPage } from './page.ts'
import { expiresSoon, operatorEnds, phoneAdds, shopTakes } from './parties.ts'
import { cartIn } from './session-data.ts'

const dayMs = 86_400_000

const endpoints: ReadonlyMap<string, Endpoint> = new Map([
  ['/log-in', logIn],
  ['/log-out', logOut],
  ['/orders', placeOrder],
])

/** What other parties do to the session. They are elsewhere, so nothing of these responses may touch this browser's cookie. */
const parties: ReadonlyMap<string, Endpoint> = new Map([
  ['/party/phone-adds', phoneAdds],
  ['/party/shop-takes', shopTakes],
  ['/party/expires-soon', expiresSoon],
  ['/party/operator-ends', operatorEnds],
])

const notFound = (): Response => new Response('Not found', { status: 404 })

/** The shop as one function from request to answer. */
export interface App {
  (request: Request): Promise<Response>
  /** Drops the sessions that are over. */
  sweep(): Promise<number>
}

/** Creates the shop over a session store and the built page. */
export function createApp({ store, files }: { readonly store: SessionHandlerOptions['store']; readonly files: Files }): App {
  const toHandler = (isTls: boolean): Sessions =>
    createSessionHandler({
      store,
      schema,
      readOnly,
      maxAgeMs: dayMs,
      // Not every browser keeps a Secure cookie of http://127.0.0.1, so it is Secure if the request came over TLS.
      cookie: isTls ? {} : { name: 'shop-session', secure: false },
      validate: (data) =>
        cartIn(data).some(({ quantity }) => quantity > maxQuantity)
          ? [{ key: 'cart', message: `at most ${maxQuantity} of one thing` }]
          : [],
    })
  const [plain, overTls] = [toHandler(false), toHandler(true)]

  async function response(request: Request): Promise<Response> {
    const { pathname, protocol } = new URL(request.url)
    const handler = protocol === 'https:' ? overTls : plain
    if (pathname === '/session') return handler(request)
    if (request.method === 'POST') return answerPost(handler, pathname, request)
    if (request.method !== 'GET' && request.method !== 'HEAD') return new Response('Method not allowed', { status: 405 })
    return pathname === '/' ? renderPage(files.index, handler, request) : (files.response(pathname) ?? notFound())
  }

  return Object.assign(response, { sweep: () => plain.sweep() })
}

async function answerPost(handler: Sessions, pathname: string, request: Request): Promise<Response> {
  const party = parties.get(pathname)
  const endpoint = party ?? endpoints.get(pathname)
  if (!endpoint) return notFound()
  if (!isSameOrigin(request)) return new Response('Send this from the shop itself', { status: 403 })
  const session = await handler.open(request)
  const response = session.respond(await endpoint(session, request))
  if (party) response.headers.delete('Set-Cookie')
  return response
}

/** Whether a page of our own sends this. Browsers set at least one of the two fields on a POST, and no page can forge them. */
function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('Sec-Fetch-Site')
  return site === null ? request.headers.get('Origin') === new URL(request.url).origin : site === 'same-origin'
}

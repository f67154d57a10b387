// Renders the page with the visitor's session in it, for a first paint without a request.
import type { Sessions } from './endpoint.ts'

/**
 * The page with the visitor's session in it, so that the first paint has the right theme and cart. The page gives the
 * state to `createSessionClient` as `initialState`.
 */
export async function renderPage(index: string, handler: Sessions, request: Request): Promise<Response> {
  const session = await handler.open(request)
  const state = await readState(handler, request)
  const theme = session.get('theme')
  // `<` would end the script element from inside a value.
  const json = JSON.stringify(state === undefined ? null : { state }).replaceAll('<', '\\u003c')
  const html = index
    .replace('data-theme="light"', `data-theme="${theme}"`)
    .replace('<!--session-->', () => `<script type="application/json" id="session-state">${json}</script>`)
  const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'private, no-cache', 'X-Content-Type-Options': 'nosniff' }
  return session.respond(new Response(html, { headers }))
}

/** Asks the handler as the browser would. */
async function readState(handler: Sessions, request: Request): Promise<unknown> {
  const headers = { Cookie: request.headers.get('Cookie') ?? '' }
  const response = await handler(new Request(new URL('/session', request.url), { headers }))
  return response.ok ? response.json() : undefined
}

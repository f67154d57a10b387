// Who may write: the decision by `Sec-Fetch-Site` and `Origin`, what a refusal says, and the preflight of CORS.
import type { HttpRequest, HttpResponse } from './http.ts'
import { toProblem } from './problems.ts'

/** The methods of the session, for `Allow` and for CORS. */
export const methods = 'GET, HEAD, PATCH, DELETE, OPTIONS'

/** How long a browser may keep the response to a preflight, in seconds; Chromium keeps none longer. */
const preflightSeconds = 7_200

/** What decides whether a request may write. */
export interface Writer {
  /** `Sec-Fetch-Site`, which no page can forge. Browsers leave it out on plain http hosts, Safari did before 16.4. */
  readonly site: string | null
  /** `Origin`, which no page can forge either. */
  readonly origin: string | null
  /** The origin of the request's own URL. */
  readonly own: string
  /** The origins that the app named. */
  readonly listed: readonly string[]
}

/**
 * Returns whether a request that changes something comes from a page that may write. `Sec-Fetch-Site` decides if it is
 * present, because it is the browser's own comparison and no proxy in between changes what it compared. `null`, the
 * origin of sandboxed frames and files, is nobody's.
 */
export function mayWrite({ site, origin, own, listed }: Writer): boolean {
  const isListed = origin !== null && listed.includes(origin)
  const isOwn = origin !== null && origin !== 'null' && origin === own
  switch (site) {
    case 'same-origin':
      return true
    case 'same-site':
    case 'cross-site':
      return isListed
    case 'none':
      return origin === null || isOwn || isListed
    case null:
      return isOwn || isListed
    default:
      return false
  }
}

/** Refuses a request of a page that may not write. The detail is for the developer: what came, what is accepted, what to set. */
export function refuseWriter({ site, origin, own, listed }: Writer): HttpResponse {
  const accepted = [own, ...listed].map((name) => quote(name)).join(', ')
  return toProblem('csrf', {
    detail:
      `The request came with ${origin === null ? 'no Origin' : `Origin ${quote(origin)}`} and ` +
      `${site === null ? 'no Sec-Fetch-Site' : `Sec-Fetch-Site ${quote(site)}`}; accepted origins are ${accepted}. ` +
      'Name another origin in the option origins of the handler. Behind a proxy that ends TLS set trustProxy or protocol of the listener. ' +
      'A development proxy must not rewrite Origin or Host (leave changeOrigin out).',
  })
}

const quote = (text: string): string => JSON.stringify(text.slice(0, 200))

/** Responds to OPTIONS: for a preflight of an allowed origin, with what it may send. */
export function answerOptions(request: HttpRequest, origins: readonly string[]): HttpResponse {
  const isAllowed = origins.includes(request.header('origin') ?? '')
  const cors = {
    'Access-Control-Allow-Methods': methods,
    // Echoed: an allowed origin may send whatever fields the app's CSRF check or tracing needs.
    'Access-Control-Allow-Headers': request.header('access-control-request-headers') ?? '',
    'Access-Control-Max-Age': String(preflightSeconds),
  }
  return { status: 204, headers: { Allow: methods, ...(isAllowed && cors) }, cookies: [], body: null }
}

/** The methods of the session, for `Allow` and for CORS. */
export const methods = 'GET, HEAD, PATCH, DELETE, OPTIONS'

/** How long a browser may keep the answer to a preflight, in seconds; Chromium keeps none longer. */
const preflightSeconds = 7_200

/**
 * Whether a request that changes something comes from a page of the same origin, or of one that the app named. A browser
 * sets `Origin` on every PATCH and DELETE, and no page can forge either field; a request with neither is refused.
 */
export function isSameOrigin(request: Request, origins: readonly string[]): boolean {
  const origin = request.headers.get('Origin')
  if (origin !== null && (origin === new URL(request.url).origin || origins.includes(origin))) return true
  // Behind a proxy that ends TLS the request's own URL is not the one that the page has.
  return request.headers.get('Sec-Fetch-Site') === 'same-origin'
}

/** The answer to OPTIONS: for a preflight of an allowed origin, what it may send. */
export function answerOptions(request: Request, origins: readonly string[]): Response {
  const headers = new Headers({ Allow: methods })
  if (isAllowed(request, origins)) {
    headers.set('Access-Control-Allow-Methods', methods)
    // Echoed: an allowed origin may send whatever fields the app's CSRF check or tracing needs.
    headers.set('Access-Control-Allow-Headers', request.headers.get('Access-Control-Request-Headers') ?? '')
    headers.set('Access-Control-Max-Age', String(preflightSeconds))
  }
  return new Response(null, { status: 204, headers })
}

/** Adds what every answer carries: nothing of a session may be kept by a cache, and an allowed origin may read it. */
export function withCommonHeaders(response: Response, request: Request, origins: readonly string[]): Response {
  const { headers } = response
  headers.set('Cache-Control', 'no-store')
  headers.set('Vary', 'Cookie, Origin')
  headers.set('X-Content-Type-Options', 'nosniff')
  if (isAllowed(request, origins)) {
    headers.set('Access-Control-Allow-Origin', request.headers.get('Origin') as string)
    headers.set('Access-Control-Allow-Credentials', 'true')
    headers.set('Access-Control-Expose-Headers', 'ETag, Retry-After, Session-Version, Preference-Applied')
  }
  return response
}

function isAllowed(request: Request, origins: readonly string[]): boolean {
  return origins.includes(request.headers.get('Origin') ?? '')
}

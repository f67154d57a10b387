import type { RequestListener } from 'node:http'
import { createRequestListener, type ErrorHandler } from '@remix-run/node-fetch-server'

/** Options of `toNodeListener`. */
export interface NodeListenerOptions {
  /**
   * The host of the requests' URLs, such as `app.example.com`.
   *
   * @default the Host field of each request
   */
  readonly host?: string | undefined
  /**
   * The scheme of the requests' URLs, `http:` or `https:`. Behind a proxy that ends TLS give `https:`, so that the
   * same-origin check sees the URL that the browser sees.
   *
   * @default that of the connection
   */
  readonly protocol?: string | undefined
  /**
   * Take host and scheme from `Forwarded` or `X-Forwarded-*`. Only behind a proxy that overwrites those fields.
   *
   * @default false
   */
  readonly trustProxy?: boolean | undefined
  /**
   * Told of errors that the handler threw; may give the answer.
   *
   * @default the console is told and the answer is a bare 500
   */
  readonly onError?: ErrorHandler | undefined
}

/**
 * Makes a handler of the Fetch standard a listener for Node's own servers.
 *
 * @example
 * http.createServer(toNodeListener(createSessionHandler({ store }))).listen(3000)
 */
export function toNodeListener(
  handler: (request: Request) => Promise<Response> | Response,
  options: NodeListenerOptions = {},
): RequestListener {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  // One named parameter: the adapter goes by the handler's length, which `Object.assign` and wrappers lose.
  return createRequestListener((request: Request) => handler(request), given)
}

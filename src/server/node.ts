// Serves a session handler, or an app of the Fetch standard, on Node's own servers: http, https, http2, and whatever passes
// their requests on, such as Express. The door `sojourn/server/node`.
import process from 'node:process'
import { createRequestListener, type ErrorHandler } from '@remix-run/node-fetch-server'
import { SessionConfigError } from '../errors/session-config-error.ts'
import { withCommonHeaders } from './common-headers.ts'
import { type Connection, type HttpRequest, type Respond, respondOf } from './http.ts'
import { readNodeBody } from './node-body.ts'
import { type NodeListenerOptions, toFront } from './node-front.ts'
import { type BadTarget, type Fields, type NodeRequest, readFields, readTarget, type Target } from './node-request.ts'
import { discard, type NodeResponse, send } from './node-response.ts'
import { toProblem } from './problems.ts'

export type { NodeListenerOptions } from './node-front.ts'
export type { NodeRequest } from './node-request.ts'
export type { NodeResponse } from './node-response.ts'

/** A listener for `http.createServer`, `http2.createServer` and the like, and for Express. */
export type NodeListener = (request: NodeRequest, response: NodeResponse) => void

/**
 * Makes a session handler, or any handler of the Fetch standard, a listener for Node's own servers. A session handler is served
 * without objects of the Fetch standard, which cost more than all of its own work; an app's function gets a Request.
 *
 * A request that is addressed to nobody (a malformed Host, two hosts, TRACE) is refused with 400 or 405 before it is routed.
 *
 * @throws SessionConfigError if an option cannot work.
 * @example
 * http.createServer(toNodeListener(createSessionHandler({ store }))).listen(3000)
 */
export function toNodeListener(handler: FetchHandler, options: NodeListenerOptions = {}): NodeListener {
  if (typeof handler !== 'function')
    throw new SessionConfigError(
      'Failed to create the Node listener: its first argument is no function. Give a session handler, or a function from Request to Response.',
    )
  const front = toFront(options)
  const serve = respondOf(handler) ? serveSession(respondOf(handler) as Respond) : serveApp(handler, options.onError)
  return (request, response) => {
    const fields = readFields(request)
    const target = readTarget(request, fields, front)
    if ('problem' in target) refuse({ request, response, fields }, target)
    else serve({ request, response, fields, target })
  }
}

/** A handler of the Fetch standard. `connection` is for a session handler that it passes the request on to. */
type FetchHandler = (request: Request, connection: Connection) => Promise<Response> | Response

/** One exchange of a Node server. */
interface Exchange {
  readonly request: NodeRequest
  readonly response: NodeResponse
  readonly fields: Fields
}

type Serve = (exchange: Exchange & { readonly target: Target }) => void

function refuse({ request, response, fields }: Exchange, { problem, detail }: BadTarget): void {
  send(request, response, withCommonHeaders(toProblem(problem, { detail }), { header: (name) => fields.get(name) ?? null }, []))
}

function serveSession(respond: Respond): Serve {
  let hasWarned = false
  const onParsed = (): void => {
    if (hasWarned) return
    hasWarned = true
    process.emitWarning(
      'A body parser in front of the session handler parsed its body, so that numbers and repeated keys cannot be checked as they were ' +
        'sent. Mount the session before body parsers, or keep the text as rawBody.',
      { code: 'SOJOURN_PARSED_BODY' },
    )
  }
  return ({ request, response, fields, target }) => {
    respond(toHttpRequest({ request, fields, target, onParsed })).then(
      (answer) => send(request, response, answer),
      () => response.destroy(),
    )
  }
}

interface Parts {
  readonly request: NodeRequest
  readonly fields: Fields
  readonly target: Target
  readonly onParsed: () => void
}

function toHttpRequest({ request, fields, target, onParsed }: Parts): HttpRequest {
  const method = request.method ?? 'GET'
  let made: Request | undefined
  return {
    method,
    origin: target.origin,
    address: target.address,
    header: (name) => fields.get(name) ?? null,
    readBody: (maxBytes) => readNodeBody(request, { maxBytes, onParsed }),
    toFetch: () => {
      made ??= new Request(target.origin + target.path, { method, headers: [...fields].filter(([name]) => !name.startsWith(':')) })
      return made
    },
  }
}

/** Methods of which the Fetch standard makes no Request. */
const forbiddenMethods: readonly (string | undefined)[] = ['CONNECT', 'TRACE', 'TRACK']

function serveApp(handler: FetchHandler, onError: ErrorHandler | undefined): Serve {
  return ({ request, response, fields, target }) => {
    const { method } = request
    const only = { header: (name: string) => fields.get(name) ?? null }
    if (forbiddenMethods.includes(method)) {
      const refusal = toProblem('method-not-allowed', { headers: { Allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' } })
      return send(request, response, withCommonHeaders(refusal, only, []))
    }
    if (target.path === '*') {
      return send(request, response, withCommonHeaders({ status: 204, headers: {}, cookies: [], body: null }, only, []))
    }
    const [protocol, host] = target.origin.split('//') as [string, string]
    if (!request.url?.startsWith('/')) request.url = target.path
    response.once('finish', () => {
      if (request.complete) return
      // The adapter's own listener pauses the request at each chunk that nobody takes.
      request.removeAllListeners('data')
      discard(request, () => {})
    })
    // One named parameter: the adapter goes by the handler's length, which `Object.assign` and wrappers lose.
    createRequestListener((fetched: Request) => handler(fetched, { address: target.address }), {
      protocol,
      host,
      ...(onError && { onError }),
    })(request as never, response as never)
  }
}

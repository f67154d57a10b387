// Serves one request that arrived: checks CSRF, then calls the handler or an endpoint of the app. Called by network; keeps no state.
import type { MockBackend } from './backend.ts'
import type { CsrfGuard } from './csrf.ts'
import { type PlainRequest, type PlainResponse, toPlainResponse, toServerRequest } from './exchange.ts'
import type { MockEndpoint, MockEndpointResult } from './options.ts'

/** The parts of a mock's server. */
export interface MockServerParts {
  readonly backend: MockBackend
  readonly guard: CsrfGuard | undefined
}

/** Adds a new token to a request without one, so that this request sees it already. `line` is the response's `Set-Cookie`. */
function withToken(request: PlainRequest, guard: CsrfGuard | undefined): { request: PlainRequest; line: string | undefined } {
  if (guard === undefined || guard.token(toServerRequest(request)) !== undefined) return { request, line: undefined }
  const line = guard.renew()
  const cookies = [request.headers.get('cookie'), line.slice(0, line.indexOf(';'))].filter((cookie) => cookie !== undefined)
  return { request: { ...request, headers: new Map(request.headers).set('cookie', cookies.join('; ')) }, line }
}

function toResponse(result: MockEndpointResult): Response {
  if (result === undefined) return new Response(null, { status: 204 })
  return result instanceof Response ? result : Response.json(result)
}

/** Serves a request that arrived: by the session's handler or by an endpoint of the app. */
export async function serveArrival(
  sent: PlainRequest,
  endpoint: MockEndpoint | undefined,
  { backend, guard }: MockServerParts,
): Promise<PlainResponse> {
  const refusal = guard?.refuse(toServerRequest(sent))
  const { request, line } = withToken(sent, guard)
  const made = toServerRequest(request)
  const response = refusal ?? (endpoint ? await serve(made, endpoint, backend) : await backend.handle(made))
  const plain = await toPlainResponse(response)
  return line === undefined ? plain : { ...plain, setCookies: [...plain.setCookies, line] }
}

const serve = (request: Request, endpoint: MockEndpoint, backend: MockBackend): Promise<Response> =>
  backend.serve(request, async (session) => toResponse(await endpoint({ request, session })))

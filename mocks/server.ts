// Serves one request that arrived: checks CSRF, then calls the handler or an endpoint of the app. Called by network; keeps no state.
import type { MockBackend } from './backend.ts'
import type { CsrfGuard } from './csrf.ts'
import { type PlainAnswer, type PlainRequest, toPlainAnswer, toServerRequest } from './exchange.ts'
import type { MockEndpoint, MockEndpointResult } from './options.ts'

/** What the server of a mock is made of. */
export interface MockServerParts {
  readonly backend: MockBackend
  readonly guard: CsrfGuard | undefined
}

/** Adds a new token to a request that has none, for this very request to see; the line is for the answer. */
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

/** Answers one arrival of a request: the session's own protocol, or an endpoint of the app. */
export async function answerArrival(
  sent: PlainRequest,
  endpoint: MockEndpoint | undefined,
  { backend, guard }: MockServerParts,
): Promise<PlainAnswer> {
  const refusal = guard?.refuse(toServerRequest(sent))
  const { request, line } = withToken(sent, guard)
  const made = toServerRequest(request)
  const response = refusal ?? (endpoint ? await serve(made, endpoint, backend) : await backend.handle(made))
  const answer = await toPlainAnswer(response)
  return line === undefined ? answer : { ...answer, setCookies: [...answer.setCookies, line] }
}

const serve = (request: Request, endpoint: MockEndpoint, backend: MockBackend): Promise<Response> =>
  backend.serve(request, async (session) => toResponse(await endpoint({ request, session })))

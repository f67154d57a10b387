// Owns what every transport over fetch has in common: the URL and init of an attempt, how a response is read, and whether a failure is one
// of the arguments. It never retries.
import { SessionConfigError } from '../errors/session-config-error.ts'
import { methodOverrideHeader } from '../protocol/headers.ts'
import { parseJson } from '../protocol/json.ts'
import type { WireAnswer, WireRequest } from './transport.ts'

/** What a transport over fetch needs to know. */
export interface FetchOptions {
  readonly url: string
  readonly credentials: RequestCredentials
  readonly fetch?: typeof fetch | undefined
  /** Whether PATCH and DELETE go as POST, with the method in a header field. */
  readonly methodOverride?: boolean | undefined
}

type Init = RequestInit & { readonly method: string }

/** Returns the init of one attempt. */
function toRequestInit({ method, headers, body, keepalive, signal }: WireRequest, { credentials, methodOverride }: FetchOptions): Init {
  const isOverridden = methodOverride && method !== 'GET'
  return {
    method: isOverridden ? 'POST' : method,
    headers: isOverridden ? { ...headers, [methodOverrideHeader]: method } : headers,
    credentials,
    signal,
    // A redirect leads to a log-in page or adds a slash, never to the session. No cache may respond in the server's place.
    redirect: 'manual',
    cache: 'no-store',
    ...(body !== undefined && { body }),
    ...(keepalive && { keepalive }),
  }
}

/** Reads a response to its end. A response that a redirect led to may be to another method than was sent. */
async function readAnswer(response: Response, stream: WireRequest['stream']): Promise<WireAnswer> {
  const { status, redirected, type, headers, body } = response
  const isStream = stream && body && headers.get('Content-Type')?.startsWith('text/event-stream')
  if (isStream) await stream(body)
  const text = isStream ? '' : await response.text()
  return {
    status,
    redirected: redirected || type === 'opaqueredirect',
    header: (name) => headers.get(name),
    body: parseJson(text),
  }
}

/** @throws SessionConfigError if no request can be made of the arguments: then no network is to blame. */
function checkArguments(url: string, init: Init): void {
  try {
    new Request(url, { ...init, signal: null })
  } catch (cause) {
    const why = (cause as Error).message
    throw new SessionConfigError(`Failed to make a request to the session (${why}). Correct url, csrf or credentials.`, {}, { cause })
  }
}

/** Carries out one attempt by what sends it. */
export async function attempt(
  request: WireRequest,
  options: FetchOptions,
  send: (url: string, init: Init) => Promise<Response>,
): Promise<WireAnswer> {
  const { url } = options
  const target = request.fresh ? `${url}${url.includes('?') ? '&' : '?'}fresh=${request.fresh}` : url
  const init = toRequestInit(request, options)
  try {
    return await readAnswer(await send(target, init), request.stream)
  } catch (error) {
    checkArguments(target, init)
    throw error
  }
}

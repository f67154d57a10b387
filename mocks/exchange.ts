// Converts between `fetch` and the mock network: requests and responses as plain data. Every file on the network's path uses these
// types.

/** A request as it leaves a page. Its body is read already, so that the caller's Request is not touched later. */
export interface PlainRequest {
  readonly method: string
  readonly url: URL
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string | undefined
  readonly credentials: RequestCredentials
  readonly signal: AbortSignal | undefined
}

/** A response on its way to the page. Its cookies are kept apart because script never sees them. */
export interface PlainResponse {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly setCookies: readonly string[]
  /** A stream for server-sent events, or if a fault damages it. */
  readonly body: string | ReadableStream<Uint8Array> | undefined
}

/** Creates the error that `fetch` rejects with when the network fails, with Chromium's message. */
export const toNetworkError = (): TypeError => new TypeError('Failed to fetch')

/** The statuses that forbid a body (Fetch standard, "null body status"): `new Response` throws if it gets one. */
const bodyless = new Set([101, 103, 204, 205, 304])

// By shape, not by class: under happy-dom and through MSW a Request may come from another realm.
const isRequest = (input: unknown): input is Request =>
  typeof input === 'object' && input !== null && 'method' in input && 'headers' in input && 'url' in input

/** Reads anything that `new Headers` accepts, including Headers of another realm. */
function toHeaders(init: HeadersInit | undefined): Map<string, string> {
  const headers = new Map<string, string>()
  const add = (value: string, name: string): void => void headers.set(name.toLowerCase(), value)
  if (init === undefined) return headers
  if ('forEach' in init && typeof init.forEach === 'function' && !Array.isArray(init)) (init as Headers).forEach(add)
  else for (const [name, value] of Array.isArray(init) ? init : Object.entries(init)) add(value as string, name as string)
  return headers
}

/** Reads the arguments of a `fetch` call. Resolves relative URLs against `base`. */
export async function toPlainRequest(input: RequestInfo | URL, init: RequestInit | undefined, base: string): Promise<PlainRequest> {
  const request = isRequest(input) ? input : undefined
  const headers = toHeaders(init?.headers ?? request?.headers)
  const signal = init?.signal ?? request?.signal ?? undefined
  signal?.throwIfAborted()
  let body: string | undefined
  if (init?.body !== undefined && init.body !== null) {
    // A Response reads every kind of body and knows its content type.
    const holder = new Response(init.body)
    const type = holder.headers.get('content-type')
    if (type !== null && !headers.has('content-type')) headers.set('content-type', type)
    body = await holder.text()
  } else if (request?.body) {
    body = await request.text()
  }
  return {
    method: (init?.method ?? request?.method ?? 'GET').toUpperCase(),
    url: new URL(request?.url ?? String(input), base),
    headers,
    body,
    credentials: init?.credentials ?? request?.credentials ?? 'same-origin',
    signal,
  }
}

/** Creates the Request that the server receives, with the headers that only a browser may set. */
export function toServerRequest(request: PlainRequest): Request {
  const made = new Request(request.url.href, {
    method: request.method,
    ...(request.body !== undefined && { body: request.body }),
  })
  // Set one by one: happy-dom's constructor drops Cookie and Origin, as a browser's does.
  for (const [name, value] of request.headers) made.headers.set(name, value)
  return made
}

/** Splits a response of the server into its parts. Event streams stay streams; every other body is read to its end. */
export async function toPlainResponse(response: Response): Promise<PlainResponse> {
  const headers = toHeaders(response.headers)
  headers.delete('set-cookie')
  const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true
  const text = isStream ? undefined : await response.text()
  return {
    status: response.status,
    headers,
    setCookies: response.headers.getSetCookie(),
    body: isStream ? (response.body ?? undefined) : text === '' ? undefined : text,
  }
}

/** Creates the Response that the page receives. */
export function toPageResponse({ status, headers, body }: PlainResponse): Response {
  return new Response(bodyless.has(status) ? null : (body ?? null), { status, headers: [...headers] })
}

/** Rejects with the signal's reason as soon as it is aborted. The work itself continues. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort)
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

// Converts between `fetch` and the mock network: requests and responses as plain data. Every file on the network's path uses these
// types.

/** A request as it leaves a page: the body is read, so that nothing of the caller's Request is touched later. */
export interface PlainRequest {
  readonly method: string
  readonly url: URL
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string | undefined
  readonly credentials: RequestCredentials
  readonly signal: AbortSignal | undefined
}

/** An answer on its way to the page. Its cookies are kept apart, since script never sees them. */
export interface PlainAnswer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly setCookies: readonly string[]
  /** A stream where the answer is one (server-sent events) or where a fault wants it to break. */
  readonly body: string | ReadableStream<Uint8Array> | undefined
}

/** What `fetch` rejects with when the network fails, in the words of Chromium. */
export const toNetworkError = (): TypeError => new TypeError('Failed to fetch')

/** Which statuses forbid a body, by the Fetch standard: `new Response` throws for a body with one of them. */
const bodyless = new Set([101, 103, 204, 205, 304])

// By shape, not by class: under happy-dom and through MSW a Request may be of another realm.
const isRequest = (input: unknown): input is Request =>
  typeof input === 'object' && input !== null && 'method' in input && 'headers' in input && 'url' in input

/** Anything that `new Headers` takes, also Headers of another realm. */
function toHeaders(init: HeadersInit | undefined): Map<string, string> {
  const headers = new Map<string, string>()
  const add = (value: string, name: string): void => void headers.set(name.toLowerCase(), value)
  if (init === undefined) return headers
  if ('forEach' in init && typeof init.forEach === 'function' && !Array.isArray(init)) (init as Headers).forEach(add)
  else for (const [name, value] of Array.isArray(init) ? init : Object.entries(init)) add(value as string, name as string)
  return headers
}

/** Reads the arguments of a `fetch` call. Relative URLs are relative to `base`. */
export async function toPlainRequest(input: RequestInfo | URL, init: RequestInit | undefined, base: string): Promise<PlainRequest> {
  const request = isRequest(input) ? input : undefined
  const headers = toHeaders(init?.headers ?? request?.headers)
  const signal = init?.signal ?? request?.signal ?? undefined
  signal?.throwIfAborted()
  let body: string | undefined
  if (init?.body !== undefined && init.body !== null) {
    // A Response knows every kind of body and the content type that belongs to it.
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

/** Makes the Request that the server gets, with the headers that only a browser may set. */
export function toServerRequest(request: PlainRequest): Request {
  const made = new Request(request.url.href, {
    method: request.method,
    ...(request.body !== undefined && { body: request.body }),
  })
  // Set one by one: happy-dom's constructor drops Cookie and Origin, as a browser's does.
  for (const [name, value] of request.headers) made.headers.set(name, value)
  return made
}

/** Takes an answer of the server apart. Event streams stay streams; every other body is read to its end. */
export async function toPlainAnswer(response: Response): Promise<PlainAnswer> {
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

/** Makes the Response that the page gets. */
export function toPageResponse(answer: PlainAnswer): Response {
  const body = bodyless.has(answer.status) ? null : (answer.body ?? null)
  return new Response(body, { status: answer.status, headers: [...answer.headers] })
}

/** Rejects with the signal's reason as soon as it is aborted; what was started goes on by itself. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort)
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

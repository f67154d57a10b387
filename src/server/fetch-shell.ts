// Translates between the Fetch standard and http.ts, for every server that speaks `(Request) => Promise<Response>`.
import { originOf } from '../protocol/origin.ts'
import type { BodyFault, EventStream, HttpRequest, HttpResponse, RunningStream } from './http.ts'

/** Wraps a Request of the Fetch standard. `address` is that of the client, if the caller knows it. */
export function fromFetch(request: Request, address?: string): HttpRequest {
  return {
    method: request.method,
    get origin() {
      return originOf(request.url)
    },
    address,
    header: (name) => request.headers.get(name),
    readBody: (maxBytes) => readBody(request, maxBytes),
    toFetch: () => request,
  }
}

/**
 * Makes the Response. Every field is given to the constructor, since some adapters lose what is set afterwards; only
 * where an implementation drops `Set-Cookie` there (happy-dom does) it is added once more.
 */
export function toFetch({ status, headers, cookies, body, stream }: HttpResponse): Response {
  const fields = [...Object.entries(headers), ...cookies.map((cookie) => ['Set-Cookie', cookie] as [string, string])]
  const response = new Response(stream ? toReadable(stream) : body, { status, headers: fields })
  if (cookies.length > 0 && response.headers.get('Set-Cookie') === null) {
    for (const cookie of cookies) response.headers.append('Set-Cookie', cookie)
  }
  return response
}

/** Holds one chunk at most: a reader that is behind gets the newest state, and no queue. */
function toReadable(stream: EventStream): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let running: RunningStream | undefined
  return new ReadableStream<Uint8Array>({
    start(controller) {
      running = stream({
        write(text) {
          controller.enqueue(encoder.encode(text))
          return (controller.desiredSize ?? 0) > 0
        },
        end: () => controller.close(),
      })
    },
    pull: () => running?.onDrain(),
    cancel: () => running?.onClose(),
  })
}

async function readBody(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | BodyFault> {
  if (request.bodyUsed || request.body?.locked) return 'consumed'
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = request.body?.getReader()
  try {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      length += part.value.byteLength
      if (length > maxBytes) {
        await reader?.cancel()
        return 'too-large'
      }
      chunks.push(part.value)
    }
  } catch {
    return 'incomplete'
  }
  return concat(chunks, length)
}

function concat(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

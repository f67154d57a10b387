// Sends a response through Node's own servers, and deals with what is left of the request: a body that nobody reads would
// leave a keep-alive connection hanging, with the requests behind it.
import { Buffer } from 'node:buffer'
import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import type { EventStream, HttpResponse } from './http.ts'
import type { NodeRequest } from './node-request.ts'

/** A response of http, https or http2. */
export type NodeResponse = ServerResponse | Http2ServerResponse

/** With more than this left to read the connection is closed rather than drained, in bytes. */
const maxDrainedBytes = 65_536

/** How much more a connection that closes still takes, in bytes and in milliseconds, so that the client gets to read the response. */
const linger = { bytes: 4_194_304, ms: 2_000 }

/** Sends a response. `setHeader` and `end` rather than `writeHead` with fields, so that middlewares that hook them see all. */
export function send(request: NodeRequest, response: NodeResponse, { status, headers, cookies, body, stream }: HttpResponse): void {
  if (response.destroyed || response.headersSent) return
  const bytes = body === null ? undefined : Buffer.from(body)
  response.statusCode = status
  for (const name in headers) response.setHeader(name, headers[name] as string)
  if (cookies.length > 0) response.setHeader('Set-Cookie', cookies as string[])
  if (stream) return start(request, response, stream)
  if (bytes) response.setHeader('Content-Length', bytes.byteLength)
  if (request.httpVersionMajor > 1 || !hasUnread(request)) {
    end(response, bytes)
    request.resume()
    return
  }
  if (isLong(request)) response.setHeader('Connection', 'close')
  // The response is complete by its length. Ending it would reset a connection that still receives, and lose it.
  if (bytes) write(response, bytes)
  else flush(response)
  discard(request, () => response.end())
}

/** Starts a stream. A `write` that returns false has filled the connection's own buffer, so the stream waits for `drain`. */
function start(request: NodeRequest, response: NodeResponse, stream: EventStream): void {
  request.resume()
  flush(response)
  const running = stream({ write: (text) => write(response, text), end: () => end(response, undefined) })
  response.on('drain', running.onDrain)
  response.on('close', running.onClose)
}

// The two classes have the same methods, under types that TypeScript cannot call as one.
const end = (response: NodeResponse, bytes: Buffer | undefined): void => void (response as ServerResponse).end(bytes)
const write = (response: NodeResponse, part: Buffer | string): boolean => (response as ServerResponse).write(part)
const flush = (response: NodeResponse): void => (response as ServerResponse).flushHeaders()

/** Whether some of the body is still to come. Without either field there is none (RFC 9112, 6.3). */
function hasUnread({ complete, headers }: NodeRequest): boolean {
  return !complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)
}

/** Whether much of the body may still come; of a chunked one nobody knows. */
function isLong({ headers }: NodeRequest): boolean {
  const length = headers['content-length']
  return length === undefined || Number(length) > maxDrainedBytes
}

/** Reads the rest of a body and forgets it, for as long as `linger` allows. Calls back when the connection is free, or given up. */
export function discard(request: NodeRequest, done: () => void): void {
  let left = linger.bytes
  const finish = (): void => {
    clearTimeout(timer)
    request.off('data', onData).off('end', finish).off('close', finish).off('error', finish)
    done()
    if (!request.complete) request.destroy()
  }
  const onData = (chunk: Buffer): void => {
    left -= chunk.byteLength
    if (left < 0) finish()
  }
  const timer = setTimeout(finish, linger.ms)
  request.on('data', onData).on('end', finish).on('close', finish).on('error', finish)
  request.resume()
}

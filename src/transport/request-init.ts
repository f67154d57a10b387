// Owns what every transport tells fetch about a request, and how a response is read. It sends nothing.
import { parseJson } from '../protocol/json.ts'
import type { WireAnswer, WireRequest } from './transport.ts'

/** What a transport over fetch needs to know. */
export interface FetchOptions {
  readonly url: string
  readonly credentials: RequestCredentials
  readonly fetch?: typeof fetch | undefined
}

/** Returns the init of one attempt. */
export function toRequestInit(
  { method, headers, body, keepalive, signal }: WireRequest,
  credentials: RequestCredentials,
): RequestInit & { method: string } {
  return {
    method,
    headers,
    credentials,
    signal,
    // A redirect is a log-in page or a missing slash, never the session; no cache may answer for the server.
    redirect: 'error',
    cache: 'no-store',
    ...(body !== undefined && { body }),
    ...(keepalive && { keepalive }),
  }
}

/** Reads a response to its end. */
export async function readAnswer(response: Response): Promise<WireAnswer> {
  const text = await response.text()
  return { status: response.status, header: (name) => response.headers.get(name), body: parseJson(text) }
}

// The request and the response as the protocol sees them, in a form that is cheap to make on every host.
// The shells (fetch-shell.ts, node.ts) translate them from and to what the host has; everything between speaks only these.

/** Why a body cannot be read. */
export type BodyFault =
  /** It is longer than the limit, and was not read on. */
  | 'too-large'
  /** The connection broke, or the text is not UTF-8. */
  | 'incomplete'
  /** A parser in front of the handler made an object of it, and its numbers are not those that were sent. */
  | 'lossy'
  /** Something in front of the handler read it and kept nothing. */
  | 'consumed'

/** A request, from either shell. */
export interface HttpRequest {
  readonly method: string
  /** The origin of the request's URL as the browser sees it: scheme, host and port. */
  readonly origin: string
  /** The network address of the client; undefined if the host does not know it. */
  readonly address: string | undefined
  /** Returns a header field with its values joined as HTTP joins them; null if it is absent. The name is in lower case. */
  header(name: string): string | null
  /** Reads the body, up to a limit in bytes. Called at most once. */
  readBody(maxBytes: number): Promise<Uint8Array<ArrayBuffer> | BodyFault>
  /** Makes the Request of the Fetch standard for the app's own functions. Its body is not for them. */
  toFetch(): Request
}

/** What the host knows of a connection beside the request. */
export interface Connection {
  /** The network address of the client, as `admit` receives it. */
  readonly address?: string | undefined
}

/** A response, for either shell. */
export interface HttpResponse {
  readonly status: number
  /** The header fields but for `Set-Cookie`, complete: a shell adds none. */
  readonly headers: Readonly<Record<string, string>>
  /** The `Set-Cookie` fields, in order. */
  readonly cookies: readonly string[]
  readonly body: string | null
  /** Makes the body a stream: the shell starts it once the header fields are sent. `body` is null then. */
  readonly stream?: EventStream | undefined
}

/** Where a stream's text goes: to one reader of one connection. */
export interface StreamSink {
  /** Sends text. Returns false if the reader is behind: nothing more is written until the shell calls `onDrain`. */
  write(text: string): boolean
  /** Ends the response. */
  end(): void
}

/** What a shell tells a stream that it has started. */
export interface RunningStream {
  /** The reader has caught up. */
  onDrain(): void
  /** The connection is gone. */
  onClose(): void
}

/** Starts a stream of server-sent events. Called once; a stream that is never started holds nothing. */
export type EventStream = (sink: StreamSink) => RunningStream

/** Responds to a request. Never rejects. */
export type Respond = (request: HttpRequest) => Promise<HttpResponse>

/** Where a session handler keeps its `Respond`, so that a listener of another copy of the package finds it too. */
export const respondSymbol: unique symbol = Symbol.for('sojourn.respond')

/** Returns the `Respond` of a session handler; undefined for any other function. */
export function respondOf(handler: object): Respond | undefined {
  return (handler as { readonly [respondSymbol]?: Respond })[respondSymbol]
}

// Owns the port of one exchange: what a transport is given and what it returns. The pipeline calls it; `ky-transport.ts` is the usual one.

/** One request to the session's URL. */
export interface WireRequest {
  /** The HTTP method. */
  readonly method: 'GET' | 'PATCH' | 'DELETE'
  /** The header fields, the CSRF token among them. */
  readonly headers: Readonly<Record<string, string>>
  /** The body as text; undefined for none. */
  readonly body?: string | undefined
  /** Whether the request outlives the page. Browsers allow 64 KiB of such bodies at once. */
  readonly keepalive?: boolean | undefined
  /** A value to add to the URL as the query `fresh`, because a cache would respond without it; undefined for no query. Servers ignore it. */
  readonly fresh?: string | undefined
  /**
   * Reads an event stream as it arrives, if the response is one; its answer has no body then. A transport may ignore it: live updates
   * poll then.
   */
  readonly stream?: ((body: ReadableStream<Uint8Array>) => Promise<void>) | undefined
  /** Ends the exchange, the reading of the body included. */
  readonly signal: AbortSignal
}

/** One response, read to its end. */
export interface WireAnswer {
  /** The HTTP status; 0 if the browser hides it, as that of a redirect. */
  readonly status: number
  /** Whether it is a redirect, or came by one. A 3xx counts as one anyway. */
  readonly redirected?: boolean | undefined
  /** Returns a header field; null if it is absent. */
  header(name: string): string | null
  /** The parsed body; undefined if it is no JSON. */
  readonly body: unknown
}

/** Carries out one exchange with one attempt. Every rejection means that the outcome is unknown, but for `SessionConfigError`: nothing left. */
export type Transport = (request: WireRequest) => Promise<WireAnswer>

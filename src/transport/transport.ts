// Declares the port to the network: one request, one response. Implemented by fetch-transport and ky-transport.

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
  /** Ends the exchange, the reading of the body included. */
  readonly signal: AbortSignal
}

/** One answer, read to its end. */
export interface WireAnswer {
  /** The HTTP status. */
  readonly status: number
  /** A header field; null where it is absent. */
  header(name: string): string | null
  /** The parsed body; undefined where it is no JSON. */
  readonly body: unknown
}

/** One exchange, one attempt. Every rejection means that the outcome is unknown. */
export type Transport = (request: WireRequest) => Promise<WireAnswer>

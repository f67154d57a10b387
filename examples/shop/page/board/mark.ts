// Declares what a column of the time line can show. Types only.

/** How an exchange with the server went, as far as it is known. */
export type Outcome =
  | 'in-flight'
  | 'stored'
  | 'known'
  | 'read'
  | 'unchanged'
  | 'conflict'
  | 'refused'
  | 'gone'
  | 'old-key'
  | 'offline'
  | 'request-lost'
  | 'answer-lost'
  | 'failed'

/** One request and its response. */
export interface ExchangeMark {
  readonly kind: 'exchange'
  readonly what: 'commit' | 'read' | 'end'
  /** The number of the commit. */
  readonly n: number | undefined
  readonly attempt: number
  readonly outcome: Outcome
}

/** One column of the time line. */
export type Mark =
  | ExchangeMark
  /** Something on the page's rail. */
  | { readonly kind: 'write' | 'replay' | 'tab'; readonly label: string }
  /** Somebody else wrote to the server. */
  | { readonly kind: 'elsewhere'; readonly label: string }
  /** A log-in or log-out, which rotates the key or ends the session. */
  | { readonly kind: 'account'; readonly label: string }
  | { readonly kind: 'end'; readonly label: string }

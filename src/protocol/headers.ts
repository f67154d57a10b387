// Names the protocol's header fields and formats the Idempotency-Key. Shared by client and server.

/** On GET and PATCH: the id of the requesting client, for which the response has `last`. */
export const sessionClientHeader = 'Session-Client'
/** On DELETE: the lineage to end. */
export const sessionLineageHeader = 'Session-Lineage'
/** On any response: the session's version. A client that has another one refetches. */
export const sessionVersionHeader = 'Session-Version'
/** On any request: a random value that the response repeats, so that a client detects a cached response. */
export const sessionRequestHeader = 'Session-Request'
/** On PATCH: `"<client>/<n>"`, of the Idempotency-Key draft. */
export const idempotencyKeyHeader = 'Idempotency-Key'

/** Writes an Idempotency-Key, a quoted string. */
export function formatIdempotencyKey(client: string, n: number): string {
  return `"${client}/${n}"`
}

/** Returns whether a text is a client id: 22 to 64 characters of base64url. */
export const isClientId = (text: string): boolean => /^[\w-]{22,64}$/.test(text)

/** Reads an Idempotency-Key; undefined if it has another form. */
export function parseIdempotencyKey(value: string | null): { client: string; n: number } | undefined {
  const [, client = '', n] = /^"([^/]*)\/([1-9]\d{0,14})"$/.exec(value ?? '') ?? []
  return isClientId(client) ? { client, n: Number(n) } : undefined
}

/** On POST: the method that is meant, for proxies that block PATCH and DELETE. */
export const methodOverrideHeader = 'X-HTTP-Method-Override'

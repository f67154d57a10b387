// Signs and reads the cookies of the `signed_cookies` engine, as long as Django's own are. Remembers each signed value instead of
// parsing it.
import { toBase64Url } from '../../src/server/keys.ts'
import type { SessionRecord } from '../../src/server/record.ts'

/** A session in its cookie. */
export interface SignedSession {
  readonly record: SessionRecord
  /** In milliseconds since the epoch. */
  readonly signedAt: number
}

/** Signs sessions into cookie values and reads them. */
export interface CookieSigner {
  sign(record: SessionRecord): Promise<string>
  /** Returns the session in a value; undefined if this server has not signed it. */
  read(value: string): SignedSession | undefined
}

/** How many characters of a body's hash sojourn_django stores. */
const bodyHashLength = 11

/**
 * Creates a signer whose values are as long as Django's. It remembers the session of each value, because the handler's
 * record holds more than the value, and never forgets one, because a cookie stays valid as long as its signature.
 */
export function createCookieSigner(now: () => number): CookieSigner {
  const signed = new Map<string, SignedSession>()
  return {
    sign: async (record) => {
      const signedAt = now()
      const signature = toBase64Url(crypto.getRandomValues(new Uint8Array(32)))
      const value = `${await pack(toStored(record))}:${toBase62(Math.floor(signedAt / 1000))}:${signature}`
      signed.set(value, { record, signedAt })
      return value
    },
    read: (value) => signed.get(value),
  }
}

/** Returns the dict that sojourn_django stores for a record, in the same order. */
function toStored({ data, expiry, life = null, lineage, seq, mark, floor, clients, cookieUntil }: SessionRecord): object {
  const rule = expiry ?? life
  return {
    ...data,
    ...(rule !== null && { _session_expiry: typeof rule === 'object' ? new Date(rule.until).toISOString() : rule }),
    _sojourn: {
      lineage,
      seq,
      mark,
      floor,
      clients: clients.map((known) => [known.client, known.n, known.hash.slice(0, bodyHashLength), known.seq, known.cookie]),
      cookie: cookieUntil === null ? null : Math.floor(cookieUntil / 1000),
    },
  }
}

/** Packs ASCII-only JSON, compressed if that is shorter, as `signing.dumps(…, compress=True)` does. */
async function pack(content: object): Promise<string> {
  const text = JSON.stringify(content).replace(/[\u007f-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const plain = new TextEncoder().encode(text)
  const stream = new Blob([plain]).stream().pipeThrough(new CompressionStream('deflate'))
  const packed = new Uint8Array(await new Response(stream).arrayBuffer())
  return packed.length < plain.length - 1 ? `.${toBase64Url(packed)}` : toBase64Url(plain)
}

function toBase62(count: number): string {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  const rest = digits.charAt(count % 62)
  return count < 62 ? rest : toBase62(Math.floor(count / 62)) + rest
}

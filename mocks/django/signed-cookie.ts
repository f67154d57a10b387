// Signs and reads the cookies of the `signed_cookies` engine, as long as Django's own are. Remembers each signed value instead of
// parsing it.
import { toBase64Url } from '../../src/server/keys.ts'
import type { SessionRecord } from '../../src/server/record.ts'

/** A session as a cookie holds it. */
export interface SignedSession {
  readonly record: SessionRecord
  /** In milliseconds since the epoch. */
  readonly signedAt: number
}

/** Makes the values of cookies that hold a session, and reads them. */
export interface CookieSigner {
  sign(record: SessionRecord): Promise<string>
  /** What a value holds; undefined for one that this server has not signed. */
  read(value: string): SignedSession | undefined
}

/** How much of a body's hash sojourn_django stores. */
const bodyHashLength = 11

/**
 * Signs as Django does, so that a value is as long as Django's. What a value says is kept beside it, since the handler's
 * record has more in it; and kept for good: a cookie that was signed once is good for as long as its signature.
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

/** The dict that sojourn_django stores of a record, in the order in which it does. */
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

/** JSON without letters beyond ASCII, compressed where that is shorter, as `signing.dumps(…, compress=True)` has it. */
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

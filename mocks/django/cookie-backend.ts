// Models Django's `signed_cookies` engine: a backend that stores the session in its cookie. It can neither compare nor revoke.
import { parseCookie, parseSetCookie, stringifyCookie } from 'cookie'
import { parseAnswer } from '../../src/protocol/state.ts'
import { withCommonHeaders } from '../../src/server/common-headers.ts'
import { createCookie } from '../../src/server/cookies.ts'
import { fromEntry, toEntry } from '../../src/server/entries.ts'
import { fromFetch, toFetch } from '../../src/server/fetch-shell.ts'
import type { SessionStore, StoreEntry } from '../../src/server/index.ts'
import { toProblem } from '../../src/server/problems.ts'
import type { SessionRecord } from '../../src/server/record.ts'
import { type BackendOptions, createBackendHandler, type MockBackend, refuse } from '../backend.ts'
import { createCookieSigner, type SignedSession } from './signed-cookie.ts'

/** The most that browsers accept, name and value together. */
const maxCookieBytes = 4_096

/** What the handler gets instead of the cookie. Any key works, because its store holds one session. */
const anyKey = 'k'.repeat(43)

/** The store of one request. It starts with the session in the request's cookie. */
interface Slot {
  readonly store: SessionStore
  /** The record that the request wrote; undefined if it wrote nothing. */
  readonly written: SessionRecord | undefined
}

function createSlot(before: StoreEntry | undefined): Slot {
  let entry = before
  return {
    store: {
      read: async () => entry,
      write: async ({ entry: next, insert }) => {
        entry = insert?.entry ?? next
        return true
      },
      remove: async () => {
        entry = undefined
        return true
      },
      sweep: async () => 0,
    },
    get written() {
      return entry === undefined || entry === before ? undefined : fromEntry(entry).record
    },
  }
}

/**
 * Creates a server that stores no session: each response to a write carries the session in its cookie. The server can
 * neither compare nor revoke, and the cookie that arrives last is the session.
 */
export function createCookieBackend(options: BackendOptions): MockBackend {
  const { now, maxAgeMs = 1_209_600_000, origins = [] } = options
  const cookie = createCookie(options.cookie ?? {})
  const { name } = parseSetCookie(cookie.remove())
  const limit = maxCookieBytes - name.length
  const signer = createCookieSigner(now)

  /** Creates a handler for one request. `toEnd` returns when a session expires. */
  const open = (request: Request, toEnd: (signed: SignedSession) => number) => {
    const value = cookie.read(request.headers.get('Cookie'))
    const signed = value === undefined ? undefined : signer.read(value)
    const slot = createSlot(signed && toEntry({ ...signed.record, expiresAt: toEnd(signed) }))
    return { handler: createBackendHandler(options, slot.store), slot, value }
  }

  const toInner = (request: Request, body?: ArrayBuffer): Request => {
    const cookies = parseCookie(request.headers.get('Cookie') ?? '', { decode: (text) => text })
    const inner = new Request(request.url, { method: request.method, ...(body?.byteLength && { body }) })
    // Set one by one: happy-dom's constructor drops Cookie and Origin, as a browser's does.
    for (const [field, value] of request.headers) inner.headers.set(field, value)
    if (name in cookies) inner.headers.set('Cookie', stringifyCookie({ ...cookies, [name]: anyKey }, { encode: (text) => text }))
    return inner
  }

  /** Replaces the key in the cookie that the handler sets by a value. Leaves the cookie alone if the value is undefined. */
  const withValue = (response: Response, value: string | undefined, until: number | null): Response => {
    if (value === undefined) return response
    const others = response.headers.getSetCookie().filter((line) => parseSetCookie(line).name !== name)
    response.headers.delete('Set-Cookie')
    for (const line of [...others, cookie.write(value, until, now())]) response.headers.append('Set-Cookie', line)
    return response
  }

  const sign = async (record: SessionRecord): Promise<string | undefined> => {
    const value = await signer.sign(record)
    if (value.length <= limit) return value
    return record.clients.length > 1 ? sign(forgetSome(record)) : undefined
  }

  // The signature expires regardless of the session's own expiry (Django's #19201). Only the endpoint honours a shorter one.
  const endOfSignature = ({ signedAt }: SignedSession): number => signedAt + maxAgeMs
  const endOfSession = (signed: SignedSession): number => Math.min(signed.record.expiresAt, endOfSignature(signed))

  return {
    handle: async (request) => {
      const { handler, slot, value } = open(request, endOfSession)
      const response = await withoutAtomic(await handler(toInner(request, await request.arrayBuffer())), maxAgeMs)
      if (slot.written) {
        const next = await sign(slot.written)
        if (next !== undefined) return withValue(response, next, slot.written.cookieUntil)
        const problem = toProblem('too-large', { detail: `The cookie holds ${limit} bytes.`, limit, errors: [] })
        return toFetch(withCommonHeaders(problem, fromFetch(request), origins))
      }
      // A repetition sets its cookie again: the one that the request carried.
      const isSet = response.status === 200 && response.headers.getSetCookie().length > 0 && value !== undefined
      return isSet ? withValue(response, value, signer.read(value)?.record.cookieUntil ?? null) : response
    },
    serve: async (request, run) => {
      const { handler, slot } = open(request, endOfSignature)
      const session = await handler.open(toInner(request))
      const response = session.respond(await run(session))
      // No limit here: Django sets a cookie that is too long, and browsers drop it silently.
      return slot.written ? withValue(response, await signer.sign(slot.written), slot.written.cookieUntil) : response
    },
    expire: async () => refuse('end a session', 'the session is in its cookie, not on the server. Advance the clock with advance().'),
    evict: async () => refuse('evict a session', 'this backend has no cache. Set the option backend to cache or cached_db.'),
    deleteRow: async () => refuse('delete a row', 'this backend has no rows. Set the option backend to db or cached_db.'),
    loadLate: async () => refuse('fill the cache', 'this backend has no cache. Set the option backend to cached_db.'),
  }
}

/** Makes room as sojourn_django does: forgets a quarter of the clients, never the last one. */
function forgetSome(record: SessionRecord): SessionRecord {
  const dropped = record.clients.slice(0, Math.ceil(record.clients.length / 4))
  return { ...record, clients: record.clients.slice(dropped.length), floor: Math.max(record.floor, ...dropped.map(({ seq }) => seq)) }
}

/** Sets `atomic: false` in a state and limits its age to that of the signature. */
async function withoutAtomic(response: Response, maxAgeMs: number): Promise<Response> {
  const setCookies = response.headers.getSetCookie()
  const text = await response.text()
  const state = parseAnswer(response.headers.get('Content-Type')?.includes('json') && text !== '' ? JSON.parse(text) : undefined)
  const age = Math.min(state?.expiry.age ?? 0, Math.floor(maxAgeMs / 1000))
  const changed = state && { ...state, expiry: { ...state.expiry, age }, atomic: false }
  const copy = new Response(changed ? JSON.stringify(changed) : text || null, response)
  // Set afterwards: some implementations of the Fetch standard drop Set-Cookie from a constructor's headers.
  copy.headers.delete('Set-Cookie')
  for (const line of setCookies) copy.headers.append('Set-Cookie', line)
  return copy
}

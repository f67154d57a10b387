// Owns the cookies of one browser for one host, by the rules of RFC 6265bis. Called by browser-cookies; knows nothing of sessions.
import { parseSetCookie, type SetCookie } from 'cookie'

interface StoredCookie {
  readonly name: string
  readonly value: string
  readonly path: string
  readonly httpOnly: boolean
  readonly secure: boolean
  /** Milliseconds since the epoch; undefined for a cookie that ends with the browser. */
  readonly expiresAt: number | undefined
}

/** A cookie of the jar, as an app's tests see it. */
export interface MockCookie {
  /** The cookie's name. */
  readonly name: string
  /** The cookie's value, still encoded. */
  readonly value: string
  /** The path for which it is sent. */
  readonly path: string
  /** Whether it is hidden from script. */
  readonly httpOnly: boolean
  /** Whether it ends when the browser closes. */
  readonly atBrowserClose: boolean
}

/** The cookies of one browser for one host. */
export interface CookieJar {
  /** Stores the `Set-Cookie` lines of one response and refuses what a browser refuses. */
  store(url: URL, lines: readonly string[]): void
  /** Returns the `Cookie` header of a request; undefined if no cookie matches. */
  header(url: URL): string | undefined
  /** Returns the cookies that have not expired. */
  list(): readonly MockCookie[]
  /** Drops the cookies that end when the browser closes. */
  close(): void
  /** Drops all cookies. */
  clear(): void
}

/** Returns whether a browser accepts Secure cookies from a URL: https or localhost. */
export const isTrustworthy = (url: URL): boolean =>
  url.protocol === 'https:' || /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)

/** RFC 6265bis, section 5.6: a cookie with a longer name and value is dropped, and the stored one stays. */
const maxBytes = 4_096

/** RFC 6265bis, section 5.5: browsers limit every cookie to 400 days. */
const maxLifeMs = 400 * 86_400_000

/** RFC 6265, section 5.1.4: `/app` matches `/app` and `/app/x`, never `/apple`. */
const matchesPath = (path: string, wanted: string): boolean =>
  path === wanted || (path.startsWith(wanted) && (wanted.endsWith('/') || path[wanted.length] === '/'))

/** RFC 6265, section 5.1.4: the directory of the requested path. */
const toDefaultPath = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 1))

/** RFC 6265bis, section 4.1.3: browsers drop a cookie that breaks the rules of its name prefix. */
function breaksPrefix({ name, secure, domain, path }: SetCookie): boolean {
  if (/^__host-/i.test(name)) return !secure || domain !== undefined || path !== '/'
  return /^__secure-/i.test(name) && !secure
}

function toExpiresAt({ maxAge, expires }: SetCookie, now: number): number | undefined {
  const until = maxAge === undefined ? expires?.getTime() : now + maxAge * 1000
  return until && Math.min(until, now + maxLifeMs)
}

/**
 * Creates an empty cookie jar for one host, by the rules of RFC 6265bis. Neither Node nor happy-dom has a jar that accepts
 * HttpOnly cookies from a response that a test constructed.
 */
export function createCookieJar(now: () => number): CookieJar {
  const cookies = new Map<string, StoredCookie>()

  const isExpired = (cookie: StoredCookie): boolean => cookie.expiresAt !== undefined && cookie.expiresAt <= now()

  const keepWhere = (isKept: (cookie: StoredCookie) => boolean): void => {
    for (const [id, cookie] of cookies) {
      if (!isKept(cookie)) cookies.delete(id)
    }
  }

  const store = (url: URL, line: string): void => {
    const parsed = parseSetCookie(line, { decode: (value) => value })
    if (parsed.name.length + (parsed.value ?? '').length > maxBytes) return
    if (parsed.name === '' || breaksPrefix(parsed) || (parsed.secure === true && !isTrustworthy(url))) return
    const path = parsed.path?.startsWith('/') ? parsed.path : toDefaultPath(url.pathname)
    const cookie: StoredCookie = {
      name: parsed.name,
      value: parsed.value ?? '',
      path,
      httpOnly: parsed.httpOnly === true,
      secure: parsed.secure === true,
      expiresAt: toExpiresAt(parsed, now()),
    }
    const id = `${path} ${parsed.name}`
    if (isExpired(cookie)) cookies.delete(id)
    else cookies.set(id, cookie)
  }

  return {
    store: (url, lines) => {
      for (const line of lines) store(url, line)
    },
    header: (url) => {
      keepWhere((cookie) => !isExpired(cookie))
      const sent = [...cookies.values()]
        .filter(({ path, secure }) => matchesPath(url.pathname, path) && (!secure || isTrustworthy(url)))
        .sort((a, b) => b.path.length - a.path.length)
      return sent.length === 0 ? undefined : sent.map(({ name, value }) => `${name}=${value}`).join('; ')
    },
    list: () => {
      keepWhere((cookie) => !isExpired(cookie))
      return [...cookies.values()].map(({ name, value, path, httpOnly, expiresAt }) => ({
        name,
        value,
        path,
        httpOnly,
        atBrowserClose: expiresAt === undefined,
      }))
    },
    close: () => keepWhere((cookie) => cookie.expiresAt !== undefined),
    clear: () => cookies.clear(),
  }
}

// Gives the CSRF header of unsafe requests, and decides which server may have the token. It never reads a response.
import { SessionConfigError } from '../errors/session-config-error.ts'
import { isOrigin, originOf, parseUrl } from '../protocol/origin.ts'

/** Where the CSRF token comes from and goes to. The defaults are Django's. */
export interface CsrfOptions {
  /** The cookie to read it from, at the time of sending. @default 'csrftoken' */
  readonly cookie?: string | undefined
  /** The header to send it in. @default 'X-CSRFToken' */
  readonly header?: string | undefined
  /** Returns the token. If it returns undefined, the cookie's token is used, else the state's. */
  readonly token?: (() => string | undefined | Promise<string | undefined>) | undefined
  /**
   * Other origins that may be sent the token, such as `https://api.example.com`: scheme, host and port as browsers write them.
   *
   * @default none: only the page's own
   */
  readonly origins?: readonly string[] | undefined
}

/** The values of a cookie: there may be one of a parent domain, which another app set, beside the server's own. */
function readCookies(name: string): string[] {
  const cookies = typeof document === 'undefined' ? '' : document.cookie
  const pairs = cookies.split('; ').filter((entry) => entry.startsWith(`${name}=`))
  return pairs.map((pair) => decode(pair.slice(name.length + 1)))
}

/** Decodes a cookie's value. A value that cannot be decoded was not encoded. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/** Resolves with the CSRF header of an unsafe request to the session, or to another target. `isRefused`: the server has refused a token of this client. */
export type Csrf = (stateToken: string | undefined, isRefused: boolean, target?: string) => Promise<Record<string, string>>

/**
 * Creates what gives the CSRF header of an unsafe request: from the app's function, else the cookie, else the last
 * state's `csrf`, which goes first if there are several cookies of the name, or once the server has refused a token. A token that goes to another site is a token given away, so only the page's own origin and listed
 * ones get it.
 *
 * @throws SessionConfigError if `origins` holds what no browser calls an origin: it would never match.
 */
export function createCsrf(url: string, options: CsrfOptions = {}): Csrf {
  const { cookie = 'csrftoken', header = 'X-CSRFToken', token, origins = [] } = options
  const origin = typeof location === 'undefined' ? undefined : location.origin
  const wrong = origins.find((each) => !isOrigin(each))
  if (wrong !== undefined) {
    throw new SessionConfigError(
      `Failed to create the session client: ${JSON.stringify(wrong)} in csrf.origins is no origin. Write scheme, host and port alone, such as "https://api.example.com".`,
    )
  }
  // Without a page the session's own origin is the only one that is known.
  const own = origin ?? parseUrl(url)?.origin
  const isTrusted = (target: string): boolean => {
    const parsed = parseUrl(target, origin)
    return !parsed || originOf(parsed) === own || origins.includes(originOf(parsed))
  }
  return async (stateToken, isRefused, target = url) => {
    if (!isTrusted(target)) return {}
    const [first, second] = readCookies(cookie)
    const isDoubtful = isRefused || second !== undefined
    const value = (await token?.()) ?? (isDoubtful ? (stateToken ?? first) : (first ?? stateToken))
    return value === undefined ? {} : { [header]: value }
  }
}

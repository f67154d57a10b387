// Parses and writes the session cookie. Knows the cookie's form and options, never what a key opens.
import { parseCookie, parseSetCookie, type SetCookie, stringifySetCookie } from 'cookie'
import { SessionConfigError } from '../errors/session-config-error.ts'
import { booleanRule, checkMembers, type OptionRule, textRule } from './check-members.ts'

/** How the session cookie is set. */
export interface CookieOptions {
  /**
   * Its name. `__Host-` makes browsers refuse it from subdomains and without TLS; it wants `secure`, `path: '/'` and no `domain`.
   *
   * @default '__Host-session'
   */
  readonly name?: string | undefined
  /**
   * The domain whose subdomains get it too.
   *
   * @default the host alone
   */
  readonly domain?: string | undefined
  /**
   * Where on the host it is sent.
   *
   * @default '/'
   */
  readonly path?: string | undefined
  /**
   * Whether it is sent over TLS alone. Chromium and Firefox treat `http://localhost` as TLS; Safari keeps no such cookie there.
   *
   * @default true
   */
  readonly secure?: boolean | undefined
  /**
   * Whether requests from other sites carry it. `none` wants `secure`.
   *
   * @default 'lax'
   */
  readonly sameSite?: 'lax' | 'strict' | 'none' | undefined
  /**
   * Whether a browser keeps one for each site that embeds the page in a frame (CHIPS, RFC 6265bis). It wants `secure`, and `sameSite: 'none'`
   * to be sent in a frame of another site at all.
   *
   * @default false
   */
  readonly partitioned?: boolean | undefined
}

/** The options of the cookie with their defaults. */
export interface CookieAttributes extends CookieOptions {
  readonly name: string
  readonly path: string
  readonly secure: boolean
  readonly sameSite: 'lax' | 'strict' | 'none'
}

/** Reads and writes the session cookie. */
export interface SessionCookie {
  /** How it is set, the defaults filled in. */
  readonly attributes: CookieAttributes
  /** Returns the first value in a request's `Cookie` field; undefined if it has none. */
  read(field: string | null): string | undefined
  /** Returns every value: browsers send one for each path and domain, and also those of an earlier deploy. */
  readAll(field: string | null): readonly string[]
  /** The `Set-Cookie` field that keeps a key until a time, or null: until the browser closes. */
  write(key: string, until: number | null, now: number): string
  /** The `Set-Cookie` field that takes the cookie away. */
  remove(): string
}

/** How many cookies of the name are looked up at most. */
const maxValues = 8

const rules: { readonly [K in keyof Required<CookieOptions>]: OptionRule } = {
  name: textRule,
  domain: textRule,
  path: textRule,
  secure: booleanRule,
  sameSite: { holds: (value) => ['lax', 'strict', 'none'].includes(value as string), wanted: '"lax", "strict" or "none"' },
  partitioned: booleanRule,
}

/** @throws SessionConfigError if browsers would refuse the cookie, or an option is unknown or of a wrong type. */
export function createCookie(options: CookieOptions): SessionCookie {
  checkMembers('create the session handler', options, { rules, prefix: 'cookie.' })
  const { name = '__Host-session', domain, path = '/', secure = true, sameSite = 'lax', partitioned = false } = options
  const fault = findFault({ name, domain, path, secure, sameSite, partitioned })
  if (fault !== undefined) throw new SessionConfigError(`Failed to create the session handler: ${fault}`)
  const fixed = {
    name,
    path,
    secure,
    sameSite,
    httpOnly: true,
    ...(domain !== undefined && { domain }),
    ...(partitioned && { partitioned }),
  } satisfies Omit<SetCookie, 'value'>
  const removal = stringify({ ...fixed, value: '', maxAge: 0, expires: new Date(0) })
  return {
    attributes: { name, domain, path, secure, sameSite, partitioned },
    read: (field) => parseCookie(field ?? '')[name],
    readAll(field) {
      const pairs = (field ?? '').split(';').filter((pair) => pair.trimStart().startsWith(`${name}=`))
      // Each alone, since a parser keeps the first.
      return pairs.slice(0, maxValues).flatMap((pair) => parseCookie(pair)[name] ?? [])
    },
    write: (key, until, now) =>
      stringify({ ...fixed, value: key, ...(until !== null && { maxAge: Math.max(1, Math.ceil((until - now) / 1000)) }) }),
    remove: () => removal,
  }
}

function findFault({ name, domain, path, secure, sameSite, partitioned }: CookieOptions & { name: string }): string | undefined {
  if (name.startsWith('__Host-') && !(secure && path === '/' && domain === undefined)) {
    return `the cookie "${name}" wants secure, path "/" and no domain. Give cookie.name another name to change those.`
  }
  if (name.startsWith('__Secure-') && !secure) return `the cookie "${name}" wants secure. Give cookie.name another name to go without.`
  if (partitioned && !secure) return 'a partitioned cookie wants secure.'
  if (sameSite === 'none' && !secure) return 'a cookie with sameSite "none" wants secure.'
  if (!path?.startsWith('/')) return `cookie.path is "${path}". Begin it with "/".`
  return undefined
}

function stringify(cookie: SetCookie): string {
  try {
    return stringifySetCookie(cookie)
  } catch (cause) {
    throw new SessionConfigError(
      `Failed to create the session handler: ${(cause as Error).message}. Correct the option cookie.`,
      {},
      { cause },
    )
  }
}

/** A cookie to set, in the form that most frameworks take. */
export interface ServerCookie {
  readonly name: string
  readonly value: string
  readonly options: {
    readonly httpOnly: boolean
    readonly secure: boolean
    readonly sameSite: 'lax' | 'strict' | 'none'
    readonly path: string
    readonly domain?: string
    /** In seconds; absent if the cookie ends with the browser. */
    readonly maxAge?: number
    readonly expires?: Date
  }
}

/** Reads a `Set-Cookie` field that `SessionCookie` wrote. */
export function toServerCookie(field: string): ServerCookie {
  const { name, value, secure = false, ...attributes } = parseSetCookie(field)
  // The fields of SessionCookie have these attributes and no others.
  const options = { ...attributes, secure } as ServerCookie['options']
  return { name, value: value ?? '', options }
}

import { SessionConfigError } from '../errors/session-config-error.ts'
import type { Json, JsonObject } from '../protocol/json.ts'
import type { ProblemDetail } from '../protocol/problem.ts'
import { type CookieOptions, createCookie, type SessionCookie } from './cookies.ts'
import type { SessionStore } from './store.ts'

/** Why a request is not admitted: a 401, a 429 or a 503. */
export interface Refusal {
  /** Which answer: 401, 429 or 503. */
  readonly name: 'unauthenticated' | 'rate-limited' | 'unavailable'
  /** For people. */
  readonly detail?: string | undefined
  /** When to come again, in seconds: the `Retry-After` of a 429 or a 503. */
  readonly retryAfterSeconds?: number | undefined
}

/** Options of `createSessionHandler`. */
export interface SessionHandlerOptions {
  /** Where the sessions are kept: `createMemoryStore()`, `createSqliteStore({ path })` or one of your own. */
  readonly store: SessionStore
  /** The session cookie. It is always `HttpOnly`: script never needs the key. */
  readonly cookie?: CookieOptions | undefined
  /**
   * How long a session lives after its last write, in milliseconds. A client may ask for less, never for more; server code may set
   * another life for one session by `setExpiry`.
   *
   * @default 1_209_600_000 (two weeks)
   */
  readonly maxAgeMs?: number | undefined
  /**
   * How long a session lives at most, whatever is written, in milliseconds: from its creation, and again from each log-in
   * (OWASP ASVS 5.0, 7.3.2).
   *
   * @default no limit
   */
  readonly maxLifetimeMs?: number | undefined
  /**
   * The longest body of a request, in bytes. More is a 413 and is not read on.
   *
   * @default 1_048_576
   */
  readonly maxBodyBytes?: number | undefined
  /**
   * The most that one session holds, in bytes of JSON. A commit that would store more is a 413, unless it makes the session smaller.
   *
   * @default 65_536
   */
  readonly maxSessionBytes?: number | undefined
  /**
   * Other origins that may use the session, such as `https://app.example.com`: by CORS and for the same-origin check.
   * Behind a proxy that ends TLS, name your own public origin here.
   *
   * @default []
   */
  readonly origins?: readonly string[] | undefined
  /**
   * Looks at the session as a commit would leave it; what it returns is refused with a 422 and nothing is stored. The
   * data holds the server's own `_` keys too. Runs again where two commits meet.
   *
   * @example
   * validate: (data) => (Array.isArray(data.cart) && data.cart.length > 100 ? [{ key: 'cart', message: 'at most 100 items' }] : [])
   */
  readonly validate?:
    | ((
        data: JsonObject,
        context: { readonly identity: string | null; readonly changed: readonly string[] },
      ) => readonly ProblemDetail[] | Promise<readonly ProblemDetail[]>)
    | undefined
  /**
   * Who is signed in, as an opaque tag that the client may see; null for nobody.
   *
   * @default the data's `_identity`, which `signIn` stores
   */
  readonly identity?: ((data: JsonObject) => string | null) | undefined
  /** The CSRF token to tell in states, for clients that cannot read its cookie. Checking it is the app's own matter. */
  readonly csrf?: ((request: Request) => string | undefined) | undefined
  /**
   * Asked before each read and write; a refusal becomes the answer. The place for log-in walls and rate limits.
   *
   * @example
   * admit: (request) => (limiter.allows(request) ? null : { name: 'rate-limited', retryAfterSeconds: 30 })
   */
  readonly admit?: ((request: Request) => Refusal | null | Promise<Refusal | null>) | undefined
  /** Told of every error that became a 503, with its cause, since the answer says nothing of it. For logs. */
  readonly onError?: ((error: unknown) => void) | undefined
  /**
   * The wall clock, in milliseconds since the epoch.
   *
   * @default Date.now
   */
  readonly now?: (() => number) | undefined
  /**
   * Random bytes for session keys, lineages and versions; must be cryptographically secure outside of tests.
   *
   * @default crypto.getRandomValues
   */
  readonly randomBytes?: ((count: number) => Uint8Array) | undefined
}

/** The options with their defaults, checked. */
export type Settings = {
  readonly [K in keyof SessionHandlerOptions]-?: K extends 'cookie' ? SessionCookie : NonNullable<SessionHandlerOptions[K]>
}

/**
 * Fills in the defaults.
 *
 * @throws SessionConfigError where an option cannot work.
 */
export function toSettings(options: SessionHandlerOptions): Settings {
  const { maxAgeMs = 1_209_600_000, maxLifetimeMs, maxBodyBytes = 1_048_576, maxSessionBytes = 65_536, origins = [] } = options
  for (const [name, value] of Object.entries({ maxAgeMs, maxLifetimeMs, maxBodyBytes, maxSessionBytes })) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0)) {
      throw new SessionConfigError(`Failed to create the session handler: ${name} is ${value}. Give a whole number above 0.`)
    }
  }
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new SessionConfigError(
        `Failed to create the session handler: "${origin}" in origins is no origin. Write scheme, host and port alone, such as "https://app.example.com".`,
      )
    }
  }
  return {
    store: options.store,
    cookie: createCookie(options.cookie ?? {}),
    maxAgeMs,
    maxLifetimeMs: maxLifetimeMs ?? Number.POSITIVE_INFINITY,
    maxBodyBytes,
    maxSessionBytes,
    origins,
    validate: options.validate ?? (() => []),
    identity: options.identity ?? ((data) => toText(data._identity)),
    csrf: options.csrf ?? (() => undefined),
    admit: options.admit ?? (() => null),
    onError: options.onError ?? (() => {}),
    now: options.now ?? Date.now,
    randomBytes: options.randomBytes ?? ((count) => crypto.getRandomValues(new Uint8Array(count))),
  }
}

const toText = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null)

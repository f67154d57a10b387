// Owns the options of a handler: their types and their defaults. check-options.ts checks them.
import type * as z from 'zod/v4/core'
import type { Json, JsonObject } from '../protocol/json.ts'
import type { ProblemDetail } from '../protocol/problem.ts'
import type { JsonSchema, SessionValues } from '../schema/types.ts'
import { type CookieOptions, createCookie, type SessionCookie } from './cookies.ts'
import type { Exposure } from './exposure.ts'
import type { HttpRequest } from './http.ts'
import type { SessionStore } from './store.ts'
import { trustOnly } from './trust-only.ts'

/** Why a request is not admitted: a 401, a 429 or a 503. */
export interface Refusal {
  /** Which answer: 401, 429 or 503. */
  readonly name: 'unauthenticated' | 'rate-limited' | 'unavailable'
  /** For people. */
  readonly detail?: string | undefined
  /** When to come again, in seconds: the `Retry-After` of a 429 or a 503. */
  readonly retryAfterSeconds?: number | undefined
}

/** What `admit` knows of a request beside the request itself. */
export interface Admission {
  /**
   * The network address of the client, by which a rate limiter counts. `toNodeListener` gives it: that of the connection, or
   * with `trustProxy` the one that the proxy saw. undefined if the host does not know it.
   */
  readonly address: string | undefined
  /** Whether the request may create a session: it is a commit, and its cookie names none. */
  readonly creates: boolean
}

/** A request that was refused with 401, 403 or 429, for logs (OWASP ASVS 5.0, 16.3). It holds no session data. */
export interface RefusedRequest {
  readonly problem: 'unauthenticated' | 'csrf' | 'rate-limited'
  readonly method: string
  readonly address: string | undefined
  /** `Origin` as it came; null if there was none. */
  readonly origin: string | null
}

/** Exposes the keys of a zod schema, and checks by it what clients write. */
export interface SchemaExposure<S extends z.$ZodObject> {
  /**
   * The schema of the client: one `z.object` in a file that both import. Its keys are all that clients may see. A commit that
   * sets a value which the schema cannot decode is a 422 with the key and the path.
   *
   * @example
   * createSessionHandler({ store, schema, readOnly: ['plan'] })
   */
  readonly schema: S & JsonSchema<S>
  readonly keys?: undefined
  /** The keys that clients may read and not write: only server code writes them. @default [] */
  readonly readOnly?: readonly (keyof SessionValues<S>)[] | undefined
}

/** Exposes keys by name, with any JSON value. `validate` is the place to check what clients write. */
export interface ListedExposure<K extends string> {
  /** All keys that clients may see, for a server without the schema. @example createSessionHandler({ store, keys: ['theme', 'cart'] }) */
  readonly keys: readonly K[]
  readonly schema?: undefined
  /** The keys that clients may read and not write: only server code writes them. @default [] */
  readonly readOnly?: readonly NoInfer<K>[] | undefined
}

/** How many live streams a handler holds. */
export interface StreamOptions {
  /** @default 10_000 */
  readonly max?: number | undefined
}

/** Options of `createSessionHandler`, next to `schema` or `keys`. */
export interface SessionHandlerOptions {
  /** Where the sessions are kept: `createMemoryStore()`, `createSqliteStore({ path })` or one of your own. */
  readonly store: SessionStore
  /**
   * Delete expired sessions now and then, about every thousandth write, after its response. `false` leaves that to your own calls of
   * `sweep`.
   *
   * @default true
   */
  readonly sweep?: boolean | undefined
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
   * @default four times maxSessionBytes
   */
  readonly maxBodyBytes?: number | undefined
  /**
   * The most that the exposed keys of one session hold, in bytes of JSON. A commit that would store more is a 413, unless it makes
   * them smaller. Private keys do not count, since the limit would tell their size.
   *
   * @default 65_536
   */
  readonly maxSessionBytes?: number | undefined
  /**
   * How many keys one commit may name. More is a 413: each key costs a hash, whatever its size.
   *
   * @default 1_000
   */
  readonly maxKeys?: number | undefined
  /**
   * Live updates for clients with the option `live`: `max` is how many streams this process holds. One more gets a 503, and its client
   * polls. `false` holds none. They need a store with `watch`, as all of the package have.
   *
   * @default { max: 10_000 }
   */
  readonly streams?: StreamOptions | false | undefined
  /**
   * Other origins that may use the session, such as `https://app.example.com`: by CORS and for the same-origin check. Origins of
   * custom schemes, as native shells have them (`capacitor://localhost`), are compared as text. Behind a proxy that ends TLS,
   * name your own public origin here, or set `trustProxy` of `toNodeListener`.
   *
   * @default []
   */
  readonly origins?: readonly string[] | undefined
  /**
   * Checks the session as a commit would leave it, after the schema; what it returns is refused with a 422 and nothing is
   * stored. The data holds private keys, too. Runs again if somebody else wrote meanwhile.
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
   * Returns who is signed in, as an opaque tag that the client may see; null for nobody. It is given the keys that no client
   * can write, private and read-only ones: otherwise any visitor could become anybody. Called once at creation with empty data.
   *
   * @throws SessionConfigError at creation, if it reads a key that clients can write.
   * @default the data's `_identity`, which `signIn` stores
   */
  readonly identity?: ((data: JsonObject) => string | null) | undefined
  /** The CSRF token to tell in states, for clients that cannot read its cookie. Checking it is the app's own matter. */
  readonly csrf?: ((request: Request) => string | undefined) | undefined
  /**
   * Decides whether a request is admitted, before its body is read and before the store is; a refusal becomes the response. The
   * place for log-in walls and rate limits. Runs a second time, with `creates`, for a commit whose cookie turns out to
   * name no session and that is about to create one.
   *
   * @example
   * admit: (_, { address, creates }) => (creates && !limiter.allows(address) ? { name: 'rate-limited', retryAfterSeconds: 30 } : null)
   */
  readonly admit?: ((request: Request, admission: Admission) => Refusal | null | Promise<Refusal | null>) | undefined
  /**
   * Receives every error that became a 500 or a 503, since the response says nothing of it: what the store rejected with, and what
   * the app's own functions threw.
   *
   * @default console.error
   */
  readonly onError?: ((error: unknown) => void) | undefined
  /**
   * Receives every request that was refused with 401, 403 or 429, for logs and alarms.
   *
   * @default nothing
   */
  readonly onRefused?: ((refused: RefusedRequest) => void) | undefined
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

/** The options with their defaults, checked. The functions that want a Request of the Fetch standard take ours, and make one if they exist. */
export interface Settings
  extends Exposure,
    Required<NonNullableMembers<Omit<SessionHandlerOptions, 'cookie' | 'csrf' | 'admit' | 'streams'>>> {
  readonly cookie: SessionCookie
  /** How many live streams there may be; 0 for none. */
  readonly maxStreams: number
  csrf(request: HttpRequest): string | undefined
  admit(request: HttpRequest, creates: boolean): Refusal | null | Promise<Refusal | null>
}

type NonNullableMembers<T> = { readonly [K in keyof T]: NonNullable<T[K]> }

/**
 * Fills in the defaults of options that check-options.ts found right.
 *
 * @throws SessionConfigError if browsers would refuse the cookie.
 */
export function toSettings(options: SessionHandlerOptions, exposure: Exposure): Settings {
  const { maxAgeMs = 1_209_600_000, maxLifetimeMs, maxSessionBytes = 65_536, maxBodyBytes = 4 * maxSessionBytes, origins = [] } = options
  const { csrf, admit } = options
  return {
    ...exposure,
    store: options.store,
    sweep: options.sweep ?? true,
    cookie: createCookie(options.cookie ?? {}),
    maxAgeMs,
    maxLifetimeMs: maxLifetimeMs ?? Number.POSITIVE_INFINITY,
    maxBodyBytes,
    maxSessionBytes,
    maxKeys: options.maxKeys ?? 1_000,
    maxStreams: options.streams === false ? 0 : (options.streams?.max ?? 10_000),
    origins,
    validate: options.validate ?? (() => []),
    identity: options.identity ? trustOnly(options.identity, exposure.keys) : (data) => toText(data._identity),
    csrf: (request) => csrf?.(request.toFetch()),
    admit: (request, creates) => admit?.(request.toFetch(), { address: request.address, creates }) ?? null,
    // biome-ignore lint/suspicious/noConsole: a fault that nobody reads of is worse.
    onError: options.onError ?? ((error) => console.error(error)),
    onRefused: options.onRefused ?? (() => {}),
    now: options.now ?? Date.now,
    randomBytes: options.randomBytes ?? ((count) => crypto.getRandomValues(new Uint8Array(count))),
  }
}

const toText = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null)

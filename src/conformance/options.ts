// Declares the options of the conformance checks and fills in their defaults.
import { checkKeys, type KeyOptions } from './keys.ts'

/** Where the server is, and what cannot be found out by requests. */
export interface ConformanceOptions extends KeyOptions {
  /** The URL of the session. */
  readonly url: string
  /**
   * Where the server takes events that its own code would cause, such as a log-in (docs/conformance.md).
   *
   * @default none: the checks that need them are not run
   */
  readonly control?: string | undefined
  /**
   * The origin of the app's pages: behind a proxy that ends TLS another one than that of the URL.
   *
   * @default the origin of `url`
   */
  readonly origin?: string | undefined
  /**
   * Another origin that the server allows by CORS.
   *
   * @default none: the checks of CORS are not run
   */
  readonly allowedOrigin?: string | undefined
  /**
   * The name of the session cookie, if the server sets others too.
   *
   * @default every cookie that is not `csrfCookie` is taken for the session's
   */
  readonly cookie?: string | undefined
  /** The cookie that a CSRF token is taken from; else it is the state's `csrf`. @default 'csrftoken' */
  readonly csrfCookie?: string | undefined
  /** The header that a CSRF token is sent in. @default 'X-CSRFToken' */
  readonly csrfHeader?: string | undefined
  /** How long one response may take, in milliseconds. @default 30_000 */
  readonly timeoutMs?: number | undefined
  /** How time passes, in milliseconds, for the checks of the expiry: a server with a clock of its own moves that. @default real waiting */
  readonly wait?: ((ms: number) => Promise<void>) | undefined
  /** What sends the requests. It may neither keep cookies nor follow redirects. @default globalThis.fetch */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined
}

/** The options with their defaults. */
export type Settings = Omit<{ readonly [K in keyof ConformanceOptions]-?: NonNullable<ConformanceOptions[K]> }, Optional> &
  Pick<ConformanceOptions, Optional>

type Optional = 'control' | 'allowedOrigin' | 'cookie' | 'readOnly' | 'values'

/**
 * Fills in the defaults.
 *
 * @throws SessionConfigError if the options about keys cannot work.
 */
export function toSettings(options: ConformanceOptions): Settings {
  checkKeys(options)
  return {
    ...options,
    origin: options.origin ?? new URL(options.url).origin,
    csrfCookie: options.csrfCookie ?? 'csrftoken',
    csrfHeader: options.csrfHeader ?? 'X-CSRFToken',
    timeoutMs: options.timeoutMs ?? 30_000,
    wait: options.wait ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms))),
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
  }
}

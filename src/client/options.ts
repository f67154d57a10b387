// Owns the options of `createSessionClient`. Types only.
import type { KyInstance } from 'ky'
import type * as z from 'zod/v4/core'
import type { ConflictPolicy } from '../cache/operation.ts'
import type { SessionChannel } from '../platform/channel.ts'
import type { Clock } from '../platform/clock.ts'
import type { SessionLocks } from '../platform/locks.ts'
import type { JsonSchema, SessionValues } from '../schema/types.ts'
import type { RetryOptions } from '../sync/retry-after.ts'
import type { CsrfOptions } from '../transport/csrf.ts'
import type { Transport } from '../transport/transport.ts'
import type { SessionPersistence } from './journal.ts'
import type { LiveUpdates } from './live.ts'
import type { DehydratedSession } from './types.ts'

/** The keys of a schema. */
export type SessionKeyOf<S extends z.$ZodObject> = keyof SessionValues<S> & string

/** Options of `createSessionClient`, whatever its transport. */
export interface SessionClientOptions<S extends z.$ZodObject, R extends readonly SessionKeyOf<S>[] = readonly []> {
  /**
   * The session's URL, exactly: redirects are refused. Relative to the page, its `<base href>` included; without a page it must be
   * absolute, or the first use rejects with `SessionConfigError`.
   */
  readonly url: string | URL
  /** The keys of the session, as `z.object` of zod or zod/mini. Every key's wire side is JSON. */
  readonly schema: S & JsonSchema<S>
  /**
   * The keys that only the server writes, as a literal list: a write of one does not compile, and throws `SessionUsageError` before
   * anything is shown. `clear` spares them. Give the handler the same list.
   *
   * @default []
   * @example
   * createSessionClient({ url: '/session', schema, readOnly: ['plan'] })
   */
  readonly readOnly?: R | undefined
  /** How to resolve a pending write whose key another client changed, for all keys or by key. @default 'merge' */
  readonly conflict?: ConflictPolicy | { readonly [K in keyof SessionValues<S>]?: ConflictPolicy } | undefined
  /**
   * The members that identify an item, by key, for every list within the key, if it is neither `id` nor `key`. They are
   * read from what is stored, so they are wire values: texts or numbers. Concurrent changes of a list are merged by it.
   *
   * @default `id`, else `key`, else the whole item
   * @example
   * createSessionClient({ url: '/session', schema, identify: { cart: ['id', 'size'] } })
   */
  readonly identify?: { readonly [K in keyof SessionValues<S>]?: string | readonly string[] } | undefined
  /**
   * The keys whose lists are read without the items that the schema refuses, instead of as the default. A write keeps the
   * skipped items stored where they stood; `delete` removes them too. The event `invalid` reports them.
   *
   * @default none
   * @example
   * createSessionClient({ url: '/session', schema, skipInvalidItems: ['cart'] })
   */
  readonly skipInvalidItems?: readonly (keyof SessionValues<S> & string)[] | undefined
  /** What `dehydrate` gave on the server: shown at once, nothing is loaded first. */
  readonly initialState?: DehydratedSession | undefined
  /**
   * Shows changes by other devices and by server code without a focus or a reload.
   *
   * @default none: the page reads when its visitor returns to it
   * @example
   * import { createLive } from 'sojourn/live'
   *
   * createSessionClient({ url: '/session', schema, live: createLive() })
   */
  readonly live?: LiveUpdates | undefined
  /** Whether plain objects and arrays of the view are frozen, so that changing one in place throws. @default true */
  readonly freeze?: boolean | undefined
  /**
   * Keeps the session and pending writes on this device, so that they survive reloads, crashes and offline time.
   *
   * @default nothing is kept
   * @example
   * import { createJournal } from 'sojourn/persist'
   * createSessionClient({ url: '/session', schema, persist: createJournal() })
   */
  readonly persist?: SessionPersistence | undefined
  /** How long to wait between tries. */
  readonly retry?: RetryOptions | undefined
  /** How long one attempt may take, its body included, in milliseconds. @default 10000 */
  readonly timeoutMs?: number | undefined
  /** How long before the end `expiring` is emitted, in milliseconds. @default 60000 */
  readonly expiringMs?: number | undefined
  /** Where the CSRF token comes from and goes to. @default Django's cookie and header */
  readonly csrf?: CsrfOptions | undefined
  /** As for fetch. @default 'include' if the URL has another origin, else 'same-origin' */
  readonly credentials?: RequestCredentials | undefined
  /**
   * How long `ready` waits for the first load, in milliseconds. It then resolves with the error in the snapshot, `get` rejects with it, and
   * `useSuspenseSessionKey` throws it to the error boundary.
   *
   * @default without end in a page or worker; two attempts' time (`timeoutMs`) on a server
   */
  readonly readyTimeoutMs?: number | undefined
  /**
   * Whether PATCH and DELETE go as POST, with the method in the header field `X-HTTP-Method-Override`, for networks whose proxies
   * block the two.
   *
   * @default false
   */
  readonly methodOverride?: boolean | undefined
  /** What to use for fetch. @default the global one, looked up at each request */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** What to use for whole exchanges. @default ky in `sojourn`, fetch in `sojourn/fetch` */
  readonly transport?: Transport | undefined
  /** Opens the channel to the other tabs; false for none. @default a BroadcastChannel named by the absolute URL */
  readonly channel?: ((name: string) => SessionChannel) | false | undefined
  /**
   * Locks between tabs and workers; `false` for none. An exchange holds `section` shared and `exclusive` holds it alone. A tab
   * that creates a session, or writes to a server that cannot compare and set, holds `creation`. Without locks `exclusive` is
   * this tab's alone, and tabs take turns at creating a session over the channel.
   *
   * @default `navigator.locks`, if the browser has it: it needs a secure context
   */
  readonly locks?: SessionLocks | false | undefined
  /** The name that the locks share. Set it if clients of one session use different URLs. @default the absolute URL */
  readonly lockName?: string | undefined
  /** @default the host's timers and performance.now */
  readonly clock?: Clock | undefined
  /** Gives numbers from 0 up to 1, for jitter. @default Math.random */
  readonly random?: (() => number) | undefined
  /** Gives a fresh client id: at least 22 characters of base64url. @default 128 random bits */
  readonly createClientId?: (() => string) | undefined
}

/** Options of `createSessionClient` of `sojourn`. */
export interface KySessionClientOptions<S extends z.$ZodObject, R extends readonly SessionKeyOf<S>[] = readonly []>
  extends SessionClientOptions<S, R> {
  /**
   * The app's own ky instance: its hooks, headers, search parameters and `fetch` apply to the session's requests too. Not its
   * retries, time limits and `throwHttpErrors`, which the client decides. A hook that asks ky to retry fails the attempt, and
   * the client makes the next one.
   *
   * @default plain ky
   * @example
   * const api = ky.extend({ hooks: { beforeRequest: [({ request }) => request.headers.set('X-Trace', traceId())] } })
   * createSessionClient({ url: '/session', schema, ky: api })
   */
  readonly ky?: KyInstance | undefined
}

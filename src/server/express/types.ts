// The public types of sojourn/express: what an app's code finds as `req.session`, and what the middleware is given.
import type { RequestSession } from './request-session.ts'

/**
 * What an app keeps in `req.session`, for its compiler. Add your keys to it.
 *
 * @example
 * declare module 'sojourn/express' {
 *   interface SessionData { views: number }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: apps add to it.
export interface SessionData {}

/** `req.session`: the app's keys, next to the methods of a session. */
export type Session = RequestSession & Partial<SessionData>

/** What the middleware needs of a request: those of Express, Connect and Node's own http and http2 have it. */
export interface SessionRequest {
  readonly headers: { readonly cookie?: string | undefined }
  readonly url?: string | undefined
  readonly originalUrl?: string | undefined
  session?: Session | null | undefined
  sessionID?: unknown
}

/** Options of the middleware. The cookie, the lifetime and the store are options of `createSessionHandler`. */
export interface ExpressSessionOptions {
  /**
   * What `req.session = null`, or `delete req.session`, does: `keep` leaves the stored session as it is, `destroy` ends it.
   *
   * @default 'keep'
   */
  readonly unset?: 'keep' | 'destroy' | undefined
  /**
   * The members that identify an item of a list, by the key that holds the list, if they are neither `id` nor `key`. As the option of
   * the same name of `createSessionClient`.
   *
   * @default {}
   */
  readonly identify?: Readonly<Record<string, string | readonly string[]>> | undefined
  /** Only false: a request that changed nothing stores nothing. */
  readonly resave?: false | undefined
  /** Only false: a visitor gets a session when something is stored in it. */
  readonly saveUninitialized?: false | undefined
}

declare global {
  namespace Express {
    interface Request {
      /** The session of `sojourn/express`. */
      session: Session
      /** The public id of the session, its lineage. It is worth nothing to a thief. */
      sessionID: string
    }
  }
}

// Declares the public session of one request, `handler.open(request)`, and builds it. Writes go through session-writer.
import { SessionAuthError } from '../errors/session-auth-error.ts'
import { SessionUsageError } from '../errors/session-usage-error.ts'
import { sessionVersionHeader } from '../protocol/headers.ts'
import type { JsonObject } from '../protocol/json.ts'
import { expiryFault } from '../protocol/parse-commit.ts'
import type { Context } from './answers.ts'
import { type ServerCookie, toServerCookie } from './cookies.ts'
import { toLife } from './expiry.ts'
import { checkIdentity } from './identity.ts'
import { createReader, type PrivateKeys, type ServerTransaction, type SessionReader, transact } from './keyed-access.ts'
import { versionOf } from './record.ts'
import { openWriter, type SessionWriter } from './session-writer.ts'

/**
 * The session of one request, for the app's own endpoints: log-in, log-out, server code that writes. Give the answer
 * through `respond`, which brings the cookie to the browser. What writes rejects with `SessionNetworkError` (503) where others are
 * first again and again, and with `SessionEndedError` where the session ended or was rotated since it was opened.
 *
 * @example
 * const session = await handler.open(request)
 * await session.signIn(user.id)
 * return session.respond(Response.json({ ok: true }))
 */
export interface ServerSession<V extends object = NoKeys, I extends { [K in keyof V]: unknown } = V> extends SessionReader<V> {
  /** The public id of the session; null where there is none. */
  readonly lineage: string | null
  /** Who is signed in; null for nobody. */
  readonly identity: string | null
  /**
   * Stores what a function makes of one key. It runs again if another client wrote meanwhile, so it must be pure.
   *
   * @throws SessionSchemaError if the schema refuses the result; SessionInvalidValueError if it refuses what is stored
   * @example
   * await session.update('cart', (cart) => [...cart, item])
   */
  update<K extends keyof V & string>(key: K, change: (current: V[K]) => I[K]): Promise<void>
  /** Stores a value, of a read-only key too; undefined deletes. @throws SessionSchemaError if the schema refuses it */
  set<K extends keyof V & string>(key: K, value: I[K]): Promise<void>
  /** Deletes a key. */
  delete(key: keyof V & string): Promise<void>
  /**
   * Stores all that a function writes in one atomic write, or nothing if it throws or writes nothing. It runs again if
   * another client wrote meanwhile, so it must be pure.
   *
   * @example
   * await session.transaction((tx) => {
   *   tx.set('plan', 'pro')
   *   tx.private.set('stripe_customer', id)
   * })
   */
  transaction<R>(run: (tx: ServerTransaction<V, I>) => R): Promise<R>
  /** The keys that clients never see. */
  readonly private: SessionPrivateKeys
  /**
   * Signs somebody in: stores `_identity` and gives the session a new key, so that a key that was planted before is worth
   * nothing. An anonymous session and one of the same person keep data and lineage; another person gets a new, empty session. Drops
   * the expiry that a client asked for, and `maxLifetimeMs` counts from now.
   */
  signIn(identity: string, options?: SignInOptions): Promise<void>
  /** Gives the session a new key and keeps its data; does nothing where there is none. */
  cycleKey(): Promise<void>
  /**
   * Sets the server's life of the session: seconds from each write, 0 to end with the browser, null for `maxAgeMs`, or a date. It may
   * be longer than `maxAgeMs`, as for "remember me". A client may only shorten it; `maxLifetimeMs` limits it, too.
   *
   * @throws SessionUsageError where the date is over or too far away.
   */
  setExpiry(expiry: number | Date | null): Promise<void>
  /** Ends the session: data, key and cookie are gone. A write after it starts a new one. */
  flush(): Promise<void>
  /**
   * The cookie that the browser needs after what was done, for frameworks that set cookies themselves: `name`, `value` and `options`
   * with `maxAge` in seconds. Undefined if it needs none.
   *
   * @example
   * const { cookie } = session
   * if (cookie) cookies().set(cookie.name, cookie.value, cookie.options)
   */
  readonly cookie: ServerCookie | undefined
  /** Gives the app's answer with the cookie, where it changed, and `Session-Version`, which tells clients to look again. */
  respond(response: Response): Response
}

/** The private keys of a session, each write by itself. Several in one step: `transaction` and `tx.private`. */
export interface SessionPrivateKeys extends Pick<PrivateKeys, 'get' | 'all'> {
  /** Stores a JSON value; undefined deletes. @throws SessionUsageError for an exposed key; SessionSchemaError for what JSON cannot hold */
  set(key: string, value: unknown): Promise<void>
  /** Deletes a key. */
  delete(key: string): Promise<void>
}

/** No keys: what a function of any session takes. */
export type NoKeys = Record<never, never>

/** Options of `signIn`. */
export interface SignInOptions {
  /**
   * When the password was read, in milliseconds since the epoch: take `Date.now()` before it is checked. If `endAll` ran for the person
   * since, the sign-in rejects with `SessionAuthError` and the visitor is not signed in, because the password may have been the old one.
   */
  readonly since?: number | undefined
}

/** By a symbol, so that it is on no list of the session's members. */
const partsOf = Symbol('parts')

interface Parts {
  readonly session: SessionWriter
  readonly settings: Context['settings']
}

/** A session as `openSession` makes it. */
type Opened = ServerSession & { readonly [partsOf]: () => Parts }

type Properties = Pick<ServerSession, 'lineage' | 'identity' | 'cookie'>

/**
 * What a session gives as it was read or written last, for all sessions: V8 keeps a getter that an object literal makes, and
 * with it all that its request holds, until a full collection.
 */
const properties: Properties & ThisType<{ readonly [partsOf]: () => Parts }> = {
  get cookie() {
    const field = this[partsOf]().session.setCookie()
    return field === undefined ? undefined : toServerCookie(field)
  },
  get lineage() {
    return this[partsOf]().session.record()?.lineage ?? null
  },
  get identity() {
    const { session, settings } = this[partsOf]()
    return settings.identity(session.record()?.data ?? {})
  },
}

/** Opens the session that a request's cookie names. */
export async function openSession(request: Pick<Request, 'headers'>, context: Context): Promise<ServerSession> {
  const { settings } = context
  const session = await openWriter(request.headers.get('Cookie'), context)
  const isEndedSince = async (identity: string, since: number | undefined): Promise<boolean> =>
    since !== undefined && ((await context.people.lastEnd(identity)) ?? Number.NEGATIVE_INFINITY) >= since

  const dataOf = (): JsonObject => session.record()?.data ?? {}
  const transaction = async (run: (tx: ServerTransaction<Record<string, unknown>>) => unknown): Promise<unknown> => {
    let result: unknown
    await session.write((record) => {
      const transacted = transact(settings, record?.data ?? {}, run)
      result = transacted.result
      return transacted.isChanged ? { data: transacted.data } : undefined
    })
    return result
  }
  const read = <R>(run: (tx: ServerTransaction<Record<string, unknown>>) => R): R => transact(settings, dataOf(), run).result as R
  type Calls = Omit<ServerSession<Record<string, unknown>>, keyof Properties>
  const calls: Calls = {
    ...createReader(settings, dataOf),
    update: async (key, change) => void (await transaction((tx) => tx.update(key, change))),
    set: async (key, value) => void (await transaction((tx) => tx.set(key, value))),
    delete: async (key) => void (await transaction((tx) => tx.delete(key))),
    transaction: transaction as Calls['transaction'],
    private: {
      get: (key) => read((tx) => tx.private.get(key)),
      all: () => read((tx) => tx.private.all()),
      set: async (key, value) => void (await transaction((tx) => tx.private.set(key, value))),
      delete: async (key) => void (await transaction((tx) => tx.private.delete(key))),
    },
    signIn: async (identity, { since } = {}) => {
      checkIdentity(identity)
      if (await isEndedSince(identity, since)) throw new SessionAuthError()
      await session.leaveUnreadable()
      await session.write((record) => {
        const before = record ? settings.identity(record.data) : null
        const isNew = before !== null && before !== identity && record?.data._identity !== identity
        return { data: { ...(isNew ? {} : record?.data), _identity: identity }, rotate: true, isNew, isSignIn: true }
      })
      // Again after the write: `endAll` notes its time before it looks for sessions, so one of the two finds the other.
      if (!(await isEndedSince(identity, since))) return
      await session.remove()
      throw new SessionAuthError()
    },
    cycleKey: async () => {
      if (session.record()) await session.write((record) => ({ data: record?.data ?? {}, rotate: true }))
    },
    setExpiry: async (expiry) => {
      const wanted = expiry instanceof Date && Number.isFinite(expiry.getTime()) ? expiry.toISOString() : expiry
      const life = expiryFault(wanted) === undefined ? toLife(wanted as string | number | null, settings.now()) : undefined
      if (life === undefined)
        throw new SessionUsageError(
          'Failed to set the expiry: it is no whole number of seconds, over or too far away. Give seconds or a date to come.',
        )
      await session.write((record) => ({ data: record?.data ?? {}, life }))
    },
    flush: () => session.remove(),
    respond: (response) => respond(response, session, settings),
  }
  return Object.assign(Object.create(properties) as Properties, calls, { [partsOf]: () => ({ session, settings }) })
}

/** Returns all that a session holds, in its stored form. For the mock server, whose tests look at everything. */
export function storedDataOf(session: ServerSession): JsonObject {
  return (session as Opened)[partsOf]().session.record()?.data ?? {}
}

/** Stores what a function makes of all that a session holds. For the mock server, which plays code that replaces everything. */
export function rewrite(session: ServerSession, change: (data: JsonObject) => JsonObject): Promise<void> {
  return (session as Opened)[partsOf]().session.write((record) => ({ data: change(record?.data ?? {}) }))
}

function respond(response: Response, session: SessionWriter, { keys }: Context['settings']): Response {
  const setCookie = session.setCookie()
  const { status, statusText } = response
  const headers = new Headers(response.headers)
  headers.set(sessionVersionHeader, versionOf(session.subject(), keys))
  headers.append('Vary', 'Cookie')
  if (setCookie === undefined) return new Response(response.body, { status, statusText, headers })
  headers.append('Set-Cookie', setCookie)
  headers.set('Cache-Control', 'private, no-store')
  const answer = new Response(response.body, { status, statusText, headers })
  // As toFetch of fetch-shell.ts does, for implementations whose constructor drops Set-Cookie.
  if (answer.headers.get('Set-Cookie') === null) for (const line of headers.getSetCookie()) answer.headers.append('Set-Cookie', line)
  return answer
}

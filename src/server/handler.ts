// Owns the door of the server: which function answers a request, and what becomes of errors.
import type * as z from 'zod/v4/core'
import { SessionConfigError } from '../errors/session-config-error.ts'
import { methodOverrideHeader } from '../protocol/headers.ts'
import type { Json } from '../protocol/json.ts'
import type { SessionInputs, SessionValues } from '../schema/types.ts'
import { answerRefusal, answerUnavailable, type Context, contextSymbol, toAsker } from './answers.ts'
import { ConsumedBodyError } from './body.ts'
import { checkOptions } from './check-options.ts'
import { withCommonHeaders } from './common-headers.ts'
import { answerEnd } from './end.ts'
import { type Exposure, type ExposureOptions, toExposure } from './exposure.ts'
import { guardStore, StoreFault } from './faults.ts'
import { fromFetch, toFetch } from './fetch-shell.ts'
import { type Connection, type HttpRequest, type HttpResponse, type Respond, respondSymbol } from './http.ts'
import { isKey } from './keys.ts'
import {
  type ListedExposure,
  type RefusedRequest,
  type SchemaExposure,
  type SessionHandlerOptions,
  type Settings,
  toSettings,
} from './options.ts'
import { answerOptions, mayWrite, methods, refuseWriter, type Writer } from './origin.ts'
import { createPeople, type PersonSession } from './people.ts'
import { toProblem } from './problems.ts'
import { answerRead } from './read.ts'
import { type NoKeys, openSession, type ServerSession } from './server-session.ts'
import { createStreams } from './streams.ts'
import { createVault } from './vault.ts'
import { answerCommit } from './write.ts'

/** Responds to session clients, at any URL, on any server of the Fetch standard. */
export interface SessionHandler<V extends object = NoKeys, I extends { [K in keyof V]: unknown } = V> {
  /**
   * Never rejects: a store that is down is a 503, a fault in the app's functions a 500. `connection` is what `toNodeListener` gives
   * an app's function as its second argument: pass it on, so that `admit` learns the client's address.
   */
  (request: Request, connection?: Connection): Promise<Response>
  /**
   * Opens the session of a request for the app's own endpoints. Rejects with the store's own error if the store fails. A stored session
   * that cannot be read throws at its first use; `flush` ends it and `signIn` replaces it. The headers alone will do, for frameworks that
   * give no Request.
   */
  open(request: Request | { readonly headers: Headers }): Promise<ServerSession<V, I>>
  /**
   * Deletes the expired entries of the store, slice by slice; resolves with how many. The handler does so by itself unless the option
   * `sweep` is false.
   */
  sweep(): Promise<number>
  /**
   * Ends every live stream and opens no more; the clients reconnect elsewhere, or poll. Call it when the server shuts down, before
   * `server.close()`, which waits for every connection.
   *
   * @example
   * process.once('SIGTERM', () => {
   *   sessions.closeStreams()
   *   server.close()
   * })
   */
  closeStreams(): void
  /**
   * Lists the sessions that a person is signed in to, for a page of devices. Put what the page shows, such as the browser's name, into
   * a private key at the log-in.
   *
   * @throws SessionConfigError if the store has no owner index.
   * @example
   * const devices = await sessions.list(user.id)
   */
  list(identity: string): Promise<readonly PersonSession[]>
  /**
   * Ends one session of a person; resolves with how many were ended, 0 or 1.
   *
   * @throws SessionConfigError if the store has no owner index.
   */
  end(identity: string, lineage: string): Promise<number>
  /**
   * Ends all sessions of a person on every device, as after a change of the password or when an account is closed (OWASP ASVS 5.0,
   * 7.4.2 and 7.4.3); resolves with how many. Store the new password first. A sign-in whose password was checked before and that is
   * stored later survives, unless it names that moment: `signIn(identity, { since })`.
   *
   * @throws SessionConfigError if the store has no owner index.
   * @example
   * await sessions.endAll(user.id, { except: session.lineage })
   */
  endAll(identity: string, options?: EndAllOptions): Promise<number>
}

/** Options of `endAll`. */
export interface EndAllOptions {
  /** The lineage of the session that stays, such as that of the browser which changed the password. */
  readonly except?: string | null | undefined
}

/**
 * Creates the server side of the session protocol (docs/protocol.md) over a store. Clients see and write the keys of the
 * schema, or those in `keys`, and no others.
 *
 * @throws SessionConfigError if an option cannot work, or neither `schema` nor `keys` is given.
 * @example
 * const handler = createSessionHandler({ store: createSqliteStore({ path: 'sessions.sqlite' }), schema })
 * http.createServer(toNodeListener(handler)).listen(3000)
 */
export function createSessionHandler<S extends z.$ZodObject>(
  options: SessionHandlerOptions & SchemaExposure<S>,
): SessionHandler<SessionValues<S>, SessionInputs<S>>
export function createSessionHandler<const K extends string>(
  options: SessionHandlerOptions & ListedExposure<K>,
): SessionHandler<{ [key in K]: Json | undefined }>
export function createSessionHandler(options: SessionHandlerOptions & ExposureOptions): SessionHandler {
  checkOptions(options)
  return createHandler(options, toExposure(options))
}

/** Creates a handler that exposes what it is given. `createSessionHandler` and the mock server call it. */
export function createHandler(options: SessionHandlerOptions, exposure: Exposure): SessionHandler {
  const open = toContext(toSettings(options, exposure))
  // Server code gets what its store rejects with; a request gets a response.
  const context = toContext({ ...open.settings, store: guardStore(open.settings.store) })
  const { settings } = context

  const respond: Respond = async (request) => {
    let response: HttpResponse
    try {
      response = await answer(request, context)
    } catch (error) {
      response = toFault(error, settings)
    }
    report(() => reportRefused(response.status, request, settings))
    return withCommonHeaders(response, request, settings.origins)
  }

  const handle = async (request: Request, connection?: Connection): Promise<Response> =>
    toFetch(await respond(fromFetch(request, addressOf(connection))))

  return Object.assign(handle, {
    [respondSymbol]: respond,
    [contextSymbol]: context,
    open: (request: Pick<Request, 'headers'>) => openSession(request, open),
    sweep: open.vault.sweep,
    closeStreams: context.streams.close,
    list: open.people.list,
    end: (identity: string, lineage: string) => open.people.end(identity, (record) => record?.lineage === lineage),
    endAll: async (identity: string, { except }: EndAllOptions = {}) => {
      await open.people.noteEnd(identity)
      return open.people.end(identity, (record) => record === undefined || record.lineage !== except)
    },
  })
}

/** Other hosts pass a second argument of their own: Bun its server, Deno what it knows of the connection. */
const addressOf = (connection: Connection | undefined): string | undefined =>
  typeof connection?.address === 'string' ? connection.address : undefined

function toContext(settings: Settings): Context {
  const vault = createVault(settings)
  return { settings, vault, people: createPeople(settings, vault.name), streams: createStreams(settings, vault) }
}

/** Responds to what was thrown, and reports it: the response says nothing of the reason, which is not for visitors. */
function toFault(error: unknown, settings: Settings): HttpResponse {
  const isOfStore = error instanceof StoreFault
  report(() => settings.onError(isOfStore ? error.cause : error))
  // A store that cannot work as it is set up, such as a read-only file, does not come back by waiting.
  if (isOfStore && !(error.cause instanceof SessionConfigError)) return answerUnavailable()
  return toProblem('server-error', error instanceof ConsumedBodyError ? { detail: error.message, reason: 'consumed-body' } : {})
}

/** Runs a logger of the app. One that throws must not keep the visitor from the response. */
function report(log: () => void): void {
  try {
    log()
  } catch {}
}

const refusals: ReadonlyMap<number, RefusedRequest['problem']> = new Map([
  [401, 'unauthenticated'],
  [403, 'csrf'],
  [429, 'rate-limited'],
])

function reportRefused(status: number, request: HttpRequest, { onRefused }: Settings): void {
  const problem = refusals.get(status)
  if (problem) onRefused({ problem, method: request.method, address: request.address, origin: request.header('origin') })
}

async function answer(request: HttpRequest, context: Context): Promise<HttpResponse> {
  const { settings } = context
  const method = methodOf(request)
  if (method === 'OPTIONS') return answerOptions(request, settings.origins)
  const isRead = method === 'GET' || method === 'HEAD'
  if (!isRead && method !== 'PATCH' && method !== 'DELETE') return toProblem('method-not-allowed', { headers: { Allow: methods } })
  if (!isRead) {
    const writer = toWriter(request, settings.origins)
    if (!mayWrite(writer)) return refuseWriter(writer)
  }
  const asker = toAsker(request)
  if (!asker) return toProblem('bad-request', { detail: 'Session-Client must be 22 to 64 characters of base64url.' })
  const creates = method === 'PATCH' && !settings.cookie.readAll(request.header('cookie')).some(isKey)
  const refusal = await settings.admit(request, creates)
  if (refusal) return answerRefusal(refusal)
  if (method === 'PATCH') return answerCommit(asker, context, creates)
  if (method === 'DELETE') return answerEnd(asker, context)
  const read = await answerRead(asker, context)
  return method === 'HEAD' ? { ...read, body: null } : read
}

/** Returns the method that is meant: a proxy may let nothing but GET and POST through. No form of another site can send that field. */
function methodOf(request: HttpRequest): string {
  const { method } = request
  const meant = method === 'POST' ? request.header(methodOverrideHeader.toLowerCase())?.toUpperCase() : undefined
  return meant === 'PATCH' || meant === 'DELETE' ? meant : method
}

function toWriter(request: HttpRequest, listed: readonly string[]): Writer {
  return { site: request.header('sec-fetch-site'), origin: request.header('origin'), own: request.origin, listed }
}

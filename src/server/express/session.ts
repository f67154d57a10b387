// Owns the middleware: it opens the session of a request, and has it stored before the response ends. The door `sojourn/express`.
import { SessionConfigError } from '../../errors/session-config-error.ts'
import { SessionUsageError } from '../../errors/session-usage-error.ts'
import { sessionVersionHeader } from '../../protocol/headers.ts'
import { contextOf } from '../answers.ts'
import { openWriter, type SessionWriter } from '../session-writer.ts'
import { isReserved } from './changes.ts'
import { type HookedResponse, hookResponse } from './hook-response.ts'
import type { ExpressSessionOptions, SessionRequest } from './types.ts'
import { createUnitOfWork, type UnitOfWork } from './unit-of-work.ts'

/** A middleware of Express, Connect, or of whatever calls one with Node's own request and response. */
export type SessionMiddleware = (request: SessionRequest, response: HookedResponse, next: (error?: unknown) => void) => void

/**
 * Creates the middleware that gives requests `req.session`, with the API of express-session, over the sessions of a handler. Before a
 * response ends, it stores the keys that the request changed, merged with what others stored since it was read (docs/express.md).
 *
 * @throws SessionConfigError if an option of express-session has another place here, or cannot work
 * @example
 * const sessions = createSessionHandler({ store, schema })
 * app.all('/session', toNodeListener(sessions)) // for the client; before the middleware, which it does not need
 * app.use(session(sessions))
 */
export function session(sessions: object, options: ExpressSessionOptions = {}): SessionMiddleware {
  const context = contextOf(sessions)
  if (!context) fail('its first argument is not the handler that createSessionHandler returns. Write session(sessions).')
  checkOptions(options)
  const { cookie, keys, onError } = context.settings
  for (const key of keys.writable) if (isReserved(key)) fail(`the exposed key "${key}" is a member of every req.session. Rename it.`)

  return (request, response, next) => {
    if (request.session || !pathOf(request).startsWith(cookie.attributes.path)) return next()
    const begin = (writer: SessionWriter): void => {
      const unit = createUnitOfWork(request, writer, context, options)
      refuseStore(request)
      hookResponse(response, {
        beforeHeaders: () => writeFields(response, unit),
        beforeEnd: unit.finish,
        onFailure: (error) => next(withStatus(error)),
        onLateFailure: onError,
      })
      // Out of the promise's chain, so that what a handler throws is an uncaught exception and no rejection.
      queueMicrotask(next)
    }
    openWriter(request.headers.cookie ?? null, context)
      .then(begin)
      .catch(next)
  }
}

/** The path of the URL as the browser sees it, wherever the middleware is mounted. */
function pathOf({ originalUrl, url }: SessionRequest): string {
  const target = (originalUrl ?? url ?? '/').replace(/^https?:\/\/[^/?#]*/i, '')
  return target.split('?', 1)[0] || '/'
}

function writeFields(response: HookedResponse, unit: UnitOfWork): void {
  const { setCookie, version } = unit.fieldsOfResponse()
  if (version !== undefined) response.setHeader(sessionVersionHeader, version)
  if (setCookie === undefined) return
  const before = response.getHeader('Set-Cookie') ?? []
  response.setHeader('Set-Cookie', [...(Array.isArray(before) ? before : [String(before)]), setCookie])
  if (response.getHeader('Cache-Control') === undefined) response.setHeader('Cache-Control', 'private, no-store')
}

/** Express reads the status of an error. As Django, a session that ended under the request is a 400: its changes belong to nobody. */
function withStatus(error: unknown): unknown {
  const { code, status } = error as { readonly code?: unknown; readonly status?: unknown }
  return code === 'ended' && status === undefined ? Object.assign(error as Error, { status: 400 }) : error
}

function refuseStore(request: SessionRequest): void {
  Object.defineProperty(request, 'sessionStore', {
    configurable: true,
    get: () => {
      throw new SessionUsageError(
        'Failed to read req.sessionStore: sojourn/express has none. Use req.session, or sessions.list and sessions.endAll of the handler.',
      )
    },
  })
}

/** Where the options of express-session are here. */
const elsewhere: Readonly<Record<string, string>> = {
  cookie: 'Give it to createSessionHandler({ cookie }); cookie.maxAge is its maxAgeMs.',
  genid: 'Leave it out: a key is 256 random bits, and req.sessionID is public.',
  key: 'Give createSessionHandler({ cookie: { name } }).',
  name: 'Give createSessionHandler({ cookie: { name } }).',
  proxy: 'Leave it out: the Secure flag does not depend on the request.',
  rolling: 'Leave it out: the cookie lasts twice as long as the session, and is set again before it ends.',
  secret: 'Leave it out: the cookie is a random key and needs no signature.',
  store: 'Give createSessionHandler({ store }) a store of Sojourn. Stores of express-session cannot compare and set, so they lose writes.',
}

function checkOptions(options: ExpressSessionOptions): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(elsewhere, name)) fail(`it has the option ${name}. ${elsewhere[name]}`)
  }
  const { resave, saveUninitialized, unset } = options as Readonly<Record<string, unknown>>
  if (resave) fail('resave is true. Leave it out: a request that changed nothing must not write over what others changed.')
  if (saveUninitialized) fail('saveUninitialized is true. Leave it out: a visitor gets a session when something is stored in it.')
  if (unset !== undefined && unset !== 'keep' && unset !== 'destroy') fail('unset must be "destroy" or "keep".')
}

function fail(reason: string): never {
  throw new SessionConfigError(`Failed to create the session middleware: ${reason}`)
}

import { answerUnavailable, type Context, toAsker } from './answers.ts'
import { answerEnd } from './end.ts'
import { type Refusal, type SessionHandlerOptions, type Settings, toSettings } from './options.ts'
import { answerOptions, isSameOrigin, methods, withCommonHeaders } from './origin.ts'
import { toProblem } from './problems.ts'
import { answerRead } from './read.ts'
import { openSession, type ServerSession } from './server-session.ts'
import { createVault } from './vault.ts'
import { answerCommit } from './write.ts'

/** Answers the requests of session clients, at any URL, on any server of the Fetch standard. */
export interface SessionHandler {
  /** Never rejects: what goes wrong inside is a 503. */
  (request: Request): Promise<Response>
  /** Opens the session of a request for the app's own endpoints. Rejects where the store cannot be read. */
  open(request: Request): Promise<ServerSession>
  /** Deletes the sessions that are over from the store; says how many. Call it now and then: once an hour is plenty. */
  sweep(): Promise<number>
}

/**
 * Creates the server side of the session protocol (docs/protocol.md) over a store.
 *
 * @throws SessionConfigError where an option cannot work.
 * @example
 * const handler = createSessionHandler({ store: createSqliteStore({ path: 'sessions.sqlite' }) })
 * http.createServer(toNodeListener(handler)).listen(3000)
 */
export function createSessionHandler(options: SessionHandlerOptions): SessionHandler {
  const settings = toSettings(options)
  const context: Context = { settings, vault: createVault(settings) }

  async function handle(request: Request): Promise<Response> {
    try {
      return withCommonHeaders(await answer(request, context), request, settings.origins)
    } catch (error) {
      report(error, settings)
      return withCommonHeaders(answerUnavailable(), request, settings.origins)
    }
  }

  return Object.assign(handle, {
    open: (request: Request) => openSession(request, context),
    sweep: () => settings.store.sweep(settings.now()),
  })
}

/** A logger that is down is no reason not to answer. */
function report(error: unknown, { onError }: Settings): void {
  try {
    onError(error)
  } catch {}
}

async function answer(request: Request, context: Context): Promise<Response> {
  const { settings } = context
  const { method } = request
  if (method === 'OPTIONS') return answerOptions(request, settings.origins)
  const isRead = method === 'GET' || method === 'HEAD'
  if (!isRead && method !== 'PATCH' && method !== 'DELETE') return toProblem('method-not-allowed', { headers: { Allow: methods } })
  if (!isRead && !isSameOrigin(request, settings.origins)) {
    return toProblem('csrf', { detail: 'Send Origin or Sec-Fetch-Site; name other origins in the option origins of the handler.' })
  }
  const asker = toAsker(request)
  if (!asker) return toProblem('bad-request', { detail: 'Session-Client must be 22 to 64 characters of base64url.' })
  const refusal = await settings.admit(request)
  if (refusal) return answerRefusal(refusal)
  if (method === 'PATCH') return answerCommit(asker, context)
  if (method === 'DELETE') return answerEnd(asker, context)
  const read = await answerRead(asker, context)
  return method === 'HEAD' ? new Response(null, read) : read
}

function answerRefusal({ name, detail, retryAfterSeconds }: Refusal): Response {
  const headers = {
    // RFC 9110 wants a challenge with every 401; no browser reacts to this one.
    ...(name === 'unauthenticated' && { 'WWW-Authenticate': 'Cookie' }),
    ...(retryAfterSeconds !== undefined && { 'Retry-After': String(Math.ceil(retryAfterSeconds)) }),
  }
  return toProblem(name, { detail, headers })
}

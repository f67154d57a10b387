// Handles GET. Never writes, never extends a session and never sets a cookie.
import { sessionVersionHeader } from '../protocol/headers.ts'
import { isName } from '../protocol/name.ts'
import type { State } from '../protocol/state.ts'
import { answerState, type Context, toEtag } from './answers.ts'
import type { HttpRequest, HttpResponse } from './http.ts'
import { toProblem } from './problems.ts'
import { type Asker, toState } from './state.ts'

/**
 * Answers a GET. Reading writes nothing, extends nothing and sets no cookie: an answer that comes late can do no harm.
 * The cookie of a session whose client accepts an event stream gets one, if the store can tell of changes.
 */
export async function answerRead(asker: Asker, context: Context): Promise<HttpResponse> {
  const { settings, vault, streams } = context
  const { request } = asker
  const { subject, key } = await vault.find(await vault.cookieOf(request.header('cookie')))
  const state = toState(subject, asker, settings)
  if (key !== undefined && streams.isOffered && acceptsStream(request)) return answerStream(key, state, asker, context)
  if (isNamed(request.header('if-none-match'), state.version)) {
    return { status: 304, headers: { ETag: toEtag(state.version), [sessionVersionHeader]: state.version }, cookies: [], body: null }
  }
  return answerState(state)
}

/** Whether a request asks for live states (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
function acceptsStream(request: HttpRequest): boolean {
  const types = request.header('accept')?.split(',') ?? []
  return request.method === 'GET' && types.some((type) => type.trim().split(';')[0]?.toLowerCase() === 'text/event-stream')
}

/** How long a client waits if there are too many streams, in seconds. It polls meanwhile. */
const fullSeconds = 60

/** No transformation: a proxy or a middleware that compresses would hold events back. */
const streamHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'private, no-store, no-transform',
  'X-Accel-Buffering': 'no',
}

function answerStream(key: string, { lineage, identity = null, expiry }: State, { request }: Asker, context: Context): HttpResponse {
  const { settings, streams } = context
  if (!streams.hasRoom()) {
    const detail = `The server holds its ${settings.maxStreams} streams.`
    return toProblem('unavailable', { detail, headers: { 'Retry-After': String(fullSeconds) } })
  }
  const named = request.header('last-event-id')
  const lastEventId = isName(named) ? named : null
  const stream = streams.open({ key, lineage, identity, lastEventId, expiresAt: settings.now() + expiry.age * 1000 })
  return { status: 200, headers: streamHeaders, cookies: [], body: null, stream }
}

/** Whether an If-None-Match names a version. Proxies that compress make tags weak, and the comparison is weak anyway. */
function isNamed(field: string | null, version: string): boolean {
  const tags = field?.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags?.includes(toEtag(version)) ?? false
}

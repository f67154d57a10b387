// Builds the responses that carry a state: 200, 409 and 410. Called by read, write and end; stores nothing.
import { isClientId, sessionClientHeader, sessionVersionHeader } from '../protocol/headers.ts'
import type { ProblemName } from '../protocol/problem.ts'
import type { Answer } from '../protocol/state.ts'
import type { HttpRequest, HttpResponse } from './http.ts'
import type { Refusal, Settings } from './options.ts'
import type { People } from './people.ts'
import { type ProblemParts, toProblem } from './problems.ts'
import type { SessionRecord, Subject } from './record.ts'
import { type Asker, toState } from './state.ts'
import type { Streams } from './streams.ts'
import type { Vault } from './vault.ts'

/** What every answer is made from. */
export interface Context {
  readonly settings: Settings
  readonly vault: Vault
  readonly people: People
  readonly streams: Streams
}

/** Where a session handler keeps its `Context`, so that the middleware of another copy of the package finds it too. */
export const contextSymbol: unique symbol = Symbol.for('sojourn.context')

/** Returns the `Context` of a session handler; undefined for any other function. */
export function contextOf(handler: object): Context | undefined {
  return (handler as { readonly [contextSymbol]?: Context })[contextSymbol]
}

/** What a 200 carries beside its state. */
export interface StateParts {
  readonly cookie?: string | undefined
  /** Whether the data was left out as `Prefer` asked. */
  readonly isMinimal?: boolean
}

/** Makes a 200 with a state. */
export function answerState(state: Answer, { cookie, isMinimal = false }: StateParts = {}): HttpResponse {
  return {
    status: 200,
    headers: {
      'Content-Type': 'application/json',
      ETag: toEtag(state.version),
      [sessionVersionHeader]: state.version,
      ...(isMinimal && { 'Preference-Applied': 'return=minimal' }),
    },
    cookies: cookie === undefined ? [] : [cookie],
    body: JSON.stringify(state),
  }
}

/** A 409 or 410: the problem, and the state to go on from. */
export function answerProblem(
  name: ProblemName,
  subject: Subject,
  asker: Asker,
  settings: Settings,
  parts: ProblemParts = {},
): HttpResponse {
  const state = toState(subject, asker, settings)
  return toProblem(name, { ...parts, state, headers: { [sessionVersionHeader]: state.version } })
}

/** Refuses a request that the app did not admit: 401, 429 or 503. */
export function answerRefusal({ name, detail, retryAfterSeconds }: Refusal): HttpResponse {
  const headers = {
    // RFC 9110 wants a challenge with every 401; no browser reacts to this one.
    ...(name === 'unauthenticated' && { 'WWW-Authenticate': 'Cookie' }),
    ...(retryAfterSeconds !== undefined && { 'Retry-After': String(Math.ceil(retryAfterSeconds)) }),
  }
  return toProblem(name, { detail, headers })
}

/** A 503: nothing is known of the session, and nothing of the reason is told. */
export function answerUnavailable(): HttpResponse {
  return toProblem('unavailable', { headers: { 'Retry-After': '2' } })
}

/** The `Set-Cookie` of a session. */
export function toSetCookie(key: string, record: SessionRecord, { cookie, now }: Settings): string {
  return cookie.write(key, record.cookieUntil, now())
}

/** The entity tag of a version. */
export function toEtag(version: string): string {
  return `"${version}"`
}

/** Returns who asks: `Session-Client` of the request; undefined if it has another form. */
export function toAsker(request: HttpRequest): Asker | undefined {
  const client = request.header(sessionClientHeader.toLowerCase()) ?? undefined
  return client === undefined || isClientId(client) ? { request, client } : undefined
}

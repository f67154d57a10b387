import { isClientId, sessionClientHeader, sessionVersionHeader } from '../protocol/headers.ts'
import type { ProblemName } from '../protocol/problem.ts'
import type { Answer } from '../protocol/state.ts'
import type { Settings } from './options.ts'
import { type ProblemParts, toProblem } from './problems.ts'
import type { SessionRecord, Subject } from './record.ts'
import { type Asker, toState } from './state.ts'
import type { Vault } from './vault.ts'

/** What every answer is made from. */
export interface Context {
  readonly settings: Settings
  readonly vault: Vault
}

/** A 200 with a state. */
export function answerState(state: Answer, headers: Readonly<Record<string, string | undefined>> = {}): Response {
  const response = new Response(JSON.stringify(state), { headers: { 'Content-Type': 'application/json', ETag: toEtag(state.version) } })
  response.headers.set(sessionVersionHeader, state.version)
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.headers.set(name, value)
  return response
}

/** A 409 or 410: the problem, and the state to go on from. */
export function answerProblem(name: ProblemName, subject: Subject, asker: Asker, settings: Settings, parts: ProblemParts = {}): Response {
  const state = toState(subject, asker, settings)
  return toProblem(name, { ...parts, state, headers: { [sessionVersionHeader]: state.version } })
}

/** A 503: nothing is known of the session, and nothing of the reason is told. */
export function answerUnavailable(): Response {
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

/** Who asks: `Session-Client` of the request; undefined where it has another form. */
export function toAsker(request: Request): Asker | undefined {
  const client = request.headers.get(sessionClientHeader) ?? undefined
  return client === undefined || isClientId(client) ? { request, client } : undefined
}

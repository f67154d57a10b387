// Handles GET. Never writes, never extends a session and never sets a cookie.
import { sessionVersionHeader } from '../protocol/headers.ts'
import { answerState, type Context, toEtag } from './answers.ts'
import type { HttpResponse } from './http.ts'
import { type Asker, toState } from './state.ts'

/**
 * Answers a GET. Reading writes nothing, extends nothing and sets no cookie: an answer that comes late can do no harm.
 * Whatever `Accept` says the answer is JSON; a stream of live states would branch off here.
 */
export async function answerRead(asker: Asker, { settings, vault }: Context): Promise<HttpResponse> {
  const { request } = asker
  const { subject } = await vault.find(settings.cookie.read(request.header('cookie')))
  const state = toState(subject, asker, settings)
  if (isNamed(request.header('if-none-match'), state.version)) {
    return { status: 304, headers: { ETag: toEtag(state.version), [sessionVersionHeader]: state.version }, cookies: [], body: null }
  }
  return answerState(state)
}

/** Whether an If-None-Match names a version. Proxies that compress make tags weak, and the comparison is weak anyway. */
function isNamed(field: string | null, version: string): boolean {
  const tags = field?.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags?.includes(toEtag(version)) ?? false
}

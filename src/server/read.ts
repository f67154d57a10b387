import { sessionVersionHeader } from '../protocol/headers.ts'
import { answerState, type Context, toEtag } from './answers.ts'
import { type Asker, toState } from './state.ts'

/**
 * Answers a GET. Reading writes nothing, extends nothing and sets no cookie: an answer that comes late can do no harm.
 * Whatever `Accept` says the answer is JSON; a stream of live states would branch off here.
 */
export async function answerRead(asker: Asker, { settings, vault }: Context): Promise<Response> {
  const { request } = asker
  const { subject } = await vault.find(settings.cookie.read(request))
  const state = toState(subject, asker, settings)
  if (isNamed(request.headers.get('If-None-Match'), state.version)) {
    return new Response(null, { status: 304, headers: { ETag: toEtag(state.version), [sessionVersionHeader]: state.version } })
  }
  return answerState(state)
}

/** Whether an If-None-Match names a version. Proxies that compress make tags weak, and the comparison is weak anyway. */
function isNamed(field: string | null, version: string): boolean {
  const tags = field?.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags?.includes(toEtag(version)) ?? false
}

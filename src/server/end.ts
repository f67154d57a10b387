// Handles DELETE: ends the session that the request names. Never ends another one that the cookie names by now.
import { sessionLineageHeader } from '../protocol/headers.ts'
import { answerProblem, answerUnavailable, type Context } from './answers.ts'
import { UnreadableEntryError } from './faults.ts'
import type { HttpResponse } from './http.ts'
import { toProblem } from './problems.ts'
import { retry } from './retry.ts'
import type { Asker } from './state.ts'

/**
 * Answers a DELETE. It names the lineage that it means, so that one that comes late, or twice, cannot end the session of
 * a log-in that came between. An unknown key takes no cookie away for the same reason: the jar may hold a newer one.
 */
export async function answerEnd(asker: Asker, { settings, vault }: Context): Promise<HttpResponse> {
  const { request } = asker
  const lineage = request.header(sessionLineageHeader.toLowerCase())
  if (!lineage) return toProblem('bad-request', { detail: `Name the session to end in ${sessionLineageHeader}.` })
  const answer = await retry(async (): Promise<HttpResponse | undefined> => {
    const found = await vault.findOrFault(await vault.cookieOf(request.header('cookie')))
    // Its visitor could otherwise neither use the session nor leave it.
    if (found instanceof UnreadableEntryError) return (await vault.discard(found)) ? ended(settings.cookie.remove()) : undefined
    const { subject, key } = found
    if (key === undefined) return ended()
    if (subject.record.lineage !== lineage) return answerProblem('gone', subject, asker, settings)
    if (!(await vault.remove(key, subject.record))) return undefined
    return ended(settings.cookie.remove())
  })
  return answer ?? answerUnavailable()
}

const ended = (...cookies: string[]): HttpResponse => ({ status: 204, headers: {}, cookies, body: null })

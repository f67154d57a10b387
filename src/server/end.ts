import { sessionLineageHeader } from '../protocol/headers.ts'
import { answerProblem, answerUnavailable, type Context } from './answers.ts'
import { toProblem } from './problems.ts'
import { retry } from './retry.ts'
import type { Asker } from './state.ts'

/**
 * Answers a DELETE. It names the lineage that it means, so that one that comes late, or twice, cannot end the session of
 * a log-in that came between. An unknown key takes no cookie away for the same reason: the jar may hold a newer one.
 */
export async function answerEnd(asker: Asker, { settings, vault }: Context): Promise<Response> {
  const { request } = asker
  const lineage = request.headers.get(sessionLineageHeader)
  if (!lineage) return toProblem('bad-request', { detail: `Name the session to end in ${sessionLineageHeader}.` })
  const answer = await retry(async () => {
    const { subject, key } = await vault.find(settings.cookie.read(request))
    if (key === undefined) return new Response(null, { status: 204 })
    if (subject.record.lineage !== lineage) return answerProblem('gone', subject, asker, settings)
    if (!(await vault.remove(key, subject.record))) return undefined
    const gone = new Response(null, { status: 204 })
    // Set afterwards: some implementations of the Fetch standard drop Set-Cookie from a constructor's headers.
    gone.headers.set('Set-Cookie', settings.cookie.remove())
    return gone
  })
  return answer ?? answerUnavailable()
}

// A server whose responses a test scripts one by one.
import { createSessionClient } from 'sojourn'
import { type Schema, type Session, schema, track } from '../client/harness.ts'

/** One request, as the script sees it. */
export interface ScriptedRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>> | undefined
}

/** A response of the script: a Response, or a state with some members of its own. */
export type ScriptedAnswer = Response | Record<string, unknown>

/** A state as a server tells it. */
export const toState = (parts: Record<string, unknown> = {}): Record<string, unknown> => ({
  lineage: 'L1',
  version: 'v1',
  data: {},
  tags: {},
  last: 0,
  expiry: { age: 1_000, atBrowserClose: false },
  identity: null,
  ...parts,
})

/** A problem document, with a state if the problem has one. */
export const toProblem = (status: number, name: string, parts: Record<string, unknown> = {}): Response =>
  Response.json({ type: `urn:sojourn:problem:${name}`, title: name, status, ...parts }, { status })

/** A client of a server that answers as a script says, for what no sound server does. */
export function openScripted(
  response: (request: ScriptedRequest) => ScriptedAnswer,
  options: Partial<Parameters<typeof createSessionClient<Schema>>[0]> = {},
) {
  const requests: ScriptedRequest[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    const text = await request.text()
    const scripted = {
      method: request.method,
      headers: Object.fromEntries(request.headers),
      body: text === '' ? undefined : JSON.parse(text),
    }
    requests.push(scripted)
    const answered = response(scripted)
    return answered instanceof Response ? answered : Response.json(toState(answered))
  }
  const session: Session = track(createSessionClient({ url: 'http://localhost/session', schema, fetch, random: () => 0.5, ...options }))
  return { session, requests }
}

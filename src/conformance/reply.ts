// Reads a response to its end and parses state and problem, for the checks to assert on. Asserts nothing itself.
import type { SetCookie } from 'cookie'
import { parseJson } from '../protocol/json.ts'
import { parseProblem } from '../protocol/problem.ts'
import { type Answer, parseAnswer } from '../protocol/state.ts'

/** An answer, read. */
export interface Reply {
  /** The request, for the reason of a failure. */
  readonly label: string
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; undefined where it is none. */
  readonly json: unknown
  /** The state in the body, whole or minimal; undefined where there is none. */
  readonly state: Answer | undefined
  /** The name of the problem in the body; undefined where there is none. */
  readonly problem: string | undefined
  /** What the answer does to the cookie of the session. */
  readonly cookies: readonly SetCookie[]
}

/** Reads an answer to its end. */
export async function readReply(label: string, response: Response, cookies: readonly SetCookie[]): Promise<Reply> {
  const text = await response.text()
  const json = parseJson(text)
  const { status, headers } = response
  return { label, status, headers, text, json, state: parseAnswer(json), problem: parseProblem(json)?.name, cookies }
}

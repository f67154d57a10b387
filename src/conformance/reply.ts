// Reads a response to its end and parses state and problem, for the checks to assert on. Asserts nothing itself.
import type { SetCookie } from 'cookie'
import { parseJson } from '../protocol/json.ts'
import { parseProblem } from '../protocol/problem.ts'
import { type Answer, parseAnswer } from '../protocol/state.ts'

/** The request of a response. */
export interface Asked {
  /** The request in words, for the reason of a failure. */
  readonly label: string
  /** Its `Session-Request`. */
  readonly request: string
}

/** A response, read. */
export interface Reply extends Asked {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; undefined if it is not JSON. */
  readonly json: unknown
  /** The state in the body, whole or minimal; undefined without one. */
  readonly state: Answer | undefined
  /** The name of the problem in the body; undefined without one. */
  readonly problem: string | undefined
  /** What the response does to the cookie of the session. */
  readonly cookies: readonly SetCookie[]
}

/** Reads a response to its end. */
export async function readReply(asked: Asked, response: Response, cookies: readonly SetCookie[]): Promise<Reply> {
  const text = await response.text()
  const json = parseJson(text)
  const { status, headers } = response
  return { ...asked, status, headers, text, json, state: parseAnswer(json), problem: parseProblem(json)?.name, cookies }
}

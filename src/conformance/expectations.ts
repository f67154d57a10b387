// Holds the assertions of the checks. Each throws a ConformanceFailure that names the request and the response.
import { isEqual, type Json } from '../protocol/json.ts'
import type { ProblemName } from '../protocol/problem.ts'
import type { Answer, State } from '../protocol/state.ts'
import { ConformanceFailure, NotRun } from './failure.ts'
import { isRemoval } from './jar.ts'
import type { Reply } from './reply.ts'

/** Fails the check if a condition does not hold. */
export function holds(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new ConformanceFailure(reason)
}

/** Fails the check where two JSON values differ. */
export function equals(actual: unknown, wanted: unknown, what: string): void {
  holds(isEqual(actual as Json, wanted as Json), `${what} is ${show(actual)} instead of ${show(wanted)}`)
}

/** Expects a status. */
export function hasStatus(reply: Reply, ...wanted: readonly number[]): void {
  holds(wanted.includes(reply.status), `${reply.label} was answered ${describe(reply)} instead of ${wanted.join(' or ')}`)
}

/** Expects a 200 with a state, which may be minimal, and gives it. */
export function isAnswer(reply: Reply): Answer {
  hasStatus(reply, 200)
  holds(reply.state !== undefined, `${reply.label} was answered 200 with a body that is no state: ${show(reply.text)}`)
  return reply.state
}

/** Expects a 200 with a whole state and gives it. */
export function isState(reply: Reply): State {
  const state = isAnswer(reply)
  holds(state.data !== undefined, `${reply.label} was answered by a state without data`)
  return state as State
}

/** Expects a problem and gives the state next to it, which every 409 and 410 has. */
export function isProblem(reply: Reply, status: number, ...names: readonly ProblemName[]): State {
  const isWanted = reply.status === status && names.some((name) => name === reply.problem)
  holds(isWanted, `${reply.label} was answered ${describe(reply)} instead of ${status} ${names.join(' or ')}`)
  const hasState = reply.state?.data !== undefined
  if (status === 409 || status === 410) holds(hasState, `${reply.label} was answered ${describe(reply)} without the state`)
  return reply.state as State
}

/** Expects that the session's cookie is left alone. */
export function setsNoCookie(reply: Reply): void {
  const [cookie] = reply.cookies
  holds(cookie === undefined, `${reply.label} was answered with a Set-Cookie for ${cookie?.name}`)
}

/** Expects the session's cookie to be set, and gives it. */
export function setsCookie(reply: Reply): Reply['cookies'][number] {
  const cookie = reply.cookies.find((candidate) => !isRemoval(candidate))
  holds(cookie !== undefined, `${reply.label} was answered without a Set-Cookie`)
  return cookie
}

/** The tag of a key of a state; a server without tags cannot be asked. */
export function tagOf(state: State, key: string): string {
  if (state.tags === undefined) throw new NotRun('the server has no tags')
  const tag = state.tags[key]
  holds(tag !== undefined, `the state has no tag for ${show(key)}`)
  return tag
}

/** What came, in short. */
export function describe({ status, problem }: Reply): string {
  return problem === undefined ? String(status) : `${status} ${problem}`
}

/** A value for a reason, cut to a line. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent'
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}

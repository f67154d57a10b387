// Reads tables of the docs and lists every response that a client can get.
import { readFileSync } from 'node:fs'

/** Reads the rows of a table of a page by the names of its columns; the table is the one under a heading. */
export function readTable(page: string, heading: string): Readonly<Record<string, string>>[] {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')
  const part = text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const lines = part.split('\n').filter((line) => line.startsWith('|'))
  const cells = (line: string): string[] =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim())
  const [head = '', , ...rows] = lines
  return rows.map((row) => Object.fromEntries(cells(row).map((cell, index) => [cells(head)[index], cell])))
}

/** One response that a client may get; without a status there was no response. */
export interface GivenResponse {
  readonly status?: number | undefined
  /** The name of its problem. */
  readonly problem?: string | undefined
  readonly hasState: boolean
  readonly headers?: Readonly<Record<string, string>> | undefined
}

export type Row = Readonly<Record<string, string>>

const problems = [
  undefined,
  'bad-request',
  'unauthenticated',
  'csrf',
  'method-not-allowed',
  'unknown-key',
  'forgotten',
  'out-of-step',
  'conflict',
  'gone',
  'too-large',
  'unsupported-media-type',
  'refused',
  'misdirected',
  'key-reused',
  'rate-limited',
  'server-error',
  'unavailable',
  'something-new',
]
const statuses = [200, 201, 204, 301, 302, 304, 307, 400, 401, 403, 404, 405, 409, 410, 413, 415, 418, 422, 429, 500, 501, 502, 503, 504]

/** Every status with every problem, with a state and without, and no response at all. */
export const responses: readonly GivenResponse[] = [
  ...statuses.flatMap((status) => problems.flatMap((problem) => [true, false].map((hasState) => ({ status, problem, hasState })))),
  { hasState: false },
]

function fits({ status, problem, body }: Row, response: GivenResponse): boolean {
  if (response.status === undefined) return status === 'none'
  if (status === '3xx, any other') return response.status >= 300 && response.status < 400
  if (status !== 'any other' && !status?.split(', ').map(Number).includes(response.status)) return false
  if (body === 'a state' && !response.hasState) return false
  if (problem === 'any') return true
  if (problem === 'named') return response.problem !== undefined
  return (
    problem?.split(', ').some((name) => (name === 'none' ? response.problem === undefined : name === `\`${response.problem}\``)) ?? false
  )
}

/** The first row that a response fits. */
export const rowOf = (rows: readonly Row[], response: GivenResponse): Row | undefined => rows.find((row) => fits(row, response))

/** The body of a response, as it travels. */
export function toBody({ problem, hasState }: GivenResponse, state: object): string {
  if (problem === undefined && !hasState) return '<!doctype html><title>Hello</title>'
  return JSON.stringify({ ...(problem !== undefined && { type: `urn:sojourn:problem:${problem}` }), ...(hasState && state) })
}

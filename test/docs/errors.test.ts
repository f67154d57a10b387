// Holds that the tables of docs/errors.md say what the code does.
import { globSync, readFileSync } from 'node:fs'
import * as sojourn from 'sojourn'
import { describe, expect, test } from 'vitest'
import { classifyFailure, classifyResponse } from '../../src/sync/classify-response.ts'
import { useFakeTime } from '../client/harness.ts'
import { observeCommit, observeEnd, observeRead, observeRepetition } from './observe.ts'
import { provoke } from './provoke.ts'
import { type GivenResponse, readTable, responses, rowOf, toBody } from './responses.ts'

useFakeTime()

const page = 'docs/errors.md'
const rows = readTable(page, 'What each response means')
const state = { lineage: 'l', version: 'v2', data: {}, tags: {}, last: 0, expiry: { age: 60, atBrowserClose: false } }

function outcomeOf(response: GivenResponse, headers: Readonly<Record<string, string>> = {}): ReturnType<typeof classifyResponse> {
  if (response.status === undefined) return classifyFailure(new TypeError('Failed to fetch'))
  const text = toBody(response, state)
  return classifyResponse({
    status: response.status,
    header: (name) => headers[name] ?? null,
    body: text.startsWith('{') ? JSON.parse(text) : undefined,
  })
}

/** The first response of each row; one with a problem and one without, if the row has both. */
const samples = rows.flatMap((row, index) => {
  const all = responses.filter((response) => rowOf(rows, response) === row)
  const chosen = new Set([all.find(({ problem }) => problem === undefined), all.find(({ problem }) => problem !== undefined), all.at(-1)])
  return [...chosen].flatMap((response) =>
    response ? [{ ...response, row, title: `row ${index + 1}: ${response.status ?? 'none'} ${response.problem ?? ''}` }] : [],
  )
})

describe('the table of responses', () => {
  test('has a row for every response, and every row has a response', () => {
    expect(responses.filter((response) => !rowOf(rows, response))).toEqual([])
    expect(rows.filter((row) => !responses.some((response) => rowOf(rows, response) === row))).toEqual([])
  })

  test('says of every response what the code says', () => {
    const wrong = responses.filter((response) => `\`${outcomeOf(response).kind}\`` !== rowOf(rows, response)?.outcome)
    expect(wrong).toEqual([])
  })

  test('leaves redirects, 429, Retry-After and no response out of what counts to five', () => {
    const failures = responses
      .flatMap((response) => [outcomeOf(response), outcomeOf(response, { 'Retry-After': '7' })])
      .filter(({ kind }) => kind === 'failed')
    for (const outcome of failures) {
      if (outcome.kind !== 'failed') continue
      const { status } = outcome.error as { status?: number }
      const isCounted = outcome.status !== undefined && !outcome.isTemporary
      const isRedirect = status !== undefined && status >= 300 && status < 400
      expect([status, isCounted]).toEqual([status, status !== undefined && status !== 429 && !isRedirect && outcome.retryAfterMs === 0])
    }
  })

  test.each(samples)('$title, to a commit', async ({ row, ...response }) => {
    const [alive = '', isEnd] = (row['to a commit'] ?? '').split(' or ')
    expect(await observeCommit(response)).toBe(alive)
    if (isEnd) expect(await observeCommit(response, true)).toBe('refetches, ends')
  })

  test.each(samples)('$title, to a read', async ({ row, ...response }) => {
    expect(await observeRead(response)).toBe(row['to a read'])
  })

  test.each(samples)('$title, to an end', async ({ row, ...response }) => {
    expect(await observeEnd(response)).toBe(row['to an end'])
  })
})

describe('a commit that was sent before without a response', () => {
  test.each([
    ['forgotten', 409, 'unknown-fate'],
    ['key-reused', 422, 'unknown-fate'],
    ['conflict', 409, undefined],
    ['refused', 422, 'rejected'],
    ['unauthenticated', 401, 'pending'],
  ])('and then is answered %s', async (problem, status, code) => {
    expect(await observeRepetition({ status, problem, hasState: true })).toBe(code)
  })
})

describe('the table of errors', () => {
  const listed = readTable(page, 'The errors').map((row) => ({
    name: row.class?.replaceAll('`', '') ?? '',
    code: row.code?.replaceAll('`', '') ?? '',
  }))

  test('lists every class, with its code', () => {
    const files = globSync('src/errors/session-*.ts').map((path) => readFileSync(path, 'utf8'))
    const classes = files.flatMap((text) => {
      const name = /^export class (\w+)/m.exec(text)?.[1]
      return name ? [{ name, code: /readonly code = '([\w-]+)'/.exec(text)?.[1] ?? '' }] : []
    })
    const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1)
    expect([...listed].sort(byName)).toEqual(classes.sort(byName))
    expect(listed.filter(({ name }) => !Object.hasOwn(sojourn, name))).toEqual([])
  })

  test.each(listed)('$name comes where the page says', async ({ name, code }) => {
    const error = await provoke[code]?.()
    expect(sojourn.isSessionError(error)).toBe(true)
    expect(error).toMatchObject({ name, code })
  })
})

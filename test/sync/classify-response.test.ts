// Holds how each response is classified.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { classifyFailure, classifyResponse, type Outcome } from '../../src/sync/classify-response.ts'
import { backoffMs, cappedRetryAfterMs, parseRetryAfter } from '../../src/sync/retry-after.ts'

const state = { lineage: 'L1', version: 'v1', data: { count: 1 }, tags: {}, last: 0, expiry: { age: 1, atBrowserClose: false } }
const problem = (name: string, more = {}): object => ({ type: `urn:sojourn:problem:${name}`, title: name, ...more })

const classify = (status: number, body?: unknown, headers: Record<string, string> = {}): Outcome =>
  classifyResponse({ status, body, header: (name) => headers[name] ?? null })

describe('classifyResponse', () => {
  test.each<[string, number, unknown, string]>([
    ['a state', 200, state, 'state'],
    ['a minimal state', 200, { ...state, data: undefined }, 'state'],
    ['a state with members of a later server', 200, { ...state, later: 1 }, 'state'],
    ['a state without lineage', 200, { ...state, lineage: null }, 'state'],
    ['a 200 without a body', 200, undefined, 'failed'],
    ['a 200 of a captive portal', 200, undefined, 'failed'],
    ['a 200 of another API', 200, { ok: true }, 'failed'],
    ['a state whose version is a number', 200, { ...state, version: 1 }, 'failed'],
    ['a state whose lineage is empty', 200, { ...state, lineage: '' }, 'failed'],
    ['a state whose data is a list', 200, { ...state, data: [] }, 'failed'],
    ['a state whose tags are not texts', 200, { ...state, tags: { count: 1 } }, 'failed'],
    ['a state whose last is negative', 200, { ...state, last: -1 }, 'failed'],
    ['a state whose last is no integer', 200, { ...state, last: 1.5 }, 'failed'],
    ['a state without expiry', 200, { ...state, expiry: undefined }, 'failed'],
    ['a state whose identity is a number', 200, { ...state, identity: 7 }, 'failed'],
    ['no content', 204, undefined, 'ended'],
    ['not modified', 304, undefined, 'unchanged'],
    ['a redirect', 302, undefined, 'failed'],
    ['sign in first, with a problem', 401, problem('unauthenticated'), 'needs-auth'],
    ['sign in first, in HTML', 401, undefined, 'needs-auth'],
    ['the token is refused', 403, problem('csrf'), 'csrf'],
    ['forbidden, in HTML', 403, undefined, 'csrf'],
    ['forbidden, in JSON that is no problem', 403, { detail: 'CSRF Failed' }, 'csrf'],
    ['forbidden for another reason', 403, problem('banned'), 'failed'],
    ['a conflict', 409, { ...problem('conflict'), ...state }, 'conflict'],
    ['out of step', 409, { ...problem('out-of-step'), ...state }, 'conflict'],
    ['forgotten', 409, { ...problem('forgotten'), ...state }, 'conflict'],
    ['a conflict without a state', 409, problem('conflict'), 'failed'],
    ['a conflict with a minimal state', 409, { ...problem('conflict'), ...state, data: undefined }, 'failed'],
    ['an unknown key', 409, { ...problem('unknown-key'), ...state, lineage: null, unknownKey: true }, 'unknown-key'],
    ['gone, with a state', 410, { ...problem('ended'), ...state }, 'other-session'],
    ['gone, with a problem alone', 410, problem('ended'), 'other-session'],
    ['gone, in HTML', 410, undefined, 'failed'],
    ['too large', 413, problem('too-large'), 'rejected'],
    ['too large, of a proxy', 413, undefined, 'rejected'],
    ['refused', 422, problem('refused'), 'rejected'],
    ['the number is used', 422, problem('key-reused'), 'key-reused'],
    ['422 of another API', 422, { errors: {} }, 'failed'],
    ['a bad request', 400, problem('bad-request'), 'rejected'],
    ['a bad request, in HTML', 400, undefined, 'failed'],
    ['about:blank, which says nothing', 400, { type: 'about:blank', title: 'Bad Request' }, 'failed'],
    ['not found', 404, undefined, 'failed'],
    ['a wrong method', 405, problem('method-not-allowed'), 'failed'],
    ['too many', 429, problem('rate-limited'), 'failed'],
    ['a broken server', 500, undefined, 'failed'],
    ['a broken gateway', 502, undefined, 'failed'],
    ['the store is down', 503, problem('unavailable'), 'failed'],
    ['a slow gateway', 504, undefined, 'failed'],
  ])('%s (%i)', (_, status, body, kind) => {
    expect(classify(status, body).kind).toBe(kind)
  })

  test('a refusal names what the server named, and drops what is no detail', () => {
    const errors = [{ key: 'count', path: ['a', 0], message: 'no' }, { message: 'whole' }, { key: 1, message: 'x' }, 'text', null]
    expect(classify(422, problem('refused', { errors }))).toEqual({
      kind: 'rejected',
      status: 422,
      problem: 'refused',
      errors: errors.slice(0, 2),
    })
    expect(classify(413)).toEqual({ kind: 'rejected', status: 413, problem: 'too-large', errors: [] })
  })

  test('forgotten is distinguished from a conflict', () => {
    expect(classify(409, { ...problem('forgotten'), ...state })).toMatchObject({ state: { forgotten: true } })
    expect(classify(409, { ...problem('conflict'), ...state })).not.toMatchObject({ state: { forgotten: true } })
  })

  test.each<[number, Record<string, string>, object]>([
    [500, {}, { status: 500, isTemporary: false, retryAfterMs: 0 }],
    [503, { 'Retry-After': '7' }, { status: 503, isTemporary: true, retryAfterMs: 7_000 }],
    [503, { 'Retry-After': '0' }, { status: 503, isTemporary: true, retryAfterMs: 0 }],
    [429, {}, { status: 429, isTemporary: true, retryAfterMs: 0 }],
    [429, { 'Retry-After': '1' }, { status: 429, isTemporary: true, retryAfterMs: 1_000 }],
  ])('a failure by %i with %j', (status, headers, expected) => {
    expect(classify(status, undefined, headers)).toMatchObject(expected)
  })

  test('a failure without a response says nothing of the outcome, and keeps the cause', () => {
    const cause = new TypeError('Failed to fetch')
    const outcome = classifyFailure(cause)
    expect(outcome).toMatchObject({ kind: 'failed', status: undefined, isTemporary: true, error: { code: 'network', cause } })
  })

  test('no error of an outcome holds data of the session', () => {
    for (const status of [200, 409, 500]) {
      const outcome = classify(status, { ...state, version: 7, data: { secret: 'hush' } })
      expect(JSON.stringify([outcome, outcome.kind === 'failed' && outcome.error.message])).not.toContain('hush')
    }
  })
})

describe('backoffMs', () => {
  test.each<[number, number, object | undefined, number]>([
    // failures, random, options, wait
    [1, 1, undefined, 1_000],
    [1, 0, undefined, 0],
    [1, 0.5, undefined, 500],
    [2, 1, undefined, 2_000],
    [5, 1, undefined, 16_000],
    [6, 1, undefined, 30_000],
    [2_000, 1, undefined, 30_000],
    [3, 1, { minDelayMs: 10, maxDelayMs: 1_000 }, 40],
    [30, 0.5, { minDelayMs: 10, maxDelayMs: 1_000 }, 500],
  ])('after %i failures, with %d and %j, waits %i ms', (failures, random, options, wait) => {
    expect(backoffMs(failures, random, options)).toBe(wait)
  })
})

describe('cappedRetryAfterMs', () => {
  test.each<[number, object | undefined, number]>([
    [5_000, undefined, 5_000],
    [600_000, undefined, 600_000],
    [86_400_000, undefined, 600_000],
    [86_400_000, { maxRetryAfterMs: 1_000 }, 1_000],
    [1e12, { maxRetryAfterMs: Number.POSITIVE_INFINITY }, 2 ** 31 - 1],
  ])('of %i ms, with %j, %i ms count', (retryAfterMs, options, ms) => {
    expect(cappedRetryAfterMs(retryAfterMs, options)).toBe(ms)
  })
})

describe('parseRetryAfter', () => {
  beforeEach(() => void vi.useFakeTimers({ now: Date.parse('Sun, 06 Nov 1994 08:49:37 GMT') }))
  afterEach(() => void vi.useRealTimers())

  test.each<[string | null, string | null, number]>([
    [null, null, 0],
    ['0', null, 0],
    ['5', null, 5_000],
    ['120', 'Sun, 06 Nov 1994 00:00:00 GMT', 120_000],
    ['Sun, 06 Nov 1994 08:50:07 GMT', null, 30_000],
    ['Sun, 06 Nov 1994 08:50:07 GMT', 'Sun, 06 Nov 1994 08:50:00 GMT', 7_000],
    ['Sun, 06 Nov 1994 08:49:00 GMT', null, 0],
    ['Sun, 06 Nov 1994 08:50:07 GMT', 'nonsense', 0],
    ['-5', null, 0],
    ['1.5', null, 0],
    ['soon', null, 0],
    ['', null, 0],
  ])('%j with a Date of %j is %i ms', (value, date, ms) => {
    expect(parseRetryAfter(value, date)).toBe(ms)
  })
})

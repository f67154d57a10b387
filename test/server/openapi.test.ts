// Holds that the handler's responses fit docs/openapi.yaml.
import { createMemoryStore, createSessionHandler, type Refusal, type SessionHandler, type SessionHandlerOptions } from 'sojourn/server'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import type { Json } from '../../src/protocol/json.ts'
import { parseCommit } from '../../src/protocol/parse-commit.ts'
import { commonHeaders } from '../../src/server/common-headers.ts'
import { readDescription } from './openapi.ts'
import { createVisitor, newClient, type Visitor } from './visitor.ts'

const description = readDescription()
const seen = new Set<string>()
const app = 'https://app.test'

// On every answer, and said once in the text of the file.
const common = ['content-type', ...Object.keys(commonHeaders).map((name) => name.toLowerCase())]

/** Checks one answer of the handler against the file: its status, its header fields, its body. */
async function check(method: string, response: Response): Promise<void> {
  const answer = `${method} ${response.status}`
  seen.add(answer)
  const described = description.answers.get(answer)
  if (!described) return expect(answer).toBe('an answer that the file knows')
  for (const [name, { required, check }] of Object.entries(described.headers)) {
    const value = response.headers.get(name)
    if (value === null) expect(required, `${answer} has no ${name}`).toBe(false)
    else expect(check(value), `${answer}: ${name}: ${value}`).toBe(true)
  }
  const strangers = [...response.headers.keys()].filter((name) => !common.includes(name) && !Object.hasOwn(described.headers, name))
  expect(strangers, answer).toEqual([])
  const text = await response.clone().text()
  const type = response.headers.get('Content-Type')
  if (type === null) return expect([text, Object.keys(described.content)], answer).toEqual(['', []])
  const isBody = described.content[type]
  isBody?.(JSON.parse(text))
  expect(isBody?.errors ?? null, `${answer} ${text}`).toBeNull()
  expect(Object.keys(described.content), answer).toContain(type)
}

const schema = z.object({
  theme: z.any(),
  a: z.any(),
  plan: z.any(),
  broken: z.any().refine(() => {
    throw new TypeError('a rule of the app failed')
  }),
})
const validate: SessionHandlerOptions['validate'] = (data) =>
  data.theme === 'neon' ? [{ key: 'theme', path: ['a', 0], message: 'no' }] : []

let refusal: Refusal | null
let handler: SessionHandler
let visitor: Visitor

beforeEach(() => {
  refusal = null
  const store = createMemoryStore()
  const inner = createSessionHandler({
    schema,
    readOnly: ['plan'],
    store: { ...store, read: (id) => (refusal?.detail === 'down' ? Promise.reject(new TypeError('down')) : store.read(id)) },
    admit: () => {
      if (refusal?.detail === 'a fault') throw new TypeError('a fault')
      return refusal?.detail === 'down' ? null : refusal
    },
    validate,
    csrf: () => 'token',
    onError: () => {},
    origins: [app],
    maxSessionBytes: 1_000,
    maxBodyBytes: 5_000,
  })
  const checked = async (request: Request): Promise<Response> => {
    const response = await inner(request)
    await check(request.method, response)
    return response
  }
  handler = Object.assign(checked, { ...inner })
  visitor = createVisitor(handler)
})

const unknown = { cookie: `__Host-session=${'k'.repeat(43)}` }

describe('what the handler answers is what the file says', () => {
  test.each<[string, number, string | undefined, () => Promise<{ status: number; problem?: string | undefined }>]>([
    ['a read without a session', 200, undefined, () => visitor.read()],
    ['a read with an unknown key', 200, undefined, () => createVisitor(handler, unknown).read()],
    ['the first commit', 200, undefined, () => visitor.commit({ set: { theme: 'dark' } })],
    ['a minimal answer', 200, undefined, () => visitor.commit({ set: { theme: 'dark' } }, { Prefer: 'return=minimal' })],
    ['an unknown key', 409, 'unknown-key', () => createVisitor(handler, unknown).commit()],
    ['a lineage under an unknown key', 410, 'gone', () => createVisitor(handler, unknown).commit({ lineage: 'x' })],
    ['no number', 400, 'bad-request', () => visitor.send('{}', { 'Idempotency-Key': '' })],
    ['no JSON', 400, 'bad-request', () => visitor.send('{')],
    ['a strange client', 400, 'bad-request', () => visitor.read({ 'Session-Client': '?' })],
    ['another type', 415, 'unsupported-media-type', () => visitor.send('{}', { 'Content-Type': 'text/plain' })],
    ['another origin', 403, 'csrf', () => visitor.commit({}, { Origin: 'https://evil.test' })],
    ['an end from another origin', 403, 'csrf', () => visitor.end('x', { Origin: 'https://evil.test' })],
    ['a body too large', 413, 'too-large', () => visitor.send(' '.repeat(5_001))],
    ['a session too large', 413, 'too-large', () => visitor.commit({ set: { a: 'x'.repeat(1_000) } })],
    ['a private key', 422, 'private-key', () => visitor.commit({ expect: { secret: null } })],
    ['a read-only key', 422, 'read-only-key', () => visitor.commit({ delete: ['plan'] })],
    ['a refused value', 422, 'refused', () => visitor.commit({ set: { theme: 'neon' } })],
    ['a rule that throws', 500, 'server-error', () => visitor.commit({ set: { broken: 1 } })],
    ['an end of nothing', 204, undefined, () => visitor.end('x')],
    ['an end without a name', 400, 'bad-request', () => visitor.end(null)],
  ])('%s', async (_, status, problem, run) => {
    expect(await run()).toMatchObject({ status, problem })
  })

  test('a session from its first commit to its end', async () => {
    const { setCookie, headers } = await visitor.commit({ set: { theme: 'dark' }, expiry: 60 })
    expect(setCookie).not.toBeNull()
    expect((await visitor.read({ 'If-None-Match': headers.get('ETag') as string })).status).toBe(304)
    const again = visitor.prepare({ cycleKey: true })
    expect([(await again()).status, (await again()).status]).toEqual([200, 200])
    const problems = [
      await visitor.commit({ after: 1 }),
      await visitor.commit({ set: { theme: 'x' }, expect: { theme: null } }),
      await visitor.commit({ clear: true, base: 'other' }),
      await visitor.commit({ lineage: 'other' }),
      await visitor.end('other'),
    ].map(({ problem }) => problem)
    expect(problems).toEqual(['out-of-step', 'conflict', 'conflict', 'gone', 'gone'])
    await visitor.read()
    const late = visitor.prepare()
    await visitor.commit()
    expect((await late()).problem).toBe('key-reused')
    const old = visitor.state.version
    for (let n = 0; n < 65; n += 1) {
      const tab = createVisitor(handler, { cookie: visitor.cookie as string, client: newClient() })
      await tab.read()
      await tab.commit()
    }
    expect((await visitor.read()).body).toMatchObject({ forgotten: true })
    expect((await visitor.commit({ base: old })).problem).toBe('forgotten')
    expect((await visitor.end()).status).toBe(204)
  })

  test.each<[Refusal, number]>([
    [{ name: 'unauthenticated', detail: 'Sign in first.' }, 401],
    [{ name: 'rate-limited', retryAfterSeconds: 1 }, 429],
    [{ name: 'unavailable', detail: 'down' }, 503],
    [{ name: 'unavailable', detail: 'a fault' }, 500],
  ])('%o', async (given, status) => {
    await visitor.commit({ set: { theme: 'dark' } })
    refusal = given
    expect([(await visitor.read()).status, (await visitor.commit()).status, (await visitor.end()).status]).toEqual([status, status, status])
  })

  test.each([{}, { Origin: app, 'Access-Control-Request-Method': 'PATCH', 'Access-Control-Request-Headers': 'content-type' }])(
    'a preflight with %o',
    async (headers) => {
      const response = await handler(
        new Request('https://shop.test/session', { method: 'OPTIONS', headers: headers as Record<string, string> }),
      )
      expect(response.status).toBe(204)
    },
  )
})

describe('the file', () => {
  const { lineage, base, after } = { lineage: 'L', base: 'v1-x', after: 0 }

  test.each<[object, boolean]>([
    [{ lineage, base, after }, true],
    [{ lineage: null, base, after, fresh: true }, true],
    [{ lineage, base, after, set: { a: 1 }, delete: ['b'], expect: { a: 'x', b: null }, clear: true, expiry: 0, cycleKey: true }, true],
    [{ lineage, base, after, expect: 'base', expiry: null }, true],
    [{ lineage, base, after, expiry: '2030-01-01T00:00:00Z' }, true],
    [{ base, after }, false],
    [{ lineage: 'two words', base, after }, false],
    [{ lineage: '', base, after }, false],
    [{ lineage, base: 'a"b', after }, false],
    [{ lineage, base: 'x'.repeat(257), after }, false],
    [{ lineage, base, after, expect: { a: 'ü' } }, false],
    [{ lineage, base, after: -1 }, false],
    [{ lineage, base, after, sett: {} }, false],
    [{ lineage, base, after, expect: 'other' }, false],
    [{ lineage, base, after, expiry: 1e10 }, false],
  ])('knows a commit as the handler does: %j', (value, isCommit) => {
    expect(description.isCommit(value)).toBe(isCommit)
    expect(parseCommit(value as Json).fault === undefined).toBe(isCommit)
  })

  test.each(description.examples)('its example "$name" fits its own schema', ({ value, check }) => {
    expect(check(value)).toBe(true)
  })
})

afterAll(() => {
  // Every status that the file promises was given by the handler above.
  expect([...seen].sort()).toEqual([...description.answers.keys()].sort())
})

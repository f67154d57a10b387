// Holds the option `admit` and what a state contains next to its data.
import type { Refusal } from 'sojourn/server'
import { describe, expect, test } from 'vitest'
import { begin } from './fixtures/faulty-store.ts'
import { createVisitor } from './visitor.ts'

describe('admit', () => {
  test.each<[Refusal, number, Record<string, string | null>]>([
    [{ name: 'unauthenticated', detail: 'Sign in at /login.' }, 401, { 'WWW-Authenticate': 'Cookie', 'Retry-After': null }],
    [{ name: 'rate-limited', retryAfterSeconds: 29.5 }, 429, { 'Retry-After': '30' }],
    [{ name: 'unavailable', retryAfterSeconds: 60 }, 503, { 'Retry-After': '60' }],
  ])('%o is answered %d', async (refusal, status, headers) => {
    const response = { current: null as Refusal | null }
    const { visitor } = await begin({ admit: () => response.current })
    response.current = refusal
    for (const reply of [await visitor.read(), await visitor.commit({ set: { a: 2 } }), await visitor.end()]) {
      expect(reply).toMatchObject({ status, problem: refusal.name })
      for (const [name, value] of Object.entries(headers)) expect(reply.headers.get(name)).toBe(value)
    }
    response.current = null
    expect((await visitor.read()).body.data).toEqual({ a: 1 })
  })
})

describe('what a state tells next to the data', () => {
  test('the CSRF token, if the app gives one', async () => {
    const { visitor } = await begin({ csrf: (request) => request.headers.get('Cookie')?.slice(0, 6) })
    expect((await visitor.read()).body.csrf).toBe('__Host')
  })
})

describe('counterexample 13: a 304 has no body', () => {
  test('so the current token comes by a read without a condition', async () => {
    const token = { current: 'before' }
    const { visitor } = await begin({ csrf: () => token.current })
    token.current = 'after the log-in'
    const conditional = await visitor.read({ 'If-None-Match': `"${visitor.state.version}"` })
    expect([conditional.status, conditional.body]).toEqual([304, {}])
    expect((await visitor.read()).body.csrf).toBe('after the log-in')
  })

  test('learns the address and whether the request may create a session, and is asked again if the cookie names none', async () => {
    const asked: unknown[] = []
    const { visitor, handler } = await begin({
      admit: ({ method }, admission) => {
        asked.push([method, admission])
        return null
      },
    })
    await visitor.read()
    await visitor.commit({ set: { a: 2 } })
    await visitor.end()
    const stranger = createVisitor(handler, { cookie: `__Host-session=${'k'.repeat(43)}` })
    await stranger.commit({ set: { a: 1 } })
    await stranger.commit({ set: { a: 1 }, fresh: true })
    const admission = { address: undefined, creates: false }
    expect(asked).toEqual([
      ['PATCH', { ...admission, creates: true }],
      ['GET', admission],
      ['PATCH', admission],
      ['DELETE', admission],
      ['PATCH', admission],
      ['PATCH', admission],
      ['PATCH', { ...admission, creates: true }],
    ])
  })

  let wall = false
  test('refuses a commit whose cookie names nothing before it creates a session', async () => {
    const { handler } = await begin({ admit: (_, { creates }) => (creates && wall ? { name: 'rate-limited' } : null) })
    wall = true
    const stranger = createVisitor(handler, { cookie: `__Host-session=${'k'.repeat(43)}` })
    expect(await stranger.commit({ set: { a: 1 }, fresh: true })).toMatchObject({ status: 429, setCookie: null })
    wall = false
  })
})

describe('onRefused', () => {
  test('receives each 401, 403 and 429, and nothing else', async () => {
    const refused: unknown[] = []
    const response = { current: null as Refusal | null }
    const { visitor } = await begin({ admit: () => response.current, onRefused: (request) => refused.push(request) })
    await visitor.commit({ set: { a: 2 } }, { Origin: 'https://evil.test' })
    await visitor.commit({ set: { a: 2 }, expect: { a: 'x' } })
    response.current = { name: 'unauthenticated' }
    await visitor.read()
    response.current = { name: 'rate-limited' }
    await visitor.end()
    response.current = { name: 'unavailable' }
    await visitor.read()
    const common = { address: undefined }
    expect(refused).toEqual([
      { ...common, problem: 'csrf', method: 'PATCH', origin: 'https://evil.test' },
      { ...common, problem: 'unauthenticated', method: 'GET', origin: null },
      { ...common, problem: 'rate-limited', method: 'DELETE', origin: 'https://shop.test' },
    ])
  })

  test('may throw', async () => {
    const { visitor } = await begin({
      onRefused: () => {
        throw new TypeError('the logger is down')
      },
    })
    expect((await visitor.commit({ set: { a: 2 } }, { Origin: 'https://evil.test' })).status).toBe(403)
  })
})

// Holds check 1 of a commit and what each state of a cookie gets.
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { describe, expect, test } from 'vitest'
import { createVisitor, keys, openTab, url } from './visitor.ts'

const create = () => createSessionHandler({ keys, store: createMemoryStore() })
const madeUp = `__Host-session=${'k'.repeat(43)}`

describe('reading', () => {
  test('creates no session and sets no cookie', async () => {
    const reply = await createVisitor(create()).read()
    expect(reply.status).toBe(200)
    expect(reply.body).toEqual({
      lineage: null,
      version: 'v0',
      data: {},
      tags: {},
      last: 0,
      expiry: { age: 1_209_600, atBrowserClose: false },
      identity: null,
    })
    expect(reply.setCookie).toBeNull()
  })

  test('tells that a cookie names no session, and leaves the cookie', async () => {
    const reply = await createVisitor(create(), { cookie: madeUp }).read()
    expect(reply.body).toMatchObject({ lineage: null, unknownKey: true })
    expect(reply.setCookie).toBeNull()
  })

  test('does not take the state without a session for the one of an unknown key', async () => {
    const handler = create()
    const { version } = (await createVisitor(handler).read()).body
    const reply = await createVisitor(handler, { cookie: madeUp }).read({ 'If-None-Match': `"${version}"` })
    expect(reply.status).toBe(200)
  })

  test.each([
    ['too short', 'abc'],
    ['too long', 'k'.repeat(44)],
    ['of other characters', `${'k'.repeat(42)}!`],
    ['empty', ''],
    ['percent-encoded nonsense', '%E0%A4%A'],
  ])('takes a cookie that is %s for an unknown key', async (_, value) => {
    const reply = await createVisitor(create(), { cookie: `__Host-session=${value}` }).read()
    expect(reply).toMatchObject({ status: 200, body: { lineage: null, unknownKey: true } })
  })
})

describe('check 1: the key', () => {
  test('a commit without a cookie creates the session', async () => {
    const visitor = createVisitor(create())
    const reply = await visitor.commit({ set: { theme: 'dark' }, expect: { theme: null } })
    expect(reply).toMatchObject({ status: 200, body: { data: { theme: 'dark' }, last: 1 } })
    expect(reply.body.lineage).toEqual(expect.any(String))
    expect((await visitor.read()).body).toMatchObject({ lineage: reply.body.lineage, data: { theme: 'dark' } })
  })

  test('an unknown key is never adopted: its session comes under a new one', async () => {
    const visitor = createVisitor(create(), { cookie: madeUp })
    await visitor.commit({ set: { a: 1 }, fresh: true })
    expect(visitor.cookie).not.toBe(madeUp)
    expect(visitor.cookie).toMatch(/^__Host-session=[\w-]{43}$/)
  })

  test('counterexample 3: a first commit with an unknown key creates nothing and takes no cookie away', async () => {
    const handler = create()
    const living = createVisitor(handler)
    await living.commit({ set: { cart: ['book'] } })
    const stale = living.cookie as string
    await living.commit({ cycleKey: true })

    const late = createVisitor(handler, { cookie: stale })
    const reply = await late.commit({ set: { theme: 'dark' } })
    expect(reply).toMatchObject({ status: 409, problem: 'unknown-key', setCookie: null, body: { lineage: null, unknownKey: true } })
    expect((await living.read()).body.data).toEqual({ cart: ['book'] })
  })

  test('a commit with `fresh` creates although the key is unknown', async () => {
    const visitor = createVisitor(create(), { cookie: madeUp })
    expect((await visitor.commit({ set: { a: 1 } })).status).toBe(409)
    expect(await visitor.commit({ set: { a: 1 }, fresh: true })).toMatchObject({ status: 200, body: { data: { a: 1 }, last: 2 } })
  })

  test.each([
    ['no cookie', undefined, undefined],
    ['an unknown key', madeUp, true],
  ])('a commit to a lineage with %s is told that it is gone', async (_, cookie, unknownKey) => {
    const visitor = createVisitor(create(), { ...(cookie !== undefined && { cookie }) })
    const reply = await visitor.commit({ lineage: 'gone', set: { a: 1 } })
    expect(reply).toMatchObject({ status: 410, problem: 'gone', setCookie: null, body: { lineage: null, data: {} } })
    expect(reply.body.unknownKey).toBe(unknownKey)
  })
})

describe('counterexample 1', () => {
  test('versions do not meet across lineages, so If-None-Match of another session is served in full', async () => {
    const handler = create()
    const [one, two] = [createVisitor(handler), createVisitor(handler)]
    await one.commit({ set: { a: 1 } })
    await two.commit({ set: { a: 1 } })
    expect(one.state.tags).toEqual(two.state.tags)
    expect(one.state.version).not.toBe(two.state.version)
    const reply = await two.read({ 'If-None-Match': `"${one.state.version}"` })
    expect(reply).toMatchObject({ status: 200, body: { lineage: two.state.lineage } })
  })

  test('a version does not come back when the data does', async () => {
    const visitor = createVisitor(create())
    const versions = new Set<string>()
    for (const value of [1, 2, 1, 2]) versions.add((await visitor.commit({ set: { a: value } })).body.version)
    expect(versions.size).toBe(4)
  })
})

describe('conditional reads', () => {
  test.each([
    ['the tag', (tag: string) => tag],
    ['a weak tag', (tag: string) => `W/${tag}`],
    ['one of several', (tag: string) => `"other", ${tag}`],
  ])('%s of the stored version is answered 304 without a body', async (_, field) => {
    const handler = create()
    const visitor = createVisitor(handler)
    const etag = (await visitor.commit({ set: { a: 1 } })).headers.get('ETag') as string
    const reply = await visitor.read({ 'If-None-Match': field(etag) })
    expect(reply).toMatchObject({ status: 304, body: {} })
    expect(reply.headers.get('ETag')).toBe(etag)
    expect(reply.headers.get('Session-Version')).toBe(visitor.state.version)
  })

  test('a write of somebody else is served in full', async () => {
    const handler = create()
    const visitor = createVisitor(handler)
    const etag = (await visitor.commit({ set: { a: 1 } })).headers.get('ETag') as string
    await (await openTab(handler, visitor)).commit({ set: { b: 1 } })
    expect(await visitor.read({ 'If-None-Match': etag })).toMatchObject({ status: 200, body: { data: { a: 1, b: 1 }, last: 1 } })
  })

  test('HEAD has the fields of GET and no body', async () => {
    const response = await create()(new Request(url, { method: 'HEAD' }))
    expect([response.status, await response.text(), response.headers.get('ETag')]).toEqual([200, '', '"v0"'])
  })
})

// Proves through the handler how long sessions live: the server's life, the client's wish and the absolute end.
import { createHash } from 'node:crypto'
import { createMemoryStore, createSessionHandler, type ServerSession, type SessionHandlerOptions, type StoreEntry } from 'sojourn/server'
import { describe, expect, test } from 'vitest'
import { createVisitor, keys, openTab, url, type Visitor } from './visitor.ts'

const start = Date.parse('2030-01-01T00:00:00Z')

async function begin(maxAgeMs?: number, options: Partial<SessionHandlerOptions> = {}) {
  const time = { now: start }
  const now = (): number => time.now
  const store = createMemoryStore({ now })
  const handler = createSessionHandler({ keys, store, now, maxAgeMs, ...options })
  const visitor = createVisitor(handler)
  await visitor.commit({ set: { a: 1 } })
  /** Runs server code on the visitor's session. */
  const serve = async (run: (session: ServerSession) => Promise<void>): Promise<string | null> => {
    const session = await handler.open(new Request(url, { headers: { Cookie: visitor.cookie as string } }))
    await run(session)
    const setCookie = session.respond(new Response()).headers.get('Set-Cookie')
    if (setCookie !== null) visitor.cookie = setCookie.split(';')[0]
    return setCookie
  }
  return { time, handler, visitor, store, serve }
}

const age = async (visitor: Visitor): Promise<number> => (await visitor.read()).body.expiry.age

describe('the age', () => {
  test('is the policy of two weeks, and every write begins it anew', async () => {
    const { time, visitor } = await begin()
    expect(visitor.state.expiry).toEqual({ age: 1_209_600, atBrowserClose: false })
    time.now += 1_000_000
    expect(await age(visitor)).toBe(1_208_600)
    await visitor.commit({})
    expect(visitor.state.expiry.age).toBe(1_209_600)
  })

  test('is not extended by reading', async () => {
    const { time, visitor } = await begin(10_000)
    for (let second = 0; second < 10; second += 1) {
      expect((await visitor.read()).body.lineage).not.toBeNull()
      time.now += 1_000
    }
    expect((await visitor.read()).body).toMatchObject({ lineage: null, data: {}, unknownKey: true })
  })

  test('counts whole seconds, down', async () => {
    const { time, visitor } = await begin(10_000)
    time.now += 1
    expect(await age(visitor)).toBe(9)
  })

  test('is not extended by a commit that is refused or repeated', async () => {
    const { time, visitor } = await begin(10_000)
    const repeated = visitor.prepare({ set: { a: 2 } })
    await repeated()
    time.now += 5_000
    await visitor.commit({ set: { a: 3 }, expect: { a: null } })
    await repeated()
    expect(await age(visitor)).toBe(5)
  })
})

describe('setting the expiry', () => {
  test.each([
    [300, { age: 300, atBrowserClose: false }],
    [0, { age: 1_209_600, atBrowserClose: true }],
    [null, { age: 1_209_600, atBrowserClose: false }],
    ['2030-01-02T00:00:00Z', { age: 86_400, atBrowserClose: false }],
    ['2030-01-02T02:30:00.5+02:30', { age: 86_400, atBrowserClose: false }],
  ])('%j is reported as %j', async (expiry, expected) => {
    const { visitor } = await begin()
    expect((await visitor.commit({ expiry })).body.expiry).toEqual(expected)
    expect((await visitor.read()).body.expiry).toEqual(expected)
  })

  test('in seconds holds for later writes too, of everybody', async () => {
    const { time, handler, visitor } = await begin()
    await visitor.commit({ expiry: 300 })
    time.now += 200_000
    await (await openTab(handler, visitor)).commit({ set: { b: 1 } })
    expect(await age(visitor)).toBe(300)
    time.now += 300_000
    expect((await visitor.read()).body.lineage).toBeNull()
  })

  test('by a date holds whatever is written', async () => {
    const { time, visitor } = await begin()
    await visitor.commit({ expiry: '2030-01-01T00:10:00Z' })
    time.now += 500_000
    await visitor.commit({ set: { b: 1 } })
    expect(await age(visitor)).toBe(100)
    time.now += 100_000
    expect((await visitor.read()).body.lineage).toBeNull()
  })

  test('null goes back to the policy', async () => {
    const { visitor } = await begin()
    await visitor.commit({ expiry: 300 })
    await visitor.commit({ expiry: null })
    expect(await age(visitor)).toBe(1_209_600)
  })

  test('a commit with a date can be repeated once the date is over, and is then told that the session is', async () => {
    const { time, visitor } = await begin()
    const send = visitor.prepare({ expiry: '2030-01-01T00:10:00Z' })
    await send()
    time.now += 599_999
    expect(await send()).toMatchObject({ status: 200, body: { expiry: { age: 0 } } })
    time.now += 1
    expect((await send()).status).toBe(410)
  })
})

describe("the server's life and the client's wish", () => {
  test('a client that asks for more seconds than the policy is refused with the limit, and nothing is stored', async () => {
    const { visitor } = await begin(1_800_000)
    const { version } = visitor.state
    expect(await visitor.commit({ set: { b: 1 }, expiry: 1801 })).toMatchObject({
      status: 422,
      problem: 'expiry-too-long',
      body: { limit: 1800 },
    })
    expect((await visitor.read()).body).toMatchObject({ version, data: { a: 1 } })
    expect((await visitor.commit({ expiry: 1800 })).status).toBe(200)
  })

  test('an anonymous visitor cannot create a session of ten years', async () => {
    const { handler } = await begin(1_800_000)
    const visitor = createVisitor(handler)
    expect((await visitor.commit({ set: { a: 1 }, expiry: 315_360_000 })).problem).toBe('expiry-too-long')
    expect([(await visitor.read()).body.lineage, visitor.cookie]).toEqual([null, undefined])
  })

  test('a date beyond the policy is stored as the limit, which no write moves', async () => {
    const { time, visitor } = await begin(1_800_000)
    expect((await visitor.commit({ expiry: '2040-01-01T00:00:00Z' })).body.expiry.age).toBe(1800)
    time.now += 600_000
    await visitor.commit({ set: { b: 1 } })
    expect(await age(visitor)).toBe(1200)
  })

  test('null drops the wish and not the 300 s that server code set', async () => {
    const { visitor, serve } = await begin()
    await serve((session) => session.setExpiry(300))
    expect((await visitor.commit({ expiry: 60 })).body.expiry.age).toBe(60)
    expect((await visitor.commit({ expiry: null })).body.expiry.age).toBe(300)
    expect((await visitor.commit({ expiry: 301 })).body).toMatchObject({ limit: 300 })
  })

  test('server code raises the limit of one session above the policy', async () => {
    const { visitor, serve } = await begin(1_800_000)
    await serve((session) => session.setExpiry(2_592_000))
    expect((await visitor.commit({ expiry: 2_000_000 })).body.expiry.age).toBe(2_000_000)
    expect((await visitor.commit({ expiry: null })).body.expiry.age).toBe(2_592_000)
  })

  test('a life that server code shortens counts at once, whatever the client asked for', async () => {
    const { visitor, serve } = await begin()
    await visitor.commit({ expiry: 3600 })
    await serve((session) => session.setExpiry(60))
    expect(await age(visitor)).toBe(60)
  })

  test('a cookie that ends with the browser by the word of server code stays so', async () => {
    const { visitor, serve } = await begin()
    await serve((session) => session.setExpiry(0))
    for (const expiry of [300, null, '2030-01-02T00:00:00Z']) {
      const { body, setCookie } = await visitor.commit({ expiry })
      expect(body.expiry.atBrowserClose).toBe(true)
      expect(setCookie ?? '').not.toContain('Max-Age')
    }
  })

  test('a log-in drops the wish, so that a prepared session cannot outlive the policy', async () => {
    const { visitor, serve } = await begin()
    await visitor.commit({ expiry: 0 })
    expect(await serve((session) => session.signIn('ada'))).toContain('Max-Age=2419200')
    expect((await visitor.read()).body.expiry).toEqual({ age: 1_209_600, atBrowserClose: false })
  })
})

describe('the absolute end', () => {
  const day = 86_400_000

  test('ends a session that is written every day, and each log-in begins it again', async () => {
    const { time, visitor, serve } = await begin(14 * day, { maxLifetimeMs: 30 * day })
    const lives = async (days: number): Promise<boolean> => {
      for (let passed = 0; passed < days; passed += 1) {
        time.now += day
        await visitor.commit({})
      }
      return (await visitor.read()).body.lineage !== null
    }
    expect(await lives(29)).toBe(true)
    await serve((session) => session.signIn('ada'))
    expect([await lives(29), await lives(1)]).toEqual([true, false])
  })

  test('a touch close to it is stored, extends nothing and sets no cookie', async () => {
    const { time, visitor } = await begin(14 * day, { maxLifetimeMs: 20 * day })
    time.now += 13 * day
    expect((await visitor.commit({})).setCookie).toBeNull()
    time.now += 6 * day
    const touch = await visitor.commit({})
    expect([touch.status, touch.body.expiry.age, touch.setCookie]).toEqual([200, 86_400, null])
    time.now += day
    expect((await visitor.read()).body).toMatchObject({ lineage: null, unknownKey: true })
  })

  test('a cookie never outlives it', async () => {
    const { handler } = await begin(14 * day, { maxLifetimeMs: 20 * day })
    expect((await createVisitor(handler).commit({ set: { a: 1 } })).setCookie).toContain('Max-Age=1728000')
  })

  test('counts for a reader at once when the app shortens it', async () => {
    const { time, store, visitor } = await begin()
    time.now += 2 * day
    const stricter = createSessionHandler({ keys, store, now: () => time.now, maxLifetimeMs: day })
    const again = createVisitor(stricter, { cookie: visitor.cookie as string })
    expect((await again.read()).body).toMatchObject({ lineage: null, unknownKey: true })
  })
})

describe('a record that an older version stored', () => {
  test('keeps its ten years until the next write, from which the policy and the absolute end count', async () => {
    const { time, store, visitor } = await begin(undefined, { maxLifetimeMs: 1_300_000_000 })
    const id = createHash('sha256')
      .update(String(visitor.cookie).split('=')[1] as string)
      .digest('base64url')
    const entry = (await store.read(id)) as StoreEntry
    const { life: _, createdAt: __, ...record } = JSON.parse(entry.value).record
    const old = { ...record, mark: 'old', expiry: 315_360_000, expiresAt: start + 315_360_000_000 }
    const value = JSON.stringify({ record: old })
    await store.write({ id, expected: entry.revision, entry: { revision: 'old', value, expiresAt: old.expiresAt } })
    time.now += 10_000_000_000
    await visitor.read()
    expect(visitor.state).toMatchObject({ data: { a: 1 }, expiry: { age: 305_360_000 } })
    expect((await visitor.commit({})).body.expiry.age).toBe(1_209_600)
    time.now += 1_000_000_000
    expect((await visitor.commit({})).body.expiry.age).toBe(300_000)
  })
})

describe('a session that is over', () => {
  test('is told to a commit, and the next one starts another lineage under another key', async () => {
    const { time, visitor } = await begin(10_000)
    const { cookie } = visitor
    const { lineage } = visitor.state
    time.now += 10_000
    expect(await visitor.commit({ set: { a: 2 } })).toMatchObject({ status: 410, body: { lineage: null, unknownKey: true } })
    expect((await visitor.commit({ set: { a: 2 } })).problem).toBe('unknown-key')
    const reply = await visitor.commit({ set: { a: 2 }, fresh: true })
    expect(reply).toMatchObject({ status: 200, body: { data: { a: 2 } } })
    expect(reply.body.lineage).not.toBe(lineage)
    expect(visitor.cookie).not.toBe(cookie)
  })

  test('is over by the clock of the handler, though the store still has it', async () => {
    const time = { now: start }
    const handler = createSessionHandler({ keys, store: createMemoryStore({ now: () => start }), now: () => time.now, maxAgeMs: 10_000 })
    const visitor = createVisitor(handler)
    await visitor.commit({ set: { a: 1 } })
    time.now += 10_000
    expect((await visitor.read()).body).toMatchObject({ lineage: null, data: {}, unknownKey: true })
  })

  test('is swept from the store', async () => {
    const { time, handler, visitor } = await begin(60_000)
    await visitor.commit({ expiry: 10 })
    await createVisitor(handler).commit({ set: { a: 1 } })
    expect(await handler.sweep()).toBe(0)
    time.now += 10_000
    expect(await handler.sweep()).toBe(1)
    expect((await visitor.read()).body.unknownKey).toBe(true)
    time.now += 50_000
    expect(await handler.sweep()).toBe(1)
  })
})

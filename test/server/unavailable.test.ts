import { createMemoryStore, createSessionHandler, type Refusal, type SessionHandlerOptions, type SessionStore } from 'sojourn/server'
import { describe, expect, test } from 'vitest'
import { createVisitor, openTab } from './visitor.ts'

/** A memory store whose methods can be replaced. */
function createFaultyStore() {
  const store = createMemoryStore()
  const faults: Partial<SessionStore> = {}
  const faulty: SessionStore = {
    read: (id) => (faults.read ?? store.read)(id),
    write: (write) => (faults.write ?? store.write)(write),
    remove: (id, revision) => (faults.remove ?? store.remove)(id, revision),
    sweep: (now) => (faults.sweep ?? store.sweep)(now),
  }
  return { store, faulty, faults }
}

const fail = async (): Promise<never> => {
  throw new TypeError('connect ECONNREFUSED secret-host:6379')
}

async function begin(options: Partial<SessionHandlerOptions> = {}) {
  const { store, faulty, faults } = createFaultyStore()
  const errors: unknown[] = []
  const handler = createSessionHandler({ store: faulty, onError: (error) => errors.push(error), ...options })
  const visitor = createVisitor(handler)
  await visitor.commit({ set: { a: 1 } })
  return { store, faults, errors, handler, visitor }
}

describe('a store that is down', () => {
  test('is never an empty session: every request is answered 503, and nothing of the reason is told', async () => {
    const { faults, errors, visitor } = await begin()
    Object.assign(faults, { read: fail })
    for (const reply of [await visitor.read(), await visitor.commit({ set: { a: 2 } }), await visitor.end()]) {
      expect(reply).toMatchObject({ status: 503, problem: 'unavailable', setCookie: null })
      expect(reply.headers.get('Retry-After')).toBe('2')
      expect(reply.headers.get('Cache-Control')).toBe('no-store')
      expect(JSON.stringify(reply.body)).not.toContain('secret-host')
    }
    expect(errors).toHaveLength(3)
  })

  test('is answered so too where the logger throws', async () => {
    const onError = (): never => {
      throw new TypeError('the logger is down')
    }
    const { faults, visitor } = await begin({ onError })
    Object.assign(faults, { read: fail })
    expect((await visitor.read()).status).toBe(503)
  })

  test('a write that fails is answered 503 and can be sent again', async () => {
    const { faults, visitor } = await begin()
    const send = visitor.prepare({ set: { a: 2 } })
    faults.write = fail
    expect((await send()).status).toBe(503)
    delete faults.write
    expect(await send()).toMatchObject({ status: 200, body: { data: { a: 2 }, last: 2 } })
  })

  test('a write that was stored before it failed is not stored twice', async () => {
    const { store, faults, visitor } = await begin()
    const send = visitor.prepare({ set: { a: 2 }, cycleKey: true })
    faults.write = async (write) => {
      await store.write(write)
      return fail()
    }
    expect((await send()).status).toBe(503)
    delete faults.write
    const again = await send()
    expect(again).toMatchObject({ status: 200, body: { data: { a: 2 }, last: 2 } })
    expect(again.setCookie).not.toBeNull()
    expect((await visitor.read()).body.data).toEqual({ a: 2 })
  })

  test('an entry that cannot be read is answered 503, not taken for no session', async () => {
    const { store, faults, visitor } = await begin()
    faults.read = async (id) => {
      const entry = await store.read(id)
      return entry && { ...entry, value: 'torn' }
    }
    expect((await visitor.read()).status).toBe(503)
  })

  test('validation that throws is answered 503 and nothing is stored', async () => {
    const { visitor } = await begin({ validate: (data) => (data.a === 2 ? fail() : []) })
    expect((await visitor.commit({ set: { a: 2 } })).status).toBe(503)
    expect((await visitor.read()).body.data).toEqual({ a: 1 })
  })
})

describe('compare-and-set', () => {
  test('a commit that meets another one reads again and both are stored', async () => {
    const { store, faults, handler, visitor } = await begin()
    const tab = await openTab(handler, visitor)
    faults.write = async (write) => {
      delete faults.write
      await tab.commit({ set: { b: 1 } })
      return store.write(write)
    }
    expect(await visitor.commit({ set: { a: 2 } })).toMatchObject({ status: 200, body: { data: { a: 2, b: 1 } } })
  })

  test('what was expected is looked at again', async () => {
    const { store, faults, handler, visitor } = await begin()
    const tab = await openTab(handler, visitor)
    faults.write = async (write) => {
      delete faults.write
      await tab.commit({ set: { a: 5 } })
      return store.write(write)
    }
    expect((await visitor.commit({ set: { a: 2 }, expect: { a: visitor.state.tags?.a } })).problem).toBe('conflict')
  })

  test('an end that meets a commit ends what that stored', async () => {
    const { store, faults, handler, visitor } = await begin()
    const tab = await openTab(handler, visitor)
    faults.remove = async (id, revision) => {
      delete faults.remove
      await tab.commit({ set: { b: 1 } })
      return store.remove(id, revision)
    }
    expect((await visitor.end()).status).toBe(204)
    expect((await tab.read()).body.lineage).toBeNull()
  })

  test('100 commits at once of as many clients are all stored', async () => {
    const { handler, visitor } = await begin()
    const tabs = await Promise.all(Array.from({ length: 100 }, () => openTab(handler, visitor)))
    const replies = await Promise.all(tabs.map((tab, index) => tab.commit({ set: { [`key${index}`]: index } })))
    const stored = (await visitor.read()).body.data
    expect(replies.filter(({ status }) => status !== 200 && status !== 409 && status !== 503)).toEqual([])
    for (const [index, { status }] of replies.entries()) expect(stored[`key${index}`]).toBe(status === 200 ? index : undefined)
    expect(replies.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(64)
  })

  test('is given up in the end, with 503', async () => {
    const { faults, visitor } = await begin()
    let tries = 0
    faults.write = async () => {
      tries += 1
      return false
    }
    expect(await visitor.commit({ set: { a: 2 } })).toMatchObject({ status: 503, problem: 'unavailable' })
    expect(tries).toBe(60)
  })
})

describe('admit', () => {
  test.each<[Refusal, number, Record<string, string | null>]>([
    [{ name: 'unauthenticated', detail: 'Sign in at /login.' }, 401, { 'WWW-Authenticate': 'Cookie', 'Retry-After': null }],
    [{ name: 'rate-limited', retryAfterSeconds: 29.5 }, 429, { 'Retry-After': '30' }],
    [{ name: 'unavailable', retryAfterSeconds: 60 }, 503, { 'Retry-After': '60' }],
  ])('%o is answered %d', async (refusal, status, headers) => {
    const answer = { current: null as Refusal | null }
    const { visitor } = await begin({ admit: () => answer.current })
    answer.current = refusal
    for (const reply of [await visitor.read(), await visitor.commit({ set: { a: 2 } }), await visitor.end()]) {
      expect(reply).toMatchObject({ status, problem: refusal.name })
      for (const [name, value] of Object.entries(headers)) expect(reply.headers.get(name)).toBe(value)
    }
    answer.current = null
    expect((await visitor.read()).body.data).toEqual({ a: 1 })
  })
})

describe('what a state tells beside the data', () => {
  test('the CSRF token, where the app gives one', async () => {
    const { visitor } = await begin({ csrf: (request) => request.headers.get('Cookie')?.slice(0, 6) })
    expect((await visitor.read()).body.csrf).toBe('__Host')
  })
})

describe('counterexample 13: a 304 has no body', () => {
  test('so the token of now comes by a read without a condition', async () => {
    const token = { current: 'before' }
    const { visitor } = await begin({ csrf: () => token.current })
    token.current = 'after the log-in'
    const conditional = await visitor.read({ 'If-None-Match': `"${visitor.state.version}"` })
    expect([conditional.status, conditional.body]).toEqual([304, {}])
    expect((await visitor.read()).body.csrf).toBe('after the log-in')
  })
})

describe('options', () => {
  test.each(['maxAgeMs', 'maxBodyBytes', 'maxSessionBytes'])('%s must be a whole number above 0', (name) => {
    for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => createSessionHandler({ store: createMemoryStore(), [name]: value })).toThrow(expect.objectContaining({ code: 'config' }))
    }
  })
})

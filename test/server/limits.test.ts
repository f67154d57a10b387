// Holds the limits on bodies, keys and sessions.
import { createMemoryStore, createSessionHandler, type SessionHandlerOptions } from 'sojourn/server'
import { describe, expect, test } from 'vitest'
import { createVisitor, keys, openTab, toReply, url } from './visitor.ts'

const create = (options: Partial<SessionHandlerOptions> = {}) => createSessionHandler({ keys, store: createMemoryStore(), ...options })
const client = 'c'.repeat(22)

/** A body that would never end, and how much of it was read. */
function endless() {
  const read = { bytes: 0, cancelled: false }
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      read.bytes += 1_024
      controller.enqueue(new Uint8Array(1_024).fill(0x20))
    },
    cancel: () => {
      read.cancelled = true
    },
  })
  return { read, body }
}

const patch = (init: RequestInit, headers: Record<string, string> = {}): Request =>
  new Request(url, {
    method: 'PATCH',
    headers: { Origin: new URL(url).origin, 'Content-Type': 'application/json', 'Idempotency-Key': `"${client}/1"`, ...headers },
    ...init,
  })

describe('the body', () => {
  test('is not read on once it is over the limit', async () => {
    const { read, body } = endless()
    const reply = await toReply(await create({ maxBodyBytes: 10_000 })(patch({ body, duplex: 'half' } as RequestInit)))
    expect(reply).toMatchObject({ status: 413, problem: 'too-large', body: { limit: 10_000 } })
    expect(read.cancelled).toBe(true)
    expect(read.bytes).toBeLessThan(20_000)
  })

  test('is not read at all if its length is declared', async () => {
    const { read, body } = endless()
    const request = patch({ body, duplex: 'half' } as RequestInit, { 'Content-Length': '10001' })
    expect((await create({ maxBodyBytes: 10_000 })(request)).status).toBe(413)
    expect(read.bytes).toBeLessThan(3_000)
  })

  test('that breaks off is refused', async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new TypeError('the connection broke')) })
    expect(await toReply(await create()(patch({ body, duplex: 'half' } as RequestInit)))).toMatchObject({
      status: 400,
      problem: 'bad-request',
    })
  })

  test('may be missing, which is no commit', async () => {
    expect((await create()(patch({}))).status).toBe(400)
  })
})

describe('the session', () => {
  test('holds 64 KiB of JSON, counted in bytes', async () => {
    const visitor = createVisitor(create())
    // {"a":"…"} is eight bytes around the text; é is two.
    const fits = 'é'.repeat((65_536 - 8) / 2)
    expect((await visitor.commit({ set: { a: fits } })).status).toBe(200)
    expect(await visitor.commit({ set: { a: `${fits}b` } })).toMatchObject({ status: 413, problem: 'too-large', body: { limit: 65_536 } })
    expect((await visitor.read()).body.last).toBe(1)
  })

  test('names the key that alone is too large, and none where only the sum is', async () => {
    const visitor = createVisitor(create({ maxSessionBytes: 100 }))
    const alone = await visitor.commit({ set: { small: 1, large: 'x'.repeat(100) } })
    expect(alone.body.errors).toEqual([{ key: 'large', message: expect.any(String) }])
    const sum = await visitor.commit({ set: { one: 'x'.repeat(60), two: 'x'.repeat(60) } })
    expect(sum).toMatchObject({ status: 413, body: { errors: [] } })
    // {"a":"…"} is eight bytes around the text.
    const full = await visitor.commit({ set: { a: 'x'.repeat(92), b: 1 } })
    expect(full).toMatchObject({ status: 413, body: { errors: [] } })
  })

  test('can shrink where other code made it too large', async () => {
    const handler = create({ maxSessionBytes: 100 })
    const visitor = createVisitor(handler)
    await visitor.commit({ set: { a: 1 } })
    const session = await handler.open(new Request(url, { headers: { Cookie: visitor.cookie as string } }))
    await session.transaction((tx) => {
      tx.set('one', 'x'.repeat(200))
      tx.set('two', 'x'.repeat(200))
    })
    await visitor.read()
    expect((await visitor.commit({ set: { two: 'y'.repeat(200) } })).status).toBe(200)
    expect((await visitor.commit({ delete: ['one'] })).status).toBe(200)
    expect((await visitor.commit({ set: { b: 1 } })).status).toBe(413)
  })
})

describe('validation by the app', () => {
  const validate: SessionHandlerOptions['validate'] = async (data, { identity, changed }) =>
    data.theme === 'neon' ? [{ key: 'theme', path: [], message: `no ${identity} ${changed.join()}` }] : []

  test('refuses with what it says, and nothing is stored', async () => {
    const visitor = createVisitor(create({ validate }))
    const reply = await visitor.commit({ set: { theme: 'neon', a: 1 } })
    expect(reply).toMatchObject({ status: 422, problem: 'refused', setCookie: null })
    expect(reply.body.errors).toEqual([{ key: 'theme', path: [], message: 'no null theme,a' }])
    expect((await visitor.read()).body.lineage).toBeNull()
  })

  test('sees the session as it would be, with the keys of the server, and which keys changed', async () => {
    const seen: unknown[] = []
    const handler = create({
      validate: (data, context) => {
        seen.push([data, context])
        return []
      },
    })
    const visitor = createVisitor(handler)
    await visitor.commit({ set: { a: 1, b: 2 } })
    await (await handler.open(new Request(url, { headers: { Cookie: visitor.cookie as string } }))).private.set('_identity', 'ann')
    await visitor.read()
    await visitor.commit({ set: { c: 3 }, delete: ['a'] })
    await visitor.commit({ clear: true })
    expect(seen.slice(1)).toEqual([
      [
        { b: 2, c: 3, _identity: 'ann' },
        { identity: 'ann', changed: ['a', 'c'] },
      ],
      [{ _identity: 'ann' }, { identity: 'ann', changed: ['b', 'c'] }],
    ])
  })

  test('is not asked for what is not stored', async () => {
    let calls = 0
    const handler = create({
      validate: () => {
        calls += 1
        return []
      },
    })
    const visitor = createVisitor(handler)
    const first = visitor.prepare({ set: { a: 1 } })
    await first()
    const tab = await openTab(handler, visitor)
    await tab.commit({ set: { a: 2 }, expect: { a: null } })
    await tab.commit({ lineage: 'other' })
    expect(calls).toBe(1)
  })
})

describe('what a commit may cost before it is refused', () => {
  /** Counts what the handler reads of its store. */
  function counted(options: Partial<SessionHandlerOptions> = {}) {
    const store = createMemoryStore()
    let reads = 0
    const read: typeof store.read = (id) => {
      reads += 1
      return store.read(id)
    }
    return { visitor: createVisitor(create({ store: { ...store, read }, ...options })), reads: () => reads }
  }
  const names = (count: number) => Array.from({ length: count }, (_, index) => `k${index}`)
  const entries = (keys: readonly string[], value: unknown) => Object.fromEntries(keys.map((key) => [key, value]))

  test.each<[string, object]>([
    ['80,000 keys to set', { set: entries(names(80_000), 1) }],
    ['1,001 keys to set', { set: entries(names(1_001), 1) }],
    ['1,001 keys to delete', { delete: names(1_001) }],
    ['1,001 expectations', { expect: entries(names(1_001), null) }],
    ['600 keys to set and 600 others to delete', { set: entries(names(600), 1), delete: names(1_200).slice(600) }],
  ])('%s are refused before the store is read', async (_, members) => {
    const { visitor, reads } = counted({ maxBodyBytes: 10_000_000 })
    visitor.cookie = `__Host-session=${'k'.repeat(43)}`
    expect(await visitor.commit(members)).toMatchObject({ status: 413, problem: 'too-large', body: { limit: 1_000 } })
    expect(reads()).toBe(0)
  })

  test('keys that are set and expected count once, and maxKeys may be more', async () => {
    const keys = names(1_000)
    const { visitor } = counted({ keys } as never)
    expect((await visitor.commit({ set: entries(keys, 1), expect: entries(keys, null) })).status).toBe(200)
    const more = names(1_001)
    const wide = counted({ keys: more, maxKeys: 1_001 } as never)
    expect((await wide.visitor.commit({ set: entries(more, 1) })).status).toBe(200)
  })

  test('values that no new session could hold are refused without a session, and may shrink one', async () => {
    const large = 'x'.repeat(70_000)
    const { visitor, reads } = counted()
    const reply = await visitor.commit({ set: { a: large, b: 1 } })
    expect(reply).toMatchObject({ status: 413, body: { limit: 65_536, errors: [{ key: 'a' }] } })
    expect(reads()).toBe(0)
  })

  test('a body of more than four sessions is not read', async () => {
    const { visitor } = counted()
    expect(await visitor.commit({ set: { a: 'x'.repeat(4 * 65_536) } })).toMatchObject({ status: 413, body: { limit: 4 * 65_536 } })
  })
})

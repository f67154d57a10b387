// Holds that of several cookies of one name the one counts that names a live session, wherever a request carries it.
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { describe, expect, test } from 'vitest'
import { createVisitor, keys, url } from './visitor.ts'

/** A handler, and a visitor with a session whose jar has another cookie of the name, too. */
async function begin() {
  const handler = createSessionHandler({ keys, store: createMemoryStore() })
  const visitor = createVisitor(handler)
  await visitor.commit({ set: { a: 1 } })
  return { handler, visitor, live: visitor.cookie as string }
}

const dead = `__Host-session=${'A'.repeat(43)}`

const jars: [string, (live: string) => string][] = [
  ['a dead one before it', (live) => `${dead}; ${live}`],
  ['a dead one behind it', (live) => `${live}; ${dead}`],
  ['an empty one before it', (live) => `__Host-session=; ${live}`],
  ['one of another form before it', (live) => `__Host-session=x%20y; theme=dark; ${live}`],
  ['three dead ones before it', (live) => `${[dead, dead.replace(/A$/, 'B'), dead.replace(/A$/, 'C'), live].join(';')}`],
  ['itself', (live) => `${live}; ${live}`],
]

describe.each(jars)('a live session with %s', (_, toJar) => {
  test('is read, written and opened', async () => {
    const { handler, visitor, live } = await begin()
    const { lineage } = visitor.state
    visitor.cookie = toJar(live)
    expect((await visitor.read()).body).toMatchObject({ lineage, data: { a: 1 } })
    const reply = await visitor.commit({ set: { a: 2 } })
    expect([reply.status, reply.setCookie]).toEqual([200, null])
    const opened = await handler.open(new Request(url, { headers: { Cookie: toJar(live) } }))
    expect(opened.get('a')).toBe(2)
    expect((await visitor.commit({ set: { a: 3 } })).body.lineage).toBe(lineage)
  })

  test('is ended', async () => {
    const { handler, visitor, live } = await begin()
    visitor.cookie = toJar(live)
    expect((await visitor.end()).status).toBe(204)
    expect((await createVisitor(handler, { cookie: live }).read()).body.lineage).toBeNull()
  })
})

test('a key that was rotated a moment ago still answers its commit behind a dead one', async () => {
  const { handler, visitor, live } = await begin()
  visitor.cookie = `${dead}; ${live}`
  const again = visitor.prepare({ cycleKey: true })
  const [first, second] = [await again(), await again()]
  expect([first.status, second.status]).toEqual([200, 200])
  expect(second.setCookie).toMatch(/^__Host-session=/)
  expect((await createVisitor(handler, { cookie: `${dead}; ${visitor.cookie}` }).read()).body.data).toEqual({ a: 1 })
})

test('dead ones alone are an unknown key', async () => {
  const { handler } = await begin()
  const visitor = createVisitor(handler, { cookie: `${dead}; ${dead.replace(/A$/, 'B')}` })
  expect((await visitor.read()).body).toMatchObject({ lineage: null, unknownKey: true })
  expect(await visitor.commit({ set: { a: 1 } })).toMatchObject({ status: 409, problem: 'unknown-key', setCookie: null })
})

test('a jar of a thousand is looked up a few times', async () => {
  const store = createMemoryStore()
  const reads: string[] = []
  const read: typeof store.read = (id) => {
    reads.push(id)
    return store.read(id)
  }
  const handler = createSessionHandler({ keys, store: { ...store, read } })
  const cookie = Array.from({ length: 1_000 }, (_, index) => dead.replace(/A{4}$/, String(index).padStart(4, 'B'))).join('; ')
  await createVisitor(handler, { cookie }).read()
  expect(reads.length).toBeLessThan(12)
})

test('a partitioned cookie says so, and wants secure', async () => {
  const handler = createSessionHandler({ keys, store: createMemoryStore(), cookie: { sameSite: 'none', partitioned: true } })
  expect((await createVisitor(handler).commit({ set: { a: 1 } })).setCookie).toMatch(/; Partitioned/)
  expect(() =>
    createSessionHandler({ keys, store: createMemoryStore(), cookie: { name: 'sid', secure: false, partitioned: true } }),
  ).toThrow(/partitioned/)
})

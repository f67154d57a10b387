// Holds that `cycleKey` gives a new key and keeps everything else.
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { expect, test } from 'vitest'
import { createVisitor, keys, openTab, type Visitor } from './visitor.ts'

function create() {
  const time = { now: 1_700_000_000_000 }
  const now = (): number => time.now
  return { time, handler: createSessionHandler({ keys, store: createMemoryStore({ now }), now }) }
}

async function begin({ handler }: ReturnType<typeof create>): Promise<Visitor> {
  const visitor = createVisitor(handler)
  await visitor.commit({ set: { cart: ['book'] } })
  return visitor
}

test('cycleKey gives a new cookie and keeps lineage, data and record', async () => {
  const server = create()
  const visitor = await begin(server)
  const { cookie, state } = visitor
  const reply = await visitor.commit({ cycleKey: true, set: { seen: true } })
  expect(reply.body).toMatchObject({ lineage: state.lineage, data: { cart: ['book'], seen: true }, last: 2 })
  expect(visitor.cookie).not.toBe(cookie)
  expect((await visitor.read()).body).toMatchObject({ lineage: state.lineage, version: reply.body.version, last: 2 })
})

test('the old key names no session any more, for reads, other commits and ends', async () => {
  const server = create()
  const visitor = await begin(server)
  const stale = createVisitor(server.handler, { cookie: visitor.cookie as string })
  await visitor.commit({ cycleKey: true })
  expect((await stale.read()).body).toMatchObject({ lineage: null, unknownKey: true })
  expect((await stale.commit({ lineage: visitor.state.lineage, set: { a: 1 } })).status).toBe(410)
  expect(await stale.end(visitor.state.lineage)).toMatchObject({ status: 204, setCookie: null })
  expect((await visitor.read()).body.data).toEqual({ cart: ['book'] })
})

test('counterexample 8: the commit that rotated is served once more under the old key, with the same new cookie', async () => {
  const server = create()
  const visitor = await begin(server)
  const rotate = visitor.prepare({ cycleKey: true })
  const first = await rotate()
  server.time.now += 59_000
  const again = await rotate()
  expect(again).toMatchObject({ status: 200, body: { lineage: visitor.state.lineage, version: first.body.version, last: 2 } })
  expect(again.setCookie?.split(';')[0]).toBe(first.setCookie?.split(';')[0])
})

test('after 60 seconds it is not', async () => {
  const server = create()
  const visitor = await begin(server)
  const rotate = visitor.prepare({ cycleKey: true })
  await rotate()
  server.time.now += 60_000
  expect(await rotate()).toMatchObject({ status: 410, setCookie: null, body: { unknownKey: true } })
})

test('the old key with the number that rotated it and another body is refused', async () => {
  const server = create()
  const visitor = await begin(server)
  const stale = createVisitor(server.handler, { client: visitor.client, cookie: visitor.cookie as string })
  await visitor.commit({ cycleKey: true })
  stale.n = 1
  const reply = await stale.commit({ lineage: visitor.state.lineage, after: 1, set: { mine: 1 } })
  expect(reply).toMatchObject({ status: 422, problem: 'key-reused', setCookie: null })
})

test('a key that was rotated twice since leads nowhere', async () => {
  const server = create()
  const visitor = await begin(server)
  const rotate = visitor.prepare({ cycleKey: true })
  await rotate()
  await visitor.commit({ cycleKey: true })
  expect(await rotate()).toMatchObject({ status: 410, setCookie: null })
})

test('nor does one whose rotation nobody remembers', async () => {
  const server = create()
  const visitor = await begin(server)
  const rotate = visitor.prepare({ cycleKey: true })
  await rotate()
  for (let n = 0; n < 64; n += 1) await (await openTab(server.handler, visitor)).commit({ set: { crowd: n } })
  expect(await rotate()).toMatchObject({ status: 410, setCookie: null, body: { lineage: null, unknownKey: true } })
})

test('a late repetition under the new key sets the current cookie', async () => {
  const server = create()
  const visitor = await begin(server)
  const { lineage, version } = visitor.state
  const body = JSON.stringify({ lineage, base: version, after: 1, cycleKey: true })
  await visitor.send(body)
  const reply = await visitor.send(body)
  expect(reply).toMatchObject({ status: 200 })
  expect(reply.setCookie).toContain(visitor.cookie)
})

test('a new session needs no second key', async () => {
  const { handler } = create()
  const visitor = createVisitor(handler)
  const reply = await visitor.commit({ set: { a: 1 }, cycleKey: true })
  expect(reply).toMatchObject({ status: 200, body: { data: { a: 1 } } })
  expect((await visitor.read()).body.data).toEqual({ a: 1 })
})

test('what ended does not come back by the old key', async () => {
  const server = create()
  const visitor = await begin(server)
  const rotate = visitor.prepare({ cycleKey: true })
  await rotate()
  const tab = await openTab(server.handler, visitor)
  await tab.end()
  expect(await rotate()).toMatchObject({ status: 410, setCookie: null, body: { lineage: null } })
})

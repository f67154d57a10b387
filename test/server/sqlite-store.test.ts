import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createSessionHandler } from 'sojourn/server'
import { createSqliteStore } from 'sojourn/server/sqlite'
import { afterAll, expect, test } from 'vitest'
import { describeStore } from './store-contract.ts'
import { createVisitor } from './visitor.ts'

const folder = mkdtempSync(join(tmpdir(), 'sojourn-sqlite-'))
const closers: (() => void)[] = []
let files = 0

function newPath(): string {
  files += 1
  return join(folder, `${files}.sqlite`)
}

function create(path = newPath(), now: () => number = Date.now) {
  const store = createSqliteStore({ path, now })
  closers.push(() => store.close())
  return { path, store }
}

afterAll(() => {
  for (const close of closers) close()
  rmSync(folder, { recursive: true })
})

describeStore('sqlite', (now) => create(undefined, now).store)
describeStore('sqlite in memory', (now) => create(':memory:', now).store)

test('a session is there after the file was closed and opened again', async () => {
  const { path, store } = create()
  const visitor = createVisitor(createSessionHandler({ store }))
  await visitor.commit({ set: { cart: ['book'] } })
  const again = createVisitor(createSessionHandler({ store: create(path).store }), { cookie: visitor.cookie as string })
  expect((await again.read()).body).toMatchObject({ lineage: visitor.state.lineage, data: { cart: ['book'] } })
})

test('two stores over one file see what the other wrote, at once', async () => {
  const { path, store } = create()
  const handler = createSessionHandler({ store })
  const other = createSessionHandler({ store: create(path).store })
  const visitor = createVisitor(handler)
  await visitor.commit({ set: { a: 1 } })
  const guest = createVisitor(other, { cookie: visitor.cookie as string })
  await guest.read()
  await guest.commit({ set: { b: 2 }, cycleKey: true })
  visitor.cookie = guest.cookie
  expect((await visitor.read()).body.data).toEqual({ a: 1, b: 2 })
})

test('no session key is in the file, neither before a rotation nor after, nor what leads from one to the other', async () => {
  const { path, store } = create()
  const visitor = createVisitor(createSessionHandler({ store }))
  const keys: string[] = []
  for (const cycleKey of [false, true, true]) {
    await visitor.commit({ cycleKey, set: { needle: 'in the haystack' } })
    keys.push((visitor.cookie as string).split('=')[1] as string)
  }
  const files = readdirSync(folder).filter((file) => join(folder, file).startsWith(path))
  const bytes = Buffer.concat(files.map((file) => readFileSync(join(folder, file))))
  expect(new Set(keys).size).toBe(3)
  expect(bytes.includes('in the haystack')).toBe(true)
  for (const key of keys) expect(bytes.includes(key)).toBe(false)
})

test('the file is in WAL mode, so that readers do not wait for writers', () => {
  const { path } = create()
  const db = new DatabaseSync(path)
  expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
  db.close()
})

test('a file of another layout is refused', () => {
  const path = join(folder, 'other.sqlite')
  const db = new DatabaseSync(path)
  db.exec('PRAGMA user_version = 7')
  db.close()
  expect(() => createSqliteStore({ path })).toThrow(expect.objectContaining({ code: 'config' }))
})

test('a file that another process holds is answered 503, and the session is there afterwards', async () => {
  const path = join(folder, 'busy.sqlite')
  const store = createSqliteStore({ path, busyTimeoutMs: 20 })
  const visitor = createVisitor(createSessionHandler({ store }))
  await visitor.commit({ set: { a: 1 } })
  const rival = new DatabaseSync(path)
  rival.exec('BEGIN IMMEDIATE')
  const [write, rotate] = [visitor.prepare({ set: { a: 2 } }), visitor.prepare({ set: { a: 3 }, cycleKey: true })]
  expect((await write()).status).toBe(503)
  expect((await rotate()).status).toBe(503)
  expect((await visitor.read()).body.data).toEqual({ a: 1 })
  rival.exec('ROLLBACK')
  rival.close()
  expect((await write()).status).toBe(200)
  store.close()
  expect((await visitor.read()).status).toBe(503)
})

test('10,000 sessions do not slow a read down', async () => {
  const { store } = create(':memory:')
  for (let n = 0; n < 10_000; n += 1) {
    await store.write({ id: `id${n}`, expected: null, entry: { revision: 'r', value: '{}', expiresAt: Date.now() + 60_000 } })
  }
  const begin = performance.now()
  for (let n = 0; n < 1_000; n += 1) await store.read(`id${n}`)
  expect(performance.now() - begin).toBeLessThan(500)
})

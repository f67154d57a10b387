// Proves the SQLite store on real files: the contract, durability, privacy on disk, other processes and broken files.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createSessionHandler } from 'sojourn/server'
import { createSqliteStore } from 'sojourn/server/sqlite'
import { describeStore } from 'sojourn/server/store-contract'
import { afterAll, expect, test } from 'vitest'
import { createVisitor, keys } from './visitor.ts'

const folder = mkdtempSync(join(tmpdir(), 'sojourn-sqlite-'))
const closers: (() => Promise<void>)[] = []
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

afterAll(async () => {
  for (const close of closers) await close()
  rmSync(folder, { recursive: true })
})

describeStore('sqlite', (now) => create(undefined, now).store, { test, expect })
describeStore('sqlite in memory', (now) => create(':memory:', now).store, { test, expect })

test('a session is there after the file was closed and opened again', async () => {
  const { path, store } = create()
  const visitor = createVisitor(createSessionHandler({ keys, store }))
  await visitor.commit({ set: { cart: ['book'] } })
  const again = createVisitor(createSessionHandler({ keys, store: create(path).store }), { cookie: visitor.cookie as string })
  expect((await again.read()).body).toMatchObject({ lineage: visitor.state.lineage, data: { cart: ['book'] } })
})

test('two stores over one file see what the other wrote, at once', async () => {
  const { path, store } = create()
  const handler = createSessionHandler({ keys, store })
  const other = createSessionHandler({ keys, store: create(path).store })
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
  const visitor = createVisitor(createSessionHandler({ keys, store }))
  const cookies: string[] = []
  for (const cycleKey of [false, true, true]) {
    await visitor.commit({ cycleKey, set: { needle: 'in the haystack' } })
    cookies.push((visitor.cookie as string).split('=')[1] as string)
  }
  const files = readdirSync(folder).filter((file) => join(folder, file).startsWith(path))
  const bytes = Buffer.concat(files.map((file) => readFileSync(join(folder, file))))
  expect(new Set(cookies).size).toBe(3)
  expect(bytes.includes('in the haystack')).toBe(true)
  for (const cookie of cookies) expect(bytes.includes(cookie)).toBe(false)
})

test('the file is in WAL mode, so that readers do not wait for writers', () => {
  const { path } = create()
  const db = new DatabaseSync(path)
  expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
  db.close()
})

test('a file that another process holds is answered 503, and the session is there afterwards', async () => {
  const path = join(folder, 'busy.sqlite')
  const store = createSqliteStore({ path, busyTimeoutMs: 20 })
  const visitor = createVisitor(createSessionHandler({ keys, store, onError: () => {} }))
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
  await store.close()
  expect((await visitor.read()).status).toBe(503)
})

test('however many sessions there are, one is found by its key, and those that are over by an index', () => {
  const { path } = create()
  const db = new DatabaseSync(path)
  const planOf = (statement: string): unknown => db.prepare(`EXPLAIN QUERY PLAN ${statement}`).get()?.detail
  expect(planOf("SELECT value FROM sessions WHERE id = 'a' AND expires_at > 0")).toBe('SEARCH sessions USING PRIMARY KEY (id=?)')
  expect(planOf('SELECT id FROM sessions WHERE expires_at <= 0 LIMIT 500')).toBe(
    'SEARCH sessions USING COVERING INDEX sessions_by_expiry (expires_at<?)',
  )
  expect(planOf("SELECT value FROM sessions WHERE owner = 'a' AND expires_at > 0")).toBe(
    'SEARCH sessions USING INDEX sessions_by_owner (owner=?)',
  )
  db.close()
})

test.each([
  ['another layout', 'PRAGMA user_version = 7'],
  ['tables of another app', 'CREATE TABLE orders (id TEXT)'],
  ['a table `sessions` of another app', 'CREATE TABLE sessions (sid TEXT, sess TEXT)'],
])('a file with %s is refused and left as it is', (_, statement) => {
  const path = newPath()
  const db = new DatabaseSync(path)
  db.exec(statement)
  const look = (): unknown[] =>
    ['PRAGMA journal_mode', 'PRAGMA user_version', 'SELECT name FROM sqlite_schema'].map((query) => db.prepare(query).all())
  const before = look()
  expect(() => createSqliteStore({ path })).toThrow(expect.objectContaining({ code: 'config' }))
  expect(look()).toEqual(before)
  db.exec('CREATE TABLE later (id TEXT)') // nobody holds the file
  db.close()
})

test('a file that is no database is refused with its path and what to do', () => {
  const path = newPath()
  writeFileSync(path, 'no database at all, and long enough to be looked at as if it were one'.repeat(100))
  expect(() => createSqliteStore({ path })).toThrow(
    expect.objectContaining({ code: 'config', message: expect.stringContaining(`${path}: the file is no SQLite database`) }),
  )
})

test('a new file that another process is beginning is waited for', async () => {
  const path = newPath()
  const rival = new DatabaseSync(path)
  rival.exec('BEGIN EXCLUSIVE')
  expect(() => createSqliteStore({ path, busyTimeoutMs: 20 })).toThrow('database is locked')
  rival.exec('ROLLBACK')
  rival.close()
  const { store } = create(path)
  expect(await store.read('a')).toBeUndefined()
})

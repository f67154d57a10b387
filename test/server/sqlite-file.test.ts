// Proves what the SQLite store does to its file and to a server that shares it: modes, deleted data, locks, sweeps, older and broken files.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createSessionHandler } from 'sojourn/server'
import { createSqliteStore } from 'sojourn/server/sqlite'
import { afterAll, expect, test } from 'vitest'
import { createVisitor } from './visitor.ts'

const folder = mkdtempSync(join(tmpdir(), 'sojourn-sqlite-file-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const newPath = (): string => join(folder, `${++files}.sqlite`)

const filesOf = (path: string): string[] => readdirSync(folder).filter((file) => join(folder, file).startsWith(path))
const bytesOf = (path: string): Buffer => Buffer.concat(filesOf(path).map((file) => readFileSync(join(folder, file))))

test('a new file and its log are for their owner alone', async () => {
  const path = newPath()
  const store = createSqliteStore({ path })
  await createVisitor(createSessionHandler({ keys: ['a', 'card', 'count', 'other', 'text', 'theme'], store })).commit({ set: { a: 1 } })
  expect(filesOf(path).map((file) => (statSync(join(folder, file)).mode & 0o777).toString(8))).toEqual(['600', '600', '600'])
  await store.close()
})

test('what a visitor ended is on the disk no more after a sweep, in the log neither', async () => {
  const path = newPath()
  const store = createSqliteStore({ path })
  const handler = createSessionHandler({ keys: ['a', 'card', 'count', 'other', 'text', 'theme'], store })
  const visitor = createVisitor(handler)
  await visitor.commit({ set: { card: '4111 1111 1111 1111' } })
  await createVisitor(handler).commit({ set: { other: 'stays here' } })
  expect(bytesOf(path).includes('4111 1111')).toBe(true)
  await visitor.end()
  await handler.sweep()
  expect([bytesOf(path).includes('4111 1111'), bytesOf(path).includes('stays here')]).toEqual([false, true])
  await store.close()
})

test('a write waits for the lock of another process while the event loop goes on, and is stored', async () => {
  const path = newPath()
  const store = createSqliteStore({ path })
  const visitor = createVisitor(createSessionHandler({ keys: ['a', 'card', 'count', 'other', 'text', 'theme'], store }))
  await visitor.commit({ set: { a: 1 } })
  const rival = new DatabaseSync(path)
  rival.exec('BEGIN IMMEDIATE')
  const writing = visitor.commit({ set: { a: 2 } })
  // This process has to go on, or the lock is never released and the write fails.
  await new Promise((resolve) => setTimeout(resolve, 150))
  rival.exec('ROLLBACK')
  rival.close()
  expect(await writing).toMatchObject({ status: 200, body: { data: { a: 2 } } })
  await store.close()
})

test('writes of one turn are all decided, each by its own compare-and-set, and a close waits for them', async () => {
  const path = newPath()
  const store = createSqliteStore({ path })
  const entry = (revision: string) => ({ revision, value: '', expiresAt: Date.now() + 60_000 })
  const ids = Array.from({ length: 50 }, (_, index) => `id${index}`)
  const writes = ids.flatMap((id) => ['x', 'y'].map((revision) => store.write({ id, expected: null, entry: entry(id + revision) })))
  const closing = store.close()
  expect(await Promise.all(writes)).toEqual(ids.flatMap(() => [true, false]))
  await closing
  await expect(store.read('id0')).rejects.toThrow('it is closed')
  const again = createSqliteStore({ path })
  expect((await again.read('id49'))?.revision).toBe('id49x')
  await again.close()
})

test('expired sessions are deleted although nobody calls sweep, and the file gives their pages back', async () => {
  const path = newPath()
  const time = { now: 1_700_000_000_000 }
  const store = createSqliteStore({ path, now: () => time.now })
  const handler = createSessionHandler({
    keys: ['a', 'card', 'count', 'other', 'text', 'theme'],
    store,
    now: () => time.now,
    maxAgeMs: 60_000,
  })
  for (let visitor = 0; visitor < 1_500; visitor += 1) {
    await createVisitor(handler).commit({ set: { theme: 'dark' } })
    time.now += 3_600_000
  }
  expect(await handler.sweep()).toBeLessThan(1_001)
  const db = new DatabaseSync(path)
  expect(db.prepare('SELECT count(*) AS rows FROM sessions').get()).toEqual({ rows: 0 })
  expect(db.prepare('PRAGMA auto_vacuum').get()).toEqual({ auto_vacuum: 2 })
  db.close()
  await store.close()
}, 60_000)

test('a file of the layout before owners is taken over with its sessions', async () => {
  const path = newPath()
  const db = new DatabaseSync(path)
  db.exec(`CREATE TABLE sessions (id TEXT PRIMARY KEY, revision TEXT NOT NULL, value TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE INDEX sessions_by_expiry ON sessions (expires_at); PRAGMA user_version = 1;
    INSERT INTO sessions VALUES ('a', 'r1', 'v', ${Date.now() + 60_000})`)
  db.close()
  const store = createSqliteStore({ path })
  expect(await store.read('a')).toMatchObject({ revision: 'r1', value: 'v' })
  const entry = { revision: 'r2', value: 'v', expiresAt: Date.now() + 60_000, owner: 'ada' }
  await store.write({ id: 'a', expected: 'r1', entry })
  expect(await store.listByOwner('ada')).toEqual([{ id: 'a', entry }])
  await store.close()
})

function toReadOnly(path: string): string {
  void createSqliteStore({ path }).close()
  return `file:${path}?mode=ro`
}

test.each<[string, (path: string) => string, RegExp]>([
  ['a folder that is not there', (path) => join(path, 'missing', 'sessions.sqlite'), /folder .*missing does not exist. Create it/],
  ['a folder', (path) => mkdirSync(path, { recursive: true }) ?? path, /cannot be opened/],
  ['a file that may only be read', toReadOnly, /is read-only/],
])('%s is refused at start with its path and what to do', (_, prepare, reason) => {
  const path = prepare(newPath())
  let error: unknown
  try {
    createSqliteStore({ path })
  } catch (caught) {
    error = caught
  }
  expect(error).toMatchObject({ code: 'config', message: expect.stringContaining(path) })
  expect(String(error)).toMatch(reason)
})

test('a file that is damaged while the server runs is a 500 that tells the developer what to do, and the visitor nothing', async () => {
  const path = newPath()
  const first = createSqliteStore({ path })
  const handler = createSessionHandler({ keys: ['a', 'card', 'count', 'other', 'text', 'theme'], store: first })
  for (let n = 0; n < 20; n += 1) await createVisitor(handler).commit({ set: { text: 'x'.repeat(20_000) } })
  const visitor = createVisitor(handler)
  await visitor.commit({ set: { a: 1 } })
  await first.close()
  const bytes = readFileSync(path)
  writeFileSync(path, bytes.fill(0xff, 8_192))
  const errors: unknown[] = []
  const store = createSqliteStore({ path })
  const broken = createVisitor(
    createSessionHandler({ keys: ['a', 'card', 'count', 'other', 'text', 'theme'], store, onError: (error) => errors.push(error) }),
    {
      cookie: visitor.cookie as string,
    },
  )
  const reply = await broken.read()
  expect([reply.status, reply.headers.get('Retry-After'), JSON.stringify(reply.body).includes(path)]).toEqual([500, null, false])
  expect(errors[0]).toMatchObject({ code: 'config', message: expect.stringContaining('put back a backup') })
  await store.close()
})

import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { conformanceChecks } from 'sojourn/conformance'
import { createSqliteStore } from 'sojourn/server/sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allowedOrigin, startServer, type TestServer, type TestServerOptions } from './server.ts'

const path = join(tmpdir(), `sojourn-conformance-${crypto.randomUUID()}.sqlite`)
const stores: readonly (readonly [string, TestServerOptions])[] = [
  ['memory', {}],
  ['SQLite', { createStore: (now) => createSqliteStore({ path, now }) }],
]

describe.each(stores)('the handler over %s', (_, options) => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer(options)
  })
  afterAll(() => server.close())

  test.each(conformanceChecks)('$level $name', async ({ run }) => {
    expect(await run({ ...server, allowedOrigin })).toEqual({})
  })
})

afterAll(() => {
  for (const suffix of ['', '-shm', '-wal']) rmSync(path + suffix, { force: true })
})

// Holds that our handler passes every conformance check, over every store.
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { conformanceChecks } from 'sojourn/conformance'
import { createMemoryStore, type SessionHandler, type StoreWrite } from 'sojourn/server'
import { createSqliteStore } from 'sojourn/server/sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { isObject } from '../../src/protocol/json.ts'
import { allowedOrigin, startServer, type TestServer, type TestServerOptions } from './server.ts'

const path = join(tmpdir(), `sojourn-conformance-${crypto.randomUUID()}.sqlite`)

/** A schema as an app has it: no key of it takes any JSON. */
const schema = z.object({
  theme: z.enum(['light', 'dark']),
  cart: z.array(z.strictObject({ sku: z.string(), count: z.number() })),
  agreed: z.nullable(z.boolean()),
  plan: z.enum(['free', 'pro']),
})
const schemaKeys = {
  keys: ['theme', 'cart', 'agreed'],
  readOnly: ['plan'],
  values: {
    theme: ['light', 'dark'],
    cart: [[], [{ sku: 'tea', count: 1 }], [{ sku: 'mug', count: 2 }]],
    agreed: [null, true],
    plan: ['pro'],
  },
}

const servers: readonly (readonly [string, TestServerOptions])[] = [
  ['a memory store', {}],
  ['a SQLite store', { createStore: (now) => createSqliteStore({ path, now }) }],
  ['a schema', { checkKeys: schemaKeys, exposure: { schema, readOnly: schemaKeys.readOnly } }],
]

/** The keys that a commit names; none if it is malformed. */
function keysOf(body: string): string[] {
  try {
    const { set, delete: gone, expect } = JSON.parse(body)
    return [...Object.keys(set ?? {}), ...(Array.isArray(gone) ? gone.map(String) : []), ...(isObject(expect) ? Object.keys(expect) : [])]
  } catch {
    return []
  }
}

describe.each(servers)('the handler over %s', (_, options) => {
  const named = new Set<string>()
  let server: TestServer
  beforeAll(async () => {
    const wrap = (handler: SessionHandler) => async (request: Request) => {
      const body = await request.clone().text()
      const response = await handler(request)
      if (response.status !== 400) for (const key of keysOf(body)) named.add(key.replace(/^unlisted-.*/, 'unlisted'))
      return response
    }
    server = await startServer({ ...options, wrap })
  })
  afterAll(() => server.close())

  test.each(conformanceChecks)('$level $name', async ({ run }) => {
    expect(await run({ ...server, allowedOrigin })).toEqual({})
  })

  test('is sent the keys that the checks are given, and no other name that it could store', () => {
    expect([...named].sort()).toEqual([...server.keys, ...(server.readOnly ?? []), '_identity', 'unlisted'].sort())
  })
})

describe.each([
  ['create', ({ expected }: StoreWrite) => expected === null],
  ['change', ({ expected }: StoreWrite) => expected !== null],
] as const)('a loaded machine that is slow to %s a session', (_, isSlow) => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer({
      // Time passes between storing and the response.
      createStore(now) {
        const store = createMemoryStore({ now })
        return {
          ...store,
          async write(write) {
            const isWritten = await store.write(write)
            if (isSlow(write)) await server.wait(2400)
            return isWritten
          },
        }
      },
    })
  })
  afterAll(() => server.close())

  test.each(conformanceChecks.filter(({ name }) => /expiry|extends|over-is-over/.test(name)))('$level $name', async ({ run }) => {
    expect(await run(server)).toEqual({})
  })
})

afterAll(() => {
  for (const suffix of ['', '-shm', '-wal']) rmSync(path + suffix, { force: true })
})

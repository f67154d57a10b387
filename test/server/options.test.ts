// Holds the handler's options and the errors of bad ones.
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { toNodeListener } from 'sojourn/server/node'
import { createSqliteStore } from 'sojourn/server/sqlite'
import { describe, expect, test } from 'vitest'
import { createVisitor } from './visitor.ts'

describe('options', () => {
  test.each<[string, unknown, RegExp]>([
    ['store', undefined, /store is undefined/],
    ['store', {}, /lacks read, write, remove/],
    ['store', new Map(), /lacks read/],
    ['schema', 'theme', /schema is "theme". Give a z.object/],
    ['keys', 'theme', /keys is "theme". Give an array of keys/],
    ['readOnly', [7], /readOnly is a list. Give an array of keys/],
    ['cookie', 'sid', /cookie is "sid"/],
    ['cookie', ['sid'], /cookie is a list/],
    ['cookie', { name: 7 }, /cookie\.name is 7\. Give a text/],
    ['cookie', { name: '' }, /cookie\.name is ""/],
    ['cookie', { name: 'a b' }, /a b/],
    ['cookie', { secure: 'yes' }, /cookie\.secure is "yes"\. Give true or false/],
    ['cookie', { sameSite: 'Lax' }, /cookie\.sameSite is "Lax"\. Give "lax", "strict" or "none"/],
    ['cookie', { maxAge: 60 }, /"cookie\.maxAge" is no option\. The options are cookie\.name, cookie\.domain/],
    ['cookie', { httpOnly: false }, /"cookie\.httpOnly" is no option/],
    ['cookie', { constructor: 1 }, /"cookie\.constructor" is no option/],
    ['keys', [7], /keys is a list\. Give an array of keys/],
    ['keys', ['_a'], /"_a" cannot be exposed/],
    ['maxKeys', 0, /maxKeys is 0/],
    ['maxLifetimeMs', -1, /maxLifetimeMs is -1/],
    ['sweep', 'no', /sweep is "no"\. Give true or false/],
    ['origins', ['null'], /"null" is no origin/],
    ['origins', ['*'], /"\*" is no origin/],
    ['origins', ['https://app.test/'], /is no origin/],
    ['randomBytes', 'crypto', /randomBytes is "crypto"/],
    ['maxAgeMs', '1000', /maxAgeMs is "1000"/],
    ['maxAgeMs', 315_360_000_001, /at most 315360000000/],
    ['maxBodyBytes', 2 ** 31, /maxBodyBytes/],
    ['origins', 'https://app.test', /origins is "https:\/\/app\.test"/],
    ['origins', [7], /7 is no origin/],
    ['validate', [], /validate is a list. Give a function/],
    ['admit', true, /admit is true/],
    ['onError', {}, /onError is an object/],
    ['now', 5, /now is 5/],
    ['maxAge', 60, /"maxAge" is no option. The options are store, schema, keys, readOnly, cookie, maxAgeMs/],
  ])('%s: %o is refused at creation', (name, value, message) => {
    const options = { store: createMemoryStore(), ...(name === 'cookie' && { keys: ['a'] }), [name]: value } as never
    expect(() => createSessionHandler(options)).toThrow(
      expect.objectContaining({ code: 'config', message: expect.stringMatching(message) }),
    )
  })

  test.each([undefined, null, 'memory', createMemoryStore])('%o instead of options is refused', (options) => {
    expect(() => createSessionHandler(options as never)).toThrow(expect.objectContaining({ code: 'config' }))
  })

  test.each<[string, () => unknown, RegExp]>([
    [
      'the memory store',
      () => createMemoryStore({ maxSession: 5 } as never),
      /"maxSession" is no option\. The options are maxSessions, now/,
    ],
    ['the memory store', () => createMemoryStore({ maxSessions: 1.5 }), /maxSessions is 1\.5\. Give a whole number from 1/],
    ['the memory store', () => createMemoryStore({ now: 5 } as never), /now is 5\. Give a function/],
    ['the SQLite store', () => createSqliteStore({} as never), /path is undefined\. Give the path of a file/],
    ['the SQLite store', () => createSqliteStore({ file: 'a.sqlite' } as never), /path is undefined/],
    ['the SQLite store', () => createSqliteStore({ path: ':memory:', busyTimeoutMs: -1 }), /busyTimeoutMs is -1/],
    ['the SQLite store', () => createSqliteStore('a.sqlite' as never), /its options are "a\.sqlite"/],
    ['the Node listener', () => toNodeListener({} as never), /its first argument is no function/],
    ['the Node listener', () => toNodeListener(async () => new Response(), { trustproxy: true } as never), /"trustproxy" is no option/],
    ['the Node listener', () => toNodeListener(async () => new Response(), true as never), /its options are true/],
  ])('%s refuses wrong options', (subject, create, reason) => {
    expect(create).toThrow(
      expect.objectContaining({
        code: 'config',
        message: expect.stringMatching(new RegExp(`^Failed to create ${subject}: .*${reason.source}`)),
      }),
    )
  })

  test.each([() => 'text', () => new Uint8Array(3), () => [1, 2]])('random bytes that are none make no key', async (randomBytes) => {
    const errors: unknown[] = []
    const handler = createSessionHandler({
      keys: ['a'],
      store: createMemoryStore(),
      randomBytes: randomBytes as never,
      onError: (error) => errors.push(error),
    })
    const reply = await createVisitor(handler).commit({ set: { a: 1 } })
    expect([reply.status, reply.setCookie]).toEqual([500, null])
    expect(errors).toEqual([expect.objectContaining({ code: 'config' })])
  })

  test('an option that is undefined counts as left out', () => {
    expect(() =>
      createSessionHandler({ keys: ['a'], store: createMemoryStore(), admit: undefined, origins: undefined, maxAgeMs: undefined }),
    ).not.toThrow()
  })

  test.each(['maxAgeMs', 'maxBodyBytes', 'maxSessionBytes'])('%s must be a whole number above 0', (name) => {
    for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => createSessionHandler({ keys: ['a'], store: createMemoryStore(), [name]: value })).toThrow(
        expect.objectContaining({ code: 'config' }),
      )
    }
  })
})

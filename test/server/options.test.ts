// Holds the handler's options and the errors of bad ones.
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { describe, expect, test } from 'vitest'

describe('options', () => {
  test.each<[string, unknown, RegExp]>([
    ['store', undefined, /store is undefined/],
    ['store', {}, /lacks read, write, remove/],
    ['store', new Map(), /lacks read/],
    ['schema', 'theme', /schema is "theme". Give a z.object/],
    ['keys', 'theme', /keys is "theme". Give an array of keys/],
    ['readOnly', [7], /readOnly is a list. Give an array of keys/],
    ['cookie', 'sid', /cookie is "sid"/],
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
    const options = { store: createMemoryStore(), [name]: value } as never
    expect(() => createSessionHandler(options)).toThrow(
      expect.objectContaining({ code: 'config', message: expect.stringMatching(message) }),
    )
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

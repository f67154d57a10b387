// Holds the hashes and derived keys against a second implementation.
import { createHash, createHmac } from 'node:crypto'
import process from 'node:process'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { deriveKey, isKey, sha256, toBase64Url } from '../../src/server/keys.ts'

afterEach(() => vi.restoreAllMocks())

const key = toBase64Url(new Uint8Array(32).fill(7))

describe.each([
  ["Node's crypto", true],
  ['Web Crypto alone, as in a browser', false],
])('with %s', (_, hasNode) => {
  const begin = () => hasNode || vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)

  test.each(['', 'a', 'Grüße, 世界 🌍', 'x'.repeat(10_000)])('a hash is the SHA-256 of the UTF-8: case %#', async (text) => {
    begin()
    const expected = createHash('sha256').update(text).digest('base64url')
    expect([await sha256(text), await sha256(new TextEncoder().encode(text))]).toEqual([expected, expected])
  })

  test('a derived key is the HMAC-SHA-256 of the salt under the old one, and has the form of a key', async () => {
    begin()
    const derived = await deriveKey(key, 'salt')
    expect([derived, isKey(derived)]).toEqual([createHmac('sha256', key).update('salt').digest('base64url'), true])
  })
})

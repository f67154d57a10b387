// Holds which origins may receive the CSRF token.
import { createSessionClient } from 'sojourn'
import { expect, test } from 'vitest'
import * as z from 'zod'

const create = (origins: readonly string[]) =>
  createSessionClient({
    url: 'https://api.test/session',
    schema: z.object({ theme: z.string().optional() }),
    channel: false,
    csrf: { origins },
  }).dispose()

test.each([
  'https://api.test/',
  'https://api.test/session',
  'api.test',
  'HTTPS://API.TEST',
  'https://api.test:443',
  '*',
  'null',
  'capacitor://localhost/',
])('"%s" in csrf.origins is refused at creation: it would never match', (origin) => {
  const refused = expect.objectContaining({ code: 'config', message: expect.stringContaining('csrf.origins') })
  expect(() => create(['https://other.test', origin])).toThrow(refused)
})

test.each(['https://api.test', 'http://localhost:8000', 'capacitor://localhost', 'app://main'])('"%s" is taken', (origin) => {
  expect(() => create([origin])).not.toThrow()
})

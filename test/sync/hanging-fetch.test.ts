// Holds that a request that never settles is given up after the timeout.
import { describe, expect, test } from 'vitest'
import { advance, createServer, follow, open, useFakeTime } from '../client/harness.ts'

useFakeTime()

const never = new Promise<never>(() => {})

/** A tab whose first commit meets something that does not heed its signal, as some wrappers of fetch do. */
async function beginWith(hang: () => Promise<Response>, options: Parameters<typeof open>[1] = {}) {
  const mock = createServer({ initial: { count: 1 } })
  let left = 1
  const session = open(mock, {
    timeoutMs: 2_000,
    fetch: async (input, init) => {
      const request = new Request(input, init)
      return request.method === 'PATCH' && left-- > 0 ? hang() : mock.fetch(request)
    },
    ...options,
  })
  await session.get('count')
  return { mock, session }
}

describe('an attempt is given up after timeoutMs though', () => {
  test('its fetch goes on forever', async () => {
    const { mock, session } = await beginWith(() => never)
    const written = follow(() => session.update('count', (count) => count + 1))
    await advance(2_100)
    expect(written.status).toBe('resolved')
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('its body never ends', async () => {
    const { session } = await beginWith(async () => new Response(new ReadableStream({ pull: () => never })))
    const written = follow(() => session.update('count', (count) => count + 1))
    await advance(2_100)
    expect(written.status).toBe('resolved')
  })

  test('the CSRF token never comes', async () => {
    let left = 1
    const token = async (): Promise<string> => (left-- > 0 ? never : 'token')
    const { session } = await beginWith(async () => Response.error(), { csrf: { token } })
    const written = follow(() => session.update('count', (count) => count + 1))
    await advance(60_000)
    expect(written.status).toBe('resolved')
  })
})

test('dispose() ends at once what heeds no signal', async () => {
  const { session } = await beginWith(() => never)
  const written = follow(() => session.update('count', (count) => count + 1))
  await advance(0)
  session.dispose()
  await advance(0)
  expect(written).toMatchObject({ status: 'rejected', error: { code: 'disposed' } })
})

import { createSessionClient } from 'sojourn'
import { createMockSessionServer } from 'sojourn/msw'
import { expect, test } from 'vitest'
import { schema } from './schema.ts'

test('what a view of Django undoes is not shown as stored', async () => {
  const mock = createMockSessionServer({ schema, backend: 'db', initial: { cart: [] } })
  const session = createSessionClient({ url: mock.url, fetch: mock.fetch, schema })
  await session.get('cart')
  mock.next({ fault: 'write-over', method: 'PATCH', write: { theme: 'dark' } })
  await session.set('cart', ['tea'])
  await session.revalidate()
  expect([session.peek('theme'), session.peek('cart')]).toEqual(['dark', []])
  session.dispose()
})

test('a cache that loses the session ends it', async () => {
  const mock = createMockSessionServer({ schema, backend: 'cache', initial: { cart: ['tea'] } })
  const session = createSessionClient({ url: mock.url, fetch: mock.fetch, schema })
  await session.get('cart')
  const ended = new Promise((resolve) => session.on('ended', ({ reason }) => resolve(reason)))
  await mock.evict()
  await session.revalidate()
  expect(await ended).toBe('flushed')
  expect(session.peek('cart')).toEqual([])
  session.dispose()
})

test('a cart that no cookie can hold is refused', async () => {
  const mock = createMockSessionServer({ schema, backend: 'signed_cookies' })
  const session = createSessionClient({ url: mock.url, fetch: mock.fetch, schema })
  const cart = Array.from({ length: 200 }, () => crypto.randomUUID())
  await expect(session.set('cart', cart)).rejects.toMatchObject({ code: 'rejected' })
  session.dispose()
})

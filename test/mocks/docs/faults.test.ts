import { createSessionClient } from 'sojourn'
import { createMockSessionServer } from 'sojourn/msw'
import { expect, test } from 'vitest'
import { schema } from './schema.ts'

const retry = { minDelayMs: 1, maxDelayMs: 5 }

test('a write whose answer is lost is stored once', async () => {
  const mock = createMockSessionServer({ schema, initial: { cart: [] } })
  const session = createSessionClient({ url: mock.url, fetch: mock.fetch, schema, retry })
  await session.get('cart')
  mock.next('lose-answer')
  await session.update('cart', (cart) => [...cart, 'tea'])
  expect(await mock.data()).toEqual({ cart: ['tea'] })
  session.dispose()
})

test('a write is seen at once and counts as pending until it is stored', async () => {
  const mock = createMockSessionServer({ schema })
  const session = createSessionClient({ url: mock.url, fetch: mock.fetch, schema })
  await session.get('theme')
  const held = mock.next('hold')
  const written = session.set('theme', 'dark')
  await held.reached()
  expect([session.peek('theme'), session.getSnapshot().pending]).toEqual(['dark', 1])
  await held.release()
  await written
  expect(session.getSnapshot().pending).toBe(0)
  session.dispose()
})

test('what is written offline is sent later', async () => {
  const mock = createMockSessionServer({ schema, initial: { theme: 'light' } })
  const session = createSessionClient({ url: mock.url, fetch: mock.fetch, schema, retry })
  await session.get('theme')
  mock.offline()
  const written = session.set('theme', 'dark')
  expect(session.peek('theme')).toBe('dark')
  expect(await mock.data()).toEqual({ theme: 'light' })
  mock.online()
  await written
  expect(await mock.data()).toEqual({ theme: 'dark' })
  session.dispose()
})

test('a captive portal changes nothing that is shown', async () => {
  const mock = createMockSessionServer({ schema, initial: { theme: 'dark' } })
  const session = createSessionClient({ url: mock.url, fetch: mock.fetch, schema, retry })
  await session.get('theme')
  mock.next({ fault: 'captive-portal', times: 2 })
  await session.revalidate()
  expect(session.peek('theme')).toBe('dark')
  expect(mock.requests.filter(({ method }) => method === 'GET').length).toBeGreaterThan(2)
  session.dispose()
})

import { createSessionClient } from 'sojourn'
import { createMockSessionServer } from 'sojourn/msw'
import { expect, test } from 'vitest'
import { schema } from './schema.ts'

test('what other server code writes is seen at the next look', async () => {
  const mock = createMockSessionServer({ schema, initial: { cart: ['tea'] } })
  const session = createSessionClient({ url: mock.url, fetch: mock.fetch, schema })
  await session.get('cart')
  await mock.write(({ cart }) => ({ cart: [...cart, 'milk'] }))
  await session.revalidate()
  expect(session.peek('cart')).toEqual(['tea', 'milk'])
  session.dispose()
})

test('a write that meets another one is run again on top of it', async () => {
  const mock = createMockSessionServer({ schema, initial: { cart: [] } })
  const session = createSessionClient({ url: mock.url, fetch: mock.fetch, schema })
  await session.get('cart')
  mock.next({ fault: 'write-beside', method: 'PATCH', write: { cart: ['milk'] } })
  await session.update('cart', (cart) => [...cart, 'tea'])
  expect(await mock.data()).toEqual({ cart: ['milk', 'tea'] })
  session.dispose()
})

import { setupServer } from 'msw/node'
import { createSessionClient } from 'sojourn'
import { createMockSessionServer } from 'sojourn/msw'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { schema } from './schema.ts'

const mock = createMockSessionServer({ schema, initial: { theme: 'dark' } })
const server = setupServer(...mock.handlers)
beforeAll(() => server.listen())
afterEach(() => mock.reset())
afterAll(() => server.close())

test('the theme is read and written', async () => {
  const session = createSessionClient({ url: mock.url, schema })
  expect(await session.get('theme')).toBe('dark')
  await session.set('theme', 'light')
  expect(await mock.data()).toEqual({ theme: 'light' })
  session.dispose()
})

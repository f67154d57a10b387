import { createSessionClient } from 'sojourn'
import { createMockSessionServer } from 'sojourn/msw'
import { expect, test } from 'vitest'
import { schema } from './schema.ts'

test('the last visit is a Date', async () => {
  const mock = createMockSessionServer({ schema, initial: { lastSeen: new Date('2027-01-02T03:04:05Z') } })
  const session = createSessionClient({ url: mock.url, fetch: mock.fetch, schema })
  expect((await session.get('lastSeen'))?.getUTCFullYear()).toBe(2027)
  expect(await mock.data()).toEqual({ lastSeen: '2027-01-02T03:04:05.000Z' })
  session.dispose()
})

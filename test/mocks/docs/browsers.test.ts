import { createSessionClient } from 'sojourn'
import { createMockSessionServer } from 'sojourn/msw'
import { expect, test } from 'vitest'
import { schema } from './schema.ts'

test('two tabs share a session, two browsers do not', async () => {
  const mock = createMockSessionServer({ schema, initial: { theme: 'dark' } })
  const phone = mock.browser({ name: 'phone' })
  const open = (fetch: typeof globalThis.fetch) => createSessionClient({ url: mock.url, fetch, schema, channel: false })
  const [tab, otherTab, onPhone] = [open(mock.fetch), open(mock.fetch), open(phone.fetch)]

  await tab.set('cart', ['tea'])
  expect(await otherTab.get('cart')).toEqual(['tea'])
  expect(await onPhone.get('cart')).toEqual([])

  await onPhone.set('theme', 'light')
  expect(await mock.data()).toEqual({ theme: 'dark', cart: ['tea'] })
  expect(await mock.data(phone)).toEqual({ theme: 'light' })
  for (const session of [tab, otherTab, onPhone]) session.dispose()
})

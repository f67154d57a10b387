import { createSessionClient } from 'sojourn'
import { createMockSessionServer } from 'sojourn/msw'
import { expect, test } from 'vitest'
import { schema } from './schema.ts'

const createServer = () =>
  createMockSessionServer({
    schema,
    initial: { cart: ['tea'] },
    endpoints: {
      'POST /login': async ({ request, session }) => {
        const { name, password } = (await request.json()) as { name: string; password: string }
        if (password !== 'secret') return new Response(null, { status: 401 })
        await session.signIn(name)
        return { name }
      },
      'POST /logout': ({ session }) => session.flush(),
    },
  })

test('a cart is still there after the log-in, and gone after the log-out', async () => {
  const mock = createServer()
  const session = createSessionClient({ url: mock.url, fetch: mock.fetch, schema })
  const post = (path: string, body: object = {}) => mock.fetch(path, { method: 'POST', body: JSON.stringify(body) })
  await session.get('cart')

  await session.exclusive(() => post('/login', { name: 'ann', password: 'secret' }))
  expect([session.identity, session.peek('cart')]).toEqual(['ann', ['tea']])

  await session.exclusive(() => post('/logout'))
  expect([session.identity, session.peek('cart')]).toEqual([null, []])
  session.dispose()
})

test('somebody else signs in, in another tab', async () => {
  const mock = createServer()
  await mock.signIn('ann')
  const session = createSessionClient({ url: mock.url, fetch: mock.fetch, schema })
  await session.get('cart')
  await mock.signIn('bob')
  await session.revalidate()
  expect([session.identity, session.peek('cart')]).toEqual(['bob', []])
  session.dispose()
})

// Proves the types of the session that server code opens.
import { createSessionClient } from 'sojourn'
import { createMockSessionServer } from 'sojourn/msw'
import { createMemoryStore, createSessionHandler, type Json, type ServerSession } from 'sojourn/server'
import { expectTypeOf, test } from 'vitest'
import * as z from 'zod'

const store = createMemoryStore()
const schema = z.object({ cart: z.array(z.string()).default([]), plan: z.enum(['free', 'pro']).optional() })

test('the schema types the session', async () => {
  const session = await createSessionHandler({ store, schema, readOnly: ['plan'] }).open(new Request('https://shop.test/'))
  expectTypeOf(session.get('cart')).toEqualTypeOf<string[]>()
  expectTypeOf(session.get('plan')).toEqualTypeOf<'free' | 'pro' | undefined>()
  expectTypeOf(session.get('plan', 'none')).toEqualTypeOf<'free' | 'pro' | 'none'>()
  expectTypeOf(session.raw('plan')).toEqualTypeOf<Json | undefined>()
  expectTypeOf(session.transaction((tx) => tx.get('cart').length)).resolves.toBeNumber()
  // @ts-expect-error there is no key "crat"
  session.get('crat')
  // @ts-expect-error the plan is no number
  void session.set('plan', 7)
  const any: ServerSession = session
  expectTypeOf(any.lineage).toEqualTypeOf<string | null>()
})

test('a list of keys gives JSON', async () => {
  const session = await createSessionHandler({ store, keys: ['theme', 'cart'] }).open(new Request('https://shop.test/'))
  expectTypeOf(session.get('theme')).toEqualTypeOf<Json | undefined>()
  // @ts-expect-error there is no key "them"
  session.get('them')
})

test('one list of read-only keys serves handler, client and mock', () => {
  const readOnly = ['plan'] as const
  createSessionHandler({ store, schema, readOnly })
  createMockSessionServer({ schema, readOnly })
  const client = createSessionClient({ url: '/session', schema, readOnly })
  // @ts-expect-error the server alone writes it
  void client.set('plan', 'pro')
  const loose = ['plan']
  // @ts-expect-error an array of any texts names no keys
  createSessionClient({ url: '/session', schema, readOnly: loose })
  // @ts-expect-error an array of any texts names no keys
  createSessionHandler({ store, schema, readOnly: loose })
})

test('one of the two lists is wanted', () => {
  // @ts-expect-error neither schema nor keys
  createSessionHandler({ store })
  // @ts-expect-error "plna" is not exposed
  createSessionHandler({ store, schema, readOnly: ['plna'] })
  // @ts-expect-error "plna" is not exposed
  createSessionHandler({ store, keys: ['plan'], readOnly: ['plna'] })
  // @ts-expect-error a Date has no JSON
  createSessionHandler({ store, schema: z.object({ seen: z.date() }) })
})

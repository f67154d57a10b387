// Holds the types of the client.
import { createSessionClient, type SessionClient, type SessionKey, type SessionKeyState, type SessionSnapshot } from 'sojourn'
import { describe, expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import * as mini from 'zod/mini'
import { isoDate } from '../schema/codecs.ts'

const session = createSessionClient({
  url: '/session',
  schema: z.object({
    theme: z.enum(['light', 'dark']).default('light'),
    cart: z.array(z.object({ id: z.string(), count: z.number() })).default([]),
    nick: z.string().optional(),
    seen: isoDate,
  }),
})

interface Values {
  theme: 'light' | 'dark'
  cart: { id: string; count: number }[]
  nick: string | undefined
  seen: Date | undefined
}

describe('reading', () => {
  test('gives what the schema says', () => {
    expectTypeOf(session.get('theme')).resolves.toEqualTypeOf<'light' | 'dark'>()
    expectTypeOf(session.get('seen')).resolves.toEqualTypeOf<Date | undefined>()
    expectTypeOf(session.peek('cart')).toEqualTypeOf<Values['cart']>()
    expectTypeOf(session.has('nick')).resolves.toBeBoolean()
    expectTypeOf(session.keys()).resolves.toEqualTypeOf<string[]>()
    expectTypeOf(session.entries()).resolves.toEqualTypeOf<[string, unknown][]>()
    expectTypeOf(session.getSnapshot()).toEqualTypeOf<SessionSnapshot<{ [K in keyof Values]: Values[K] }>>()
  })

  test('with a default of the call gives that instead of undefined', () => {
    expectTypeOf(session.get('nick', 'none')).resolves.toEqualTypeOf<string>()
    expectTypeOf(session.get('nick', null)).resolves.toEqualTypeOf<string | null>()
    expectTypeOf(session.get('theme', 'blue')).resolves.toEqualTypeOf<'light' | 'dark' | 'blue'>()
  })

  test('of some keys takes a client that has more', () => {
    const Theme = (props: { session: SessionClient<{ theme: 'light' | 'dark' }> }): string => props.session.peek('theme')
    expectTypeOf(Theme({ session })).toBeString()
    // @ts-expect-error the theme is no number
    const other: SessionClient<{ theme: number }> = session
    // @ts-expect-error it has no key "more"
    const more: SessionClient<{ theme: 'light' | 'dark'; more: string }> = session
    expectTypeOf([other, more]).toBeArray()
  })

  test('does not compile for an unknown key', () => {
    // @ts-expect-error there is no key "them"
    session.get('them')
    // @ts-expect-error there is no key "them"
    session.peek('them')
    // @ts-expect-error there is no key "them"
    session.key('them')
    // @ts-expect-error there is no key "them"
    session.has('them')
  })
})

describe('writing', () => {
  test('takes what the schema says', () => {
    expectTypeOf(session.set('theme', 'dark')).resolves.toBeVoid()
    expectTypeOf(session.set('seen', new Date())).resolves.toBeVoid()
    expectTypeOf(session.pop('nick')).resolves.toEqualTypeOf<string | undefined>()
    expectTypeOf(session.setDefault('nick', 'Ada')).resolves.toEqualTypeOf<string | undefined>()
    session.set('theme', 'dark', { signal: AbortSignal.timeout(1) })
  })

  test('does not compile for a wrong value', () => {
    // @ts-expect-error "blue" is no theme
    session.set('theme', 'blue')
    // @ts-expect-error a count is missing
    session.set('cart', [{ id: 'a' }])
    // @ts-expect-error the app has a Date there, not what travels
    session.set('seen', '2026-01-01T00:00:00Z')
    // @ts-expect-error a default of the wrong type
    session.setDefault('nick', 1)
    // @ts-expect-error the value of another key
    session.set('theme', session.peek('cart'))
  })

  test('takes undefined only if the schema allows it', () => {
    session.set('nick', undefined)
    // @ts-expect-error a key with a default is deleted by delete
    session.set('theme', undefined)
    // @ts-expect-error a key that is required is deleted by delete
    session.set('seen', undefined)
  })

  test('gives update the value that is read, and takes one that may be written', () => {
    session.update('cart', (cart) => [...cart, { id: 'a', count: 1 }])
    session.update('seen', (seen) => {
      expectTypeOf(seen).toEqualTypeOf<Date | undefined>()
      return new Date()
    })
    session.update('nick', () => undefined)
    // @ts-expect-error it gives a number for a list
    session.update('cart', (cart) => cart.length)
    // @ts-expect-error a key without undefined cannot be given back as it may be read
    session.update('seen', (seen) => seen)
    // @ts-expect-error an async function is no pure one
    session.update('cart', async (cart) => cart)
    // @ts-expect-error the value of another key
    session.update('theme', (_: string[]) => 'dark')
  })
})

describe('a transaction', () => {
  test('is typed as the client and gives what it returns', () => {
    const result = session.transaction((tx) => {
      expectTypeOf(tx.get('cart')).toEqualTypeOf<Values['cart']>()
      tx.set('theme', 'dark')
      tx.update('cart', (cart) => cart.slice(1))
      tx.delete('nick')
      return tx.keys().length
    })
    expectTypeOf(result).resolves.toBeNumber()
    expectTypeOf(session.transaction((tx) => tx.set('theme', 'dark'))).resolves.toBeVoid()
  })

  test('does not compile if it is async or wrong', () => {
    // @ts-expect-error it would be committed before it ends
    session.transaction(async (tx) => tx.get('cart'))
    // @ts-expect-error it would be committed before it ends
    session.transaction((tx) => Promise.resolve(tx.get('cart')))
    // @ts-expect-error "blue" is no theme
    session.transaction((tx) => tx.set('theme', 'blue'))
    // @ts-expect-error there is no key "them"
    session.transaction((tx) => tx.delete('them'))
  })
})

describe('a key', () => {
  test('is typed by its name', () => {
    expectTypeOf(session.key('seen')).toEqualTypeOf<SessionKey<Date | undefined, Date>>()
    expectTypeOf(session.key('theme').peek()).toEqualTypeOf<'light' | 'dark'>()
    expectTypeOf(session.key('theme').getState()).toEqualTypeOf<SessionKeyState>()
    session.key('cart').listen((cart) => expectTypeOf(cart).toEqualTypeOf<Values['cart']>())
    // @ts-expect-error "blue" is no theme
    session.key('theme').set('blue')
  })
})

describe('the client', () => {
  test('has a type that names values and not the schema', () => {
    expectTypeOf(session).toExtend<
      SessionClient<Values, { theme: 'light' | 'dark'; cart: Values['cart']; nick: string | undefined; seen: Date }>
    >()
  })

  test('is created of zod/mini as well', () => {
    const small = createSessionClient({ url: new URL('https://app.example/session'), schema: mini.object({ at: mini.optional(isoDate) }) })
    expectTypeOf(small).toEqualTypeOf<SessionClient<{ at: Date | undefined }, { at: Date | undefined }>>()
  })

  test('takes conflict policies by key', () => {
    const schema = z.object({ theme: z.string(), cart: z.array(z.string()) })
    createSessionClient({ url: '/session', schema, conflict: { theme: 'mine' } })
    // @ts-expect-error there is no key "them"
    createSessionClient({ url: '/session', schema, conflict: { them: 'mine' } })
    // @ts-expect-error there is no policy "ours"
    createSessionClient({ url: '/session', schema, conflict: 'ours' })
  })

  test('is not created of a schema whose keys cannot be stored', () => {
    // @ts-expect-error a Date is not JSON
    createSessionClient({ url: '/session', schema: z.object({ when: z.date() }) })
    // @ts-expect-error names that begin with _ are the server's own
    createSessionClient({ url: '/session', schema: z.object({ _user: z.string() }) })
    // @ts-expect-error a schema is missing
    createSessionClient({ url: '/session' })
  })

  test('brings typed events', () => {
    session.on('conflict', ({ key, mine }) => {
      expectTypeOf(key).toBeString()
      expectTypeOf(mine).toBeUnknown()
    })
    session.on('ended', ({ reason }) => expectTypeOf(reason).toExtend<string>())
    // @ts-expect-error there is no such event
    session.on('synced', () => {})
  })
})

describe('a read-only key', () => {
  const readOnly = ['plan'] as const
  const schema = z.object({ theme: z.string().default('light'), plan: z.string().optional() })
  const client = createSessionClient({ url: '/session', schema, readOnly: ['plan'] })

  test('reads as the others', () => {
    expectTypeOf(client.peek('plan')).toEqualTypeOf<string | undefined>()
    expectTypeOf(client.key('plan').peek()).toEqualTypeOf<string | undefined>()
    expectTypeOf(createSessionClient({ url: '/session', schema, readOnly })).toEqualTypeOf<typeof client>()
  })

  test('cannot be written', () => {
    void client.set('theme', 'dark')
    void client.delete('theme')
    // @ts-expect-error the server alone writes it
    void client.set('plan', 'pro')
    // @ts-expect-error the server alone writes it
    void client.update('plan', (plan) => plan)
    // @ts-expect-error the server alone writes it
    void client.delete('plan')
    // @ts-expect-error the server alone writes it
    void client.pop('plan')
    // @ts-expect-error the server alone writes it
    void client.setDefault('plan', 'free')
    void client.transaction((tx) => {
      tx.set('theme', tx.get('plan') ?? 'none')
      // @ts-expect-error the server alone writes it
      tx.set('plan', 'pro')
      // @ts-expect-error the server alone writes it
      tx.delete('plan')
    })
    const key = client.key('plan')
    // @ts-expect-error the server alone writes it
    void key.set('pro')
    expectTypeOf(key.delete).toBeNever()
  })

  test('has to be a key of the schema', () => {
    // @ts-expect-error there is no key "plna"
    createSessionClient({ url: '/session', schema, readOnly: ['plna'] })
  })
})

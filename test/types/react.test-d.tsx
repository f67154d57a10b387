// Holds the types of the React hooks.
import { createSessionClient, type SessionKeyState, type SessionSnapshot } from 'sojourn'
import {
  createSessionContext,
  type SetSessionKey,
  useSession,
  useSessionKey,
  useSessionKeyState,
  useSuspenseSessionKey,
} from 'sojourn/react'
import { describe, expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import { isoDate } from '../schema/codecs.ts'

const session = createSessionClient({
  url: '/session',
  schema: z.object({ theme: z.enum(['light', 'dark']).default('light'), cart: z.array(z.string()).default([]), seen: isoDate }),
})

interface Values {
  theme: 'light' | 'dark'
  cart: string[]
  seen: Date | undefined
}

const { SessionProvider, ...context } = createSessionContext<typeof session>()

describe('the hooks', () => {
  test('infer the key without type arguments', () => {
    expectTypeOf(useSessionKey(session, 'theme')).toEqualTypeOf<['light' | 'dark', SetSessionKey<'light' | 'dark'>]>()
    expectTypeOf(useSessionKey(session, 'seen')).toEqualTypeOf<[Date | undefined, SetSessionKey<Date | undefined, Date>]>()
    expectTypeOf(useSuspenseSessionKey(session, 'cart')).toEqualTypeOf<[string[], SetSessionKey<string[]>]>()
    expectTypeOf(useSessionKeyState(session, 'cart')).toEqualTypeOf<SessionKeyState>()
    expectTypeOf(useSession(session, ({ values }) => values.cart.length)).toBeNumber()
    expectTypeOf(useSession(session).values).toEqualTypeOf<Readonly<Values>>()
  })

  test('do not compile for a wrong key', () => {
    // @ts-expect-error there is no key "them"
    useSessionKey(session, 'them')
    // @ts-expect-error there is no key "them"
    useSuspenseSessionKey(session, 'them')
    // @ts-expect-error there is no key "them"
    useSessionKeyState(session, 'them')
    // @ts-expect-error there is no key "them"
    useSession(session, ({ values }) => values.them)
  })
})

describe('a setter', () => {
  const [, setCart] = useSessionKey(session, 'cart')
  const [, setSeen] = useSessionKey(session, 'seen')

  test('takes a value or a function of the current one, and returns nothing', () => {
    expectTypeOf(setCart(['tea'])).toBeVoid()
    expectTypeOf(setCart((cart) => [...cart, 'tea'])).toBeVoid()
    setSeen((seen) => {
      expectTypeOf(seen).toEqualTypeOf<Date | undefined>()
      return new Date()
    })
  })

  test('does not compile for what may not be written', () => {
    // @ts-expect-error a number is no list
    setCart(1)
    // @ts-expect-error it gives a number for a list
    setCart((cart) => cart.length)
    // @ts-expect-error an async function is no pure one
    setCart(async (cart) => cart)
    // @ts-expect-error a key that is required is deleted by delete
    setSeen(undefined)
  })
})

describe('a context', () => {
  test('gives hooks of the same types', () => {
    expectTypeOf(context.useSessionKey('theme')).toEqualTypeOf<['light' | 'dark', SetSessionKey<'light' | 'dark'>]>()
    expectTypeOf(context.useSuspenseSessionKey('seen')).toEqualTypeOf<[Date | undefined, SetSessionKey<Date | undefined, Date>]>()
    expectTypeOf(context.useSessionKeyState('cart')).toEqualTypeOf<SessionKeyState>()
    expectTypeOf(context.useSession()).toExtend<SessionSnapshot<Values>>()
    expectTypeOf(context.useSession(({ values }) => values.cart.length)).toBeNumber()
    expectTypeOf(context.useSessionClient()).toEqualTypeOf(session)
    // @ts-expect-error there is no key "them"
    context.useSessionKey('them')
  })

  test('takes a client of its type alone', () => {
    const other = createSessionClient({ url: '/session', schema: z.object({ other: z.string() }) })
    expectTypeOf(<SessionProvider session={session}>text</SessionProvider>).not.toBeAny()
    // @ts-expect-error the keys of the context are missing
    expectTypeOf(<SessionProvider session={other}>text</SessionProvider>).not.toBeAny()
    // @ts-expect-error a session is missing
    expectTypeOf(<SessionProvider>text</SessionProvider>).not.toBeAny()
  })

  test('is made of a client and nothing else', () => {
    expectTypeOf(createSessionContext<string>()).toBeNever()
  })
})

test('the setter of a read-only key is of type never', () => {
  const schema = z.object({ theme: z.string().default('light'), plan: z.string().optional() })
  const client = createSessionClient({ url: '/session', schema, readOnly: ['plan'] })
  expectTypeOf(useSessionKey(client, 'plan')).toEqualTypeOf<[string | undefined, never]>()
  expectTypeOf(useSuspenseSessionKey(client, 'plan')).toEqualTypeOf<[string | undefined, never]>()
  expectTypeOf(useSessionKey(client, 'theme')).toEqualTypeOf<[string, SetSessionKey<string>]>()
  const bound = createSessionContext<typeof client>()
  expectTypeOf(bound.useSessionKey('plan')).toEqualTypeOf<[string | undefined, never]>()
})

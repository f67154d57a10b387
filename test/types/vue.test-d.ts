// Holds the types of the Vue composables.
import { createSessionClient, type SessionKeyState, type SessionSnapshot } from 'sojourn'
import { createSessionInjection, useSession, useSessionKey, useSessionKeyState } from 'sojourn/vue'
import { describe, expectTypeOf, test } from 'vitest'
import { type App, ref, type WritableComputedRef } from 'vue'
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

const injection = createSessionInjection<typeof session>()

describe('the composables', () => {
  test('infer the key without type arguments', () => {
    expectTypeOf(useSessionKey(session, 'theme')).toEqualTypeOf<WritableComputedRef<'light' | 'dark'>>()
    expectTypeOf(useSessionKey(session, 'seen')).toEqualTypeOf<WritableComputedRef<Date | undefined, Date>>()
    expectTypeOf(useSessionKeyState(session, 'cart').value).toEqualTypeOf<SessionKeyState>()
    expectTypeOf(useSession(session, ({ values }) => values.cart.length).value).toBeNumber()
    expectTypeOf(useSession(session).value.values).toEqualTypeOf<Readonly<Values>>()
  })

  test('take a key from a ref or a getter', () => {
    const key = ref<'theme' | 'cart'>('theme')
    expectTypeOf(useSessionKey(session, key).value).toEqualTypeOf<'light' | 'dark' | string[]>()
    expectTypeOf(useSessionKey(session, () => 'theme' as const).value).toEqualTypeOf<'light' | 'dark'>()
    // @ts-expect-error any text may be no key
    useSessionKey(session, ref<string>('theme'))
  })

  test('do not compile for a wrong key', () => {
    // @ts-expect-error there is no key "them"
    useSessionKey(session, 'them')
    // @ts-expect-error there is no key "them"
    useSessionKeyState(session, 'them')
    // @ts-expect-error there is no key "them"
    useSession(session, ({ values }) => values.them)
  })

  test('do not compile for what may not be written', () => {
    const theme = useSessionKey(session, 'theme')
    const seen = useSessionKey(session, 'seen')
    theme.value = 'dark'
    seen.value = new Date()
    // @ts-expect-error "blue" is no theme
    theme.value = 'blue'
    // @ts-expect-error a key that is required is deleted by delete
    seen.value = undefined
  })
})

describe('an injection', () => {
  test('gives composables of the same types', () => {
    expectTypeOf(injection.useSessionKey('theme')).toEqualTypeOf<WritableComputedRef<'light' | 'dark'>>()
    expectTypeOf(injection.useSessionKey(() => 'seen' as const).value).toEqualTypeOf<Date | undefined>()
    expectTypeOf(injection.useSessionKeyState('cart').value).toEqualTypeOf<SessionKeyState>()
    expectTypeOf(injection.useSession().value).toExtend<SessionSnapshot<Values>>()
    expectTypeOf(injection.useSession(({ values }) => values.cart.length).value).toBeNumber()
    expectTypeOf(injection.useSessionClient()).toEqualTypeOf(session)
    // @ts-expect-error there is no key "them"
    injection.useSessionKey('them')
  })

  test('takes a client of its type alone', () => {
    const other = createSessionClient({ url: '/session', schema: z.object({ other: z.string() }) })
    const app = {} as App
    app.use(injection.createSessionPlugin({ session }))
    injection.provideSession(session)
    // @ts-expect-error the keys of the injection are missing
    app.use(injection.createSessionPlugin({ session: other }))
    // @ts-expect-error the keys of the injection are missing
    injection.provideSession(other)
  })

  test('is made of a client and nothing else', () => {
    expectTypeOf(createSessionInjection<string>()).toBeNever()
  })
})

test('the ref of a read-only key takes nothing', () => {
  const schema = z.object({ theme: z.string().default('light'), plan: z.string().optional() })
  const client = createSessionClient({ url: '/session', schema, readOnly: ['plan'] })
  const plan = useSessionKey(client, 'plan')
  expectTypeOf(plan).toEqualTypeOf<WritableComputedRef<string | undefined, never>>()
  // @ts-expect-error the server alone writes it
  plan.value = 'pro'
})

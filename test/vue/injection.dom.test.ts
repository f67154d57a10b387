// Holds that composables use the client of their plugin or provider.
import { createSessionInjection } from 'sojourn/vue'
import { describe, expect, test } from 'vitest'
import { defineComponent, h } from 'vue'
import { mount, type Session, setUp, shown } from './harness.ts'

describe('createSessionInjection', () => {
  test('gives every composable the client of the plugin', async () => {
    const { session } = setUp({ name: 'Ada', cart: ['tea'] })
    await session.ready()
    const { createSessionPlugin, useSession, useSessionClient, useSessionKey, useSessionKeyState } = createSessionInjection<Session>()
    const Page = defineComponent(() => {
      const name = useSessionKey('name')
      const state = useSessionKeyState(() => 'theme')
      const count = useSession(({ values }) => values.cart.length)
      const whole = useSession()
      const isSame = useSessionClient() === session
      return () =>
        h('b', { onClick: () => (name.value += '!') }, [name.value, state.value.stored, count.value, whole.value.status, isSame].join(' '))
    })
    const { container, text } = mount(Page, (app) => app.use(createSessionPlugin({ session })))
    expect(text()).toBe('Ada false 1 ready true')
    container.querySelector('b')?.click()
    await shown(session.settled())
    expect(text()).toBe('Ada! false 1 ready true')
  })

  test('gives the components inside a component another client', async () => {
    const { session } = setUp({ name: 'Ada' })
    const { session: other } = setUp({ name: 'Eve' })
    await Promise.all([session.ready(), other.ready()])
    const { createSessionPlugin, provideSession, useSessionKey } = createSessionInjection<Session>()
    const Name = defineComponent(() => {
      const name = useSessionKey('name')
      return () => h('b', `${name.value} `)
    })
    const Inner = defineComponent(() => {
      provideSession(other)
      return () => h(Name)
    })
    const { text } = mount(
      defineComponent(() => () => [h(Name), h(Inner)]),
      (app) => app.use(createSessionPlugin({ session })),
    )
    expect(text()).toBe('Ada Eve ')
  })

  test('fails if nothing was given, and says what is missing', () => {
    const { useSessionKey } = createSessionInjection<Session>()
    const errors: unknown[] = []
    const Name = defineComponent(() => {
      const name = useSessionKey('name')
      return () => h('b', name.value)
    })
    const handle = (error: unknown): void => void errors.push(error)
    mount(
      defineComponent(() => () => h(Name)),
      ({ config }) => Object.assign(config, { errorHandler: handle, warnHandler: () => {} }),
    )
    expect(errors).toEqual([
      expect.objectContaining({ code: 'usage', message: expect.stringContaining('createSessionPlugin({ session })') }),
    ])
  })
})

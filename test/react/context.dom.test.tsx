// Holds that hooks of a context use its provider's client.
import { act } from 'react'
import { createSessionContext } from 'sojourn/react'
import { describe, expect, test } from 'vitest'
import { mount, type Session, setUp } from './harness.tsx'

describe('createSessionContext', () => {
  test('gives every hook the client of its provider', async () => {
    const { session } = setUp({ name: 'Ada', cart: ['tea'] })
    await session.ready()
    const context = createSessionContext<Session>()
    const { SessionProvider } = context
    let rename = (_name: string): void => {}
    const Page = () => {
      const [name, setName] = context.useSessionKey('name')
      const [theme] = context.useSuspenseSessionKey('theme')
      const { stored } = context.useSessionKeyState('theme')
      const count = context.useSession(({ values }) => values.cart.length)
      const { status } = context.useSession()
      rename = setName
      return <b>{[name, theme, stored, count, status, context.useSessionClient() === session].join(' ')}</b>
    }
    const { text } = await mount(
      <SessionProvider session={session}>
        <Page />
      </SessionProvider>,
    )
    expect(text()).toBe('Ada light false 1 ready true')
    act(() => rename('Eve'))
    expect(text()).toBe('Eve light false 1 ready true')
    await act(() => session.settled())
  })

  test('follows the nearest provider, and another client of it', async () => {
    const { session } = setUp({ name: 'Ada' })
    const { session: other } = setUp({ name: 'Eve' })
    await Promise.all([session.ready(), other.ready()])
    const { SessionProvider, useSessionKey } = createSessionContext<Session>()
    const Name = () => <b>{`${useSessionKey('name')[0]} `}</b>
    const page = (inner: Session) => (
      <SessionProvider session={session}>
        <Name />
        <SessionProvider session={inner}>
          <Name />
        </SessionProvider>
      </SessionProvider>
    )
    const { text, rerender } = await mount(page(other))
    expect(text()).toBe('Ada Eve ')
    await rerender(page(session))
    expect(text()).toBe('Ada Ada ')
    act(() => void other.set('name', 'Ivy'))
    expect(text()).toBe('Ada Ada ')
  })

  test('fails outside of its provider, and says what is missing', async () => {
    const { useSessionKey } = createSessionContext<Session>()
    const Name = () => <b>{useSessionKey('name')[0]}</b>
    await expect(mount(<Name />)).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('SessionProvider') })
  })

  test('makes contexts that know nothing of each other', async () => {
    const { session } = setUp({ name: 'Ada' })
    const { SessionProvider } = createSessionContext<Session>()
    const { useSessionKey } = createSessionContext<Session>()
    const Name = () => <b>{useSessionKey('name')[0]}</b>
    const page = (
      <SessionProvider session={session}>
        <Name />
      </SessionProvider>
    )
    await expect(mount(page)).rejects.toMatchObject({ code: 'usage' })
  })
})

// Holds that `useSuspenseSessionKey` suspends until the session is loaded, on React 18 and 19.
import { act, Component, type ReactNode, Suspense } from 'react'
import { createSessionClient } from 'sojourn'
import { useSuspenseSessionKey } from 'sojourn/react'
import { describe, expect, test } from 'vitest'
import { createTab, mount, type Session, schema, setUp } from './harness.tsx'

/** Says what was shown, in order: a flash of the fallback is one of them. */
function createStage(session: Session) {
  const shown: string[] = []
  const Show = ({ text }: { readonly text: string }) => {
    shown.push(text)
    return <>{text}</>
  }
  const Name = () => {
    const [name, setName] = useSuspenseSessionKey(session, 'name')
    return (
      <button type="button" onClick={() => setName((name) => `${name}!`)}>
        <Show text={name} />
      </button>
    )
  }
  const stage = (
    <Suspense fallback={<Show text="waits" />}>
      <Name />
    </Suspense>
  )
  return { stage, shown }
}

describe('useSuspenseSessionKey', () => {
  test('shows the fallback until the session is loaded, then the value', async () => {
    const { mock, session } = setUp({ name: 'Ada' })
    const held = mock.next('hold')
    const { stage, shown } = createStage(session)
    const { text } = await mount(stage)
    expect(text()).toBe('waits')
    await act(() => held.release())
    await act(() => session.ready())
    expect(text()).toBe('Ada')
    expect(new Set(shown)).toEqual(new Set(['waits', 'Ada']))
  })

  test('does not flash the fallback if the session is loaded', async () => {
    const { session } = setUp({ name: 'Ada' })
    await session.get('name')
    const { stage, shown } = createStage(session)
    const { text } = await mount(stage)
    expect([text(), ...shown]).toEqual(['Ada', 'Ada'])
  })

  test('does not flash the fallback if the session was hydrated', async () => {
    const { mock, session } = setUp({ name: 'Ada' })
    await session.ready()
    const { stage, shown } = createStage(createTab(mock, session.dehydrate()))
    await mount(stage)
    expect(shown).not.toContain('waits')
  })

  test('does not show the fallback again for a write', async () => {
    const { session } = setUp({ name: 'Ada' })
    await session.ready()
    const { stage, shown } = createStage(session)
    const { container, text } = await mount(stage)
    act(() => container.querySelector('button')?.click())
    await act(() => session.settled())
    expect(text()).toBe('Ada!')
    expect(shown).not.toContain('waits')
  })

  test('goes on with the default if the server wants a log-in', async () => {
    const { mock, session } = setUp({ name: 'Ada' })
    mock.next({ fault: 'unauthenticated', times: 9 })
    const { text } = await mount(createStage(session).stage)
    await act(() => session.ready())
    expect([text(), session.getSnapshot().status]).toEqual(['', 'needs-auth'])
  })

  test('goes on with the default, instead of waiting forever, if the session was disposed while it loaded', async () => {
    const { mock, session } = setUp({ name: 'Ada' })
    const held = mock.next('hold')
    const { text } = await mount(createStage(session).stage)
    await held.reached()
    expect(text()).toBe('waits')
    await act(async () => session.dispose())
    expect(text()).toBe('')
  })

  test('throws the failure of the first load to the boundary, once readyTimeoutMs is over', async () => {
    const session = createSessionClient({
      url: 'http://localhost/session',
      schema,
      fetch: () => Promise.reject(new TypeError('Failed to fetch')),
      channel: false,
      readyTimeoutMs: 20,
    })
    class Boundary extends Component<{ readonly children: ReactNode }> {
      override state = { code: '' }
      static getDerivedStateFromError = (error: { code: string }) => ({ code: error.code })
      override render() {
        return this.state.code === '' ? this.props.children : this.state.code
      }
    }
    const { stage, shown } = createStage(session)
    const { text } = await mount(<Boundary>{stage}</Boundary>, { onCaughtError: () => {} })
    await act(() => session.ready())
    expect([text(), shown.at(0)]).toEqual(['network', 'waits'])
    session.dispose()
  })

  test('leaves errors of a component to its boundary', async () => {
    class Boundary extends Component<{ readonly children: ReactNode }> {
      override state = { failed: false }
      static getDerivedStateFromError = () => ({ failed: true })
      override render() {
        return this.state.failed ? 'failed' : this.props.children
      }
    }
    const { session } = setUp()
    const Wrong = () => <>{useSuspenseSessionKey(session, 'nope' as 'name')}</>
    await session.ready()
    const { text } = await mount(<Boundary>{<Wrong />}</Boundary>, { onCaughtError: () => {} })
    expect(text()).toBe('failed')
  })
})

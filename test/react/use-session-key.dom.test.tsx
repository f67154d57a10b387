// Holds `useSessionKey` and its setter.
import { act, createElement, Fragment, StrictMode } from 'react'
import { type SessionKey, SessionSchemaError } from 'sojourn'
import { type SetSessionKey, useSessionKey, useSessionKeyState } from 'sojourn/react'
import { describe, expect, test, vi } from 'vitest'
import { countRequests, mount, type Session, setUp } from './harness.tsx'

type SetTheme = SetSessionKey<'light' | 'dark'>

/** Renders one key and hands out its setters, one for each render. */
function createTheme(session: Session) {
  const setters: SetTheme[] = []
  const Theme = () => {
    const [theme, setTheme] = useSessionKey(session, 'theme')
    setters.push(setTheme)
    return <b>{theme}</b>
  }
  return { Theme, setters, setTheme: (value: Parameters<SetTheme>[0]) => act(() => setters.at(-1)?.(value)) }
}

/** Counts the listeners that are left on a key. */
function countListeners<T>(key: SessionKey<T>): () => number {
  const open = new Set<() => void>()
  const listen = key.listen
  vi.spyOn(key, 'listen').mockImplementation((run) => {
    const stop = listen(run)
    open.add(stop)
    return () => {
      open.delete(stop)
      stop()
    }
  })
  return () => open.size
}

describe('useSessionKey', () => {
  test('shows the default until the session is loaded', async () => {
    const { mock, session } = setUp({ theme: 'dark' })
    const held = mock.next('hold')
    const { Theme } = createTheme(session)
    const { text } = await mount(<Theme />)
    expect(text()).toBe('light')
    await act(() => held.release())
    expect(text()).toBe('dark')
  })

  test('shows what is set at once, and the server has it after', async () => {
    const { mock, session } = setUp()
    const { Theme, setTheme } = createTheme(session)
    const { text } = await mount(<Theme />)
    setTheme('dark')
    expect(text()).toBe('dark')
    await act(() => session.settled())
    expect([text(), await mock.data()]).toEqual(['dark', { theme: 'dark' }])
  })

  test('takes a function of the current value', async () => {
    const { mock, session } = setUp({ theme: 'dark' })
    const { Theme, setTheme } = createTheme(session)
    const { text } = await mount(<Theme />)
    await act(() => session.ready())
    setTheme((theme) => (theme === 'dark' ? 'light' : 'dark'))
    expect(text()).toBe('light')
    await act(() => session.settled())
    expect(await mock.data()).toEqual({ theme: 'light' })
  })

  test('keeps the identity of its setter', async () => {
    const { session } = setUp({ theme: 'dark' })
    const { Theme, setters, setTheme } = createTheme(session)
    await mount(<Theme />)
    await act(() => session.ready())
    setTheme('light')
    expect(setters.length).toBeGreaterThan(2)
    expect(new Set(setters).size).toBe(1)
  })

  test('has a setter that returns nothing', async () => {
    const { session } = setUp()
    const { Theme, setters } = createTheme(session)
    await mount(<Theme />)
    const results: unknown[] = []
    act(
      () =>
        void results.push(
          setters[0]?.('dark'),
          setters[0]?.((theme) => theme),
        ),
    )
    expect(results).toEqual([undefined, undefined])
  })

  test('throws a wrong value at the call, and shows nothing of it', async () => {
    const { mock, session } = setUp()
    const { Theme, setters } = createTheme(session)
    const { text } = await mount(<Theme />)
    expect(() => setters[0]?.('blue' as 'dark')).toThrow(SessionSchemaError)
    expect([text(), countRequests(mock, 'PATCH')]).toEqual(['light', 0])
  })

  test('follows a key that changes from render to render', async () => {
    const { session } = setUp({ name: 'Ada', nick: 'ad' })
    const Field = ({ name }: { readonly name: 'name' | 'nick' }) => <b>{useSessionKey(session, name)[0]}</b>
    const { text, rerender } = await mount(<Field name="name" />)
    await act(() => session.ready())
    expect(text()).toBe('Ada')
    await rerender(<Field name="nick" />)
    expect(text()).toBe('ad')
    act(() => void session.set('nick', 'al'))
    expect(text()).toBe('al')
  })

  test('does not render when another key changes', async () => {
    const { session } = setUp({ theme: 'dark' })
    const { Theme, setters } = createTheme(session)
    await mount(<Theme />)
    await act(() => session.ready())
    const renders = setters.length
    act(() => void session.set('name', 'Ada'))
    await act(() => session.settled())
    expect(setters.length).toBe(renders)
  })

  test('renders once for a set, and not again when it is acknowledged', async () => {
    const { session } = setUp({ theme: 'dark' })
    const { Theme, setters, setTheme } = createTheme(session)
    await mount(<Theme />)
    await act(() => session.ready())
    const renders = setters.length
    setTheme('light')
    await act(() => session.settled())
    expect(setters.length).toBe(renders + 1)
  })

  test.for([false, true])('leaves no listener behind (StrictMode: %s)', async (isStrict) => {
    const { session } = setUp()
    const listeners = countListeners(session.key('theme'))
    const { Theme } = createTheme(session)
    const { unmount } = await mount(createElement(isStrict ? StrictMode : Fragment, null, <Theme />))
    expect(listeners()).toBe(1)
    await unmount()
    expect(listeners()).toBe(0)
  })
})

describe('useSessionKeyState', () => {
  test('tells of a pending write and of its rejection', async () => {
    const { session } = setUp()
    const State = () => {
      const { status, stored, pending, error } = useSessionKeyState(session, 'name')
      return <b>{`${status} ${stored} ${pending} ${error?.code}`}</b>
    }
    const { text } = await mount(<State />)
    await act(() => session.ready())
    expect(text()).toBe('ready false 0 undefined')
    act(() => void session.set('name', 'nobody'))
    expect(text()).toBe('ready true 1 undefined')
    await act(() => session.settled())
    expect(text()).toBe('ready false 0 rejected')
  })

  test('does not render for a write of another key', async () => {
    const { session } = setUp()
    let renders = 0
    const State = () => {
      renders += 1
      return <b>{useSessionKeyState(session, 'theme').pending}</b>
    }
    await mount(<State />)
    await act(() => session.ready())
    const before = renders
    act(() => void session.set('name', 'Ada'))
    await act(() => session.settled())
    expect(renders).toBe(before)
  })
})

// Holds `useSessionKey` as a ref.
import { type SessionKey, SessionSchemaError } from 'sojourn'
import { useSessionKey, useSessionKeyState } from 'sojourn/vue'
import { describe, expect, test, vi } from 'vitest'
import { defineComponent, effectScope, h, KeepAlive, ref, watch } from 'vue'
import { mount, type Session, setUp, shown } from './harness.ts'

/** Renders one key and hands out its ref. */
function createTheme(session: Session) {
  const refs: ReturnType<typeof useTheme>[] = []
  let renders = 0
  const useTheme = () => useSessionKey(session, 'theme')
  const Theme = defineComponent(() => {
    const theme = useTheme()
    refs.push(theme)
    return () => {
      renders += 1
      return h('b', theme.value)
    }
  })
  return { Theme, refs, renders: () => renders }
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
    const { session } = setUp({ theme: 'dark' })
    const { text } = mount(createTheme(session).Theme)
    expect(text()).toBe('light')
    await shown(session.ready())
    expect(text()).toBe('dark')
  })

  test('shows the value at once if the session is loaded', async () => {
    const { session } = setUp({ theme: 'dark' })
    await session.ready()
    const { Theme, renders } = createTheme(session)
    const { text } = mount(Theme)
    expect([text(), renders()]).toEqual(['dark', 1])
  })

  test('is there at once when it is written, and the server has it after', async () => {
    const { mock, session } = setUp()
    const { Theme, refs } = createTheme(session)
    const { text } = mount(Theme)
    const [theme] = refs as [(typeof refs)[0]]
    theme.value = 'dark'
    expect(theme.value).toBe('dark')
    await shown()
    expect(text()).toBe('dark')
    await session.settled()
    expect([theme.value, await mock.data()]).toEqual(['dark', { theme: 'dark' }])
  })

  test('is there at once when it is written in setup', async () => {
    const { session } = setUp()
    const seen: string[] = []
    const Writer = defineComponent(() => {
      const theme = useSessionKey(session, 'theme')
      theme.value = 'dark'
      seen.push(theme.value)
      return () => h('b', theme.value)
    })
    const { text } = mount(Writer)
    expect([text(), ...seen]).toEqual(['dark', 'dark'])
  })

  test('throws a wrong value at the assignment, and shows nothing of it', () => {
    const { mock, session } = setUp()
    const { Theme, refs } = createTheme(session)
    mount(Theme)
    const [theme] = refs as [(typeof refs)[0]]
    expect(() => {
      theme.value = 'blue' as 'dark'
    }).toThrow(SessionSchemaError)
    expect([theme.value, mock.requests.filter(({ method }) => method === 'PATCH')]).toEqual(['light', []])
  })

  test('shows what is stored again if the server refuses the write, without an unhandled rejection', async () => {
    const { session } = setUp({ name: 'Ada' })
    await session.ready()
    const name = effectScope().run(() => useSessionKey(session, 'name'))
    if (!name) throw new Error('The scope is not active.')
    name.value = 'nobody'
    await session.settled()
    expect([name.value, session.key('name').getState().error?.code]).toEqual(['Ada', 'rejected'])
  })

  test('follows a key that comes from a ref or a getter', async () => {
    const { session } = setUp({ name: 'Ada', nick: 'ad' })
    await session.ready()
    const [name, nick] = [countListeners(session.key('name')), countListeners(session.key('nick'))]
    const key = ref<'name' | 'nick'>('name')
    const Field = defineComponent(() => {
      const [byRef, byGetter] = [useSessionKey(session, key), useSessionKey(session, () => key.value)]
      return () => h('b', `${byRef.value} ${byGetter.value}`)
    })
    const { text } = mount(Field)
    expect([text(), name(), nick()]).toEqual(['Ada Ada', 2, 0])
    key.value = 'nick'
    await shown()
    expect([text(), name(), nick()]).toEqual(['ad ad', 0, 2])
    void session.set('nick', 'al')
    await shown()
    expect(text()).toBe('al al')
  })

  test('does not render when another key changes', async () => {
    const { session } = setUp({ theme: 'dark' })
    const { Theme, renders } = createTheme(session)
    mount(Theme)
    await shown(session.ready())
    const before = renders()
    void session.set('name', 'Ada')
    await shown(session.settled())
    expect(renders()).toBe(before)
  })

  test('is frozen and no deep proxy: changing it in place throws', async () => {
    const { session } = setUp({ cart: ['tea'] })
    await session.ready()
    const cart = effectScope().run(() => useSessionKey(session, 'cart'))
    expect(cart?.value).toBe(session.peek('cart'))
    expect(() => cart?.value.push('milk')).toThrow(TypeError)
  })

  test('wakes a watcher synchronously, once for each change', async () => {
    const { session } = setUp({ theme: 'dark' })
    await session.ready()
    const seen: string[] = []
    const scope = effectScope()
    scope.run(() => watch(useSessionKey(session, 'theme'), (theme) => void seen.push(theme), { flush: 'sync' }))
    void session.set('theme', 'light')
    expect(seen).toEqual(['light'])
    await session.settled()
    expect(seen).toEqual(['light'])
    scope.stop()
  })
})

describe('the listener', () => {
  test('ends with the component', () => {
    const { session } = setUp()
    const listeners = countListeners(session.key('theme'))
    const { unmount } = mount(createTheme(session).Theme)
    expect(listeners()).toBe(1)
    unmount()
    expect(listeners()).toBe(0)
  })

  test('ends with a scope of its own', () => {
    const { session } = setUp()
    const listeners = countListeners(session.key('theme'))
    const scope = effectScope()
    scope.run(() => useSessionKey(session, 'theme'))
    expect(listeners()).toBe(1)
    scope.stop()
    expect(listeners()).toBe(0)
  })

  test('ends with a component that is kept alive and put away for good', async () => {
    const { session } = setUp()
    const listeners = countListeners(session.key('theme'))
    const { Theme } = createTheme(session)
    const isShown = ref(true)
    const { unmount } = mount(defineComponent(() => () => h(KeepAlive, null, { default: () => (isShown.value ? h(Theme) : undefined) })))
    isShown.value = false
    await shown()
    unmount()
    expect(listeners()).toBe(0)
  })

  test('of 1,000 components is one request', async () => {
    const { mock, session } = setUp({ theme: 'dark' })
    const { Theme } = createTheme(session)
    const { text } = mount(defineComponent(() => () => Array.from({ length: 1000 }, () => h(Theme))))
    await shown(session.ready())
    expect(text() === 'dark'.repeat(1000)).toBe(true)
    expect(mock.requests.map(({ method }) => method)).toEqual(['GET'])
  })
})

describe('useSessionKeyState', () => {
  test('tells of a pending write and of its rejection', async () => {
    const { session } = setUp()
    const State = defineComponent(() => {
      const state = useSessionKeyState(session, 'name')
      return () => h('b', `${state.value.status} ${state.value.stored} ${state.value.pending} ${state.value.error?.code}`)
    })
    const { text } = mount(State)
    expect(text()).toBe('loading false 0 undefined')
    await shown(session.ready())
    expect(text()).toBe('ready false 0 undefined')
    void session.set('name', 'nobody')
    await shown()
    expect(text()).toBe('ready true 1 undefined')
    await shown(session.settled())
    expect(text()).toBe('ready false 0 rejected')
  })

  test('follows a key that comes from a ref', async () => {
    const { session } = setUp({ name: 'Ada' })
    await session.ready()
    const key = ref<'name' | 'nick'>('name')
    const state = effectScope().run(() => useSessionKeyState(session, key))
    expect(state?.value.stored).toBe(true)
    key.value = 'nick'
    expect(state?.value.stored).toBe(false)
  })
})

// Holds that rendering on a server sends and subscribes to nothing.
import { createSessionInjection, useSession, useSessionKey, useSessionKeyState } from 'sojourn/vue'
import { describe, expect, test, vi } from 'vitest'
import { createSSRApp, defineComponent, effectScope, h } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { createTab, type Session, setUp } from './harness.ts'

const createPage = (session: Session) =>
  defineComponent(() => {
    const name = useSessionKey(session, 'name')
    const state = useSessionKeyState(session, 'name')
    const count = useSession(session, ({ values }) => values.cart.length)
    return () => h('b', `${name.value} ${state.value.stored} ${count.value}`)
  })

describe('on a server', () => {
  test('nothing is asked for and nothing is listened to', async () => {
    const { mock, session } = setUp({ name: 'Ada' })
    expect(await renderToString(h(createPage(session)))).toBe('<b> false 0</b>')
    const listen = vi.spyOn(session.key('name'), 'listen')
    effectScope().run(() => useSessionKey(session, 'name'))
    expect(listen).not.toHaveBeenCalled()
    expect(mock.requests).toEqual([])
  })

  test('a page shows what the client was given, or what it loaded by itself', async () => {
    const { mock, session } = setUp({ name: 'Ada', cart: ['tea'] })
    await session.ready()
    expect(await renderToString(h(createPage(session)))).toBe('<b>Ada true 1</b>')
    expect(await renderToString(h(createPage(createTab(mock, session.dehydrate()))))).toBe('<b>Ada true 1</b>')
  })

  test('two requests at once each show their own visitor', async () => {
    const { createSessionPlugin, useSessionKey } = createSessionInjection<Session>()
    const Name = defineComponent(async () => {
      const name = useSessionKey('name')
      await Promise.resolve()
      return () => h('b', name.value)
    })
    const render = async (name: string) => {
      const { session } = setUp({ name })
      await session.ready()
      return renderToString(createSSRApp(Name).use(createSessionPlugin({ session })))
    }
    expect(await Promise.all([render('Ada'), render('Eve')])).toEqual(['<b>Ada</b>', '<b>Eve</b>'])
  })
})

// Holds that Vue hydrates a server's page without a warning.
import { useSession, useSessionKey, useSessionKeyState } from 'sojourn/vue'
import { describe, expect, test } from 'vitest'
import { defineAsyncComponent, defineComponent, h, nextTick, onMounted, ref } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { createTab, hydrate, type Session, setUp, shown } from './harness.ts'

const createName = (session: Session, seen: string[] = []) =>
  defineComponent(() => {
    const name = useSessionKey(session, 'name')
    seen.push(name.value)
    return () => h('b', name.value)
  })

const createPage = (session: Session) => {
  const Name = createName(session)
  return defineComponent(() => {
    const state = useSessionKeyState(session, 'name')
    const count = useSession(session, ({ values }) => values.cart.length)
    return () => h('main', [h(Name), h('i', `${state.value.stored}`), h('u', count.value)])
  })
}

/** A page that a server rendered, and the client of the browser that it came to. */
async function render(createRoot: (session: Session) => ReturnType<typeof createPage> = createPage) {
  const { mock, session: served } = setUp({ name: 'Ada', cart: ['tea'] })
  await served.ready()
  const state = JSON.parse(JSON.stringify(served.dehydrate()))
  const html = await renderToString(h(createRoot(createTab(mock, state))))
  return { mock, session: createTab(mock, state), html }
}

describe('a page that a server rendered', () => {
  test('is taken over as it is', async () => {
    const { session, html } = await render()
    expect(html).toBe('<main><b>Ada</b><i>true</i><u>1</u></main>')
    const { text, warnings } = hydrate(html, createPage(session))
    await shown()
    expect([text(), warnings]).toEqual(['Adatrue1', []])
  })

  test('is taken over without a warning and moves on where the client moved on before', async () => {
    const { session, html } = await render()
    void session.set('name', 'Eve')
    void session.delete('cart')
    const { text, warnings } = hydrate(html, createPage(session))
    await shown()
    expect([text(), warnings]).toEqual(['Evetrue0', []])
  })

  test('is taken over without a warning by a component that comes late, after the client moved on', async () => {
    let open = (_component: ReturnType<typeof createName>): void => {}
    const code = new Promise<ReturnType<typeof createName>>((resolve) => {
      open = resolve
    })
    const createLate = (session: Session, Name: ReturnType<typeof createName>) =>
      defineComponent(() => () => h('main', [h(createName(session)), h(Name)]))
    const { session, html } = await render((session) => createLate(session, createName(session)))
    const { text, warnings } = hydrate(html, createLate(session, defineAsyncComponent(() => code) as ReturnType<typeof createName>))
    await session.set('name', 'Eve')
    await shown()
    expect(text()).toBe('EveAda')
    open(createName(session))
    for (let tick = 0; tick < 5; tick += 1) await nextTick()
    expect([text(), warnings]).toEqual(['EveEve', []])
  })

  test('is taken over without a warning if it writes when it is mounted', async () => {
    const { session, html } = await render()
    const Page = createPage(session)
    const Writer = defineComponent(() => {
      onMounted(() => void session.set('name', 'Eve'))
      return () => h(Page)
    })
    const { text, warnings } = hydrate(html, Writer)
    await shown()
    expect([text(), warnings]).toEqual(['Evetrue1', []])
  })

  test('is looked at once after it is taken over', async () => {
    const { mock, session, html } = await render()
    await mock.write({ name: 'Eve' })
    const before = mock.requests.length
    const { text } = hydrate(html, createPage(session))
    await shown(session.revalidate())
    expect([text(), mock.requests.length - before]).toEqual(['Evetrue1', 1])
  })

  test('leaves a component that is mounted later to what the client shows now', async () => {
    const seen: string[] = []
    const isOpen = ref(false)
    const createDoor = (session: Session) => {
      const Name = createName(session, seen)
      return defineComponent(() => () => h('main', isOpen.value ? h(Name) : undefined))
    }
    const { session, html } = await render(createDoor)
    const { text } = hydrate(html, createDoor(session))
    await session.set('name', 'Eve')
    isOpen.value = true
    await shown()
    expect([text(), ...seen]).toEqual(['Eve', 'Eve'])
  })
})

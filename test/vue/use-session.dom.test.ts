// Holds `useSession` and its selector.
import { useSession } from 'sojourn/vue'
import { describe, expect, test } from 'vitest'
import { defineComponent, effectScope, h, ref } from 'vue'
import { mount, setUp, shown } from './harness.ts'

describe('useSession', () => {
  test('without a selector shows the whole session', async () => {
    const { session } = setUp({ theme: 'dark' })
    const Page = defineComponent(() => {
      const whole = useSession(session)
      return () => h('b', `${whole.value.values.theme} ${whole.value.status} ${whole.value.pending}`)
    })
    const { text } = mount(Page)
    expect(text()).toBe('light loading 0')
    await shown(session.ready())
    expect(text()).toBe('dark ready 0')
    void session.set('theme', 'light')
    await shown()
    expect(text()).toBe('light ready 1')
    await shown(session.settled())
    expect(text()).toBe('light ready 0')
  })

  test('changes only where the result of the selector is another one by value', async () => {
    const { session } = setUp({ cart: ['tea'] })
    await session.ready()
    let renders = 0
    const Page = defineComponent(() => {
      const count = useSession(session, ({ values }) => ({ count: values.cart.length, none: Number.NaN }))
      return () => {
        renders += 1
        return h('b', count.value.count)
      }
    })
    const { text } = mount(Page)
    const before = renders
    void session.set('cart', ['milk'])
    await shown(session.settled())
    expect([text(), renders]).toEqual(['1', before])
    void session.set('cart', ['milk', 'tea'])
    await shown()
    expect([text(), renders]).toEqual(['2', before + 1])
  })

  test('may select by a ref', async () => {
    const { session } = setUp({ cart: ['tea', 'milk'] })
    await session.ready()
    const at = ref(0)
    const scope = effectScope()
    const item = scope.run(() => useSession(session, ({ values }) => values.cart[at.value]))
    expect(item?.value).toBe('tea')
    at.value = 1
    expect(item?.value).toBe('milk')
    scope.stop()
  })
})

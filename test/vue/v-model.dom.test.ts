// Holds that `v-model` works on a key.
import { useSessionKey } from 'sojourn/vue'
import { describe, expect, test } from 'vitest'
import { defineComponent, h, vModelSelect, vModelText, withDirectives } from 'vue'
import { mount, type Session, setUp, shown } from './harness.ts'

/** What the compiler makes of `<input v-model="name"><select v-model="theme">`. */
const createForm = (session: Session) =>
  defineComponent(() => {
    const name = useSessionKey(session, 'name')
    const theme = useSessionKey(session, 'theme')
    const options = ['light', 'dark'].map((value) => h('option', { value }, value))
    return () => [
      withDirectives(h('input', { 'onUpdate:modelValue': (value: string) => (name.value = value) }), [[vModelText, name.value]]),
      withDirectives(h('select', { 'onUpdate:modelValue': (value: 'light' | 'dark') => (theme.value = value) }, options), [
        [vModelSelect, theme.value],
      ]),
      h('b', `${name.value} ${theme.value}`),
    ]
  })

describe('v-model', () => {
  test('writes what is typed and chosen, keystroke by keystroke', async () => {
    const { mock, session } = setUp({ name: 'ab' })
    await session.ready()
    const { container, text } = mount(createForm(session))
    const input = container.querySelector('input') as HTMLInputElement
    const select = container.querySelector('select') as HTMLSelectElement
    for (const typed of ['aXb', 'aXYb']) {
      input.value = typed
      input.dispatchEvent(new Event('input'))
      await shown()
      expect(input.value).toBe(typed)
    }
    select.value = 'dark'
    select.dispatchEvent(new Event('change'))
    await shown(session.settled())
    expect([text().slice(-9), await mock.data()]).toEqual(['aXYb dark', { name: 'aXYb', theme: 'dark' }])
  })

  test('shows what another tab wrote', async () => {
    const { mock, session } = setUp({ name: 'ab' })
    await session.ready()
    const { container } = mount(createForm(session))
    await mock.write({ name: 'from afar' })
    await shown(session.revalidate())
    expect(container.querySelector('input')?.value).toBe('from afar')
  })
})

// Holds how often components render.
import { createSessionClient, type SessionClient } from 'sojourn'
import { createMockSessionServer } from 'sojourn/msw'
import { useSessionKey } from 'sojourn/vue'
import { describe, expect, onTestFinished, test } from 'vitest'
import { defineComponent, h } from 'vue'
import * as z from 'zod'
import { mount, shown } from './harness.ts'

type Values = Record<string, number[]>

const keys = Array.from({ length: 1000 }, (_, at) => `key-${at}`)
const schema = z.object(Object.fromEntries(keys.map((key) => [key, z.array(z.number()).default([])])))

/** A component for each of 1,000 keys, all loaded, and how often each rendered since. */
async function setUp() {
  const mock = createMockSessionServer({ schema, initial: Object.fromEntries(keys.map((key) => [key, [0]])) })
  const session: SessionClient<Values, Values> = createSessionClient({ url: mock.url, fetch: mock.fetch, schema, channel: false })
  onTestFinished(() => session.dispose())
  const renders = new Map<string, number>()
  const Key = defineComponent(
    ({ name }: { readonly name: string }) => {
      const value = useSessionKey(session, name)
      return () => {
        renders.set(name, (renders.get(name) ?? 0) + 1)
        return h('b', value.value.join())
      }
    },
    { props: ['name'] },
  )
  const onClick = (): void => {
    for (let value = 1; value <= 100; value++) session.set('key-0', [value])
  }
  const { container } = mount(defineComponent(() => () => [h('button', { onClick }), ...keys.map((name) => h(Key, { name }))]))
  await shown(session.ready())
  renders.clear()
  return {
    mock,
    session,
    renders,
    button: container.querySelector('button') as HTMLButtonElement,
    texts: container.getElementsByTagName('b'),
  }
}

describe('of 1,000 components with a key each', () => {
  test('one renders for a set of its key, once', async () => {
    const { session, renders, texts } = await setUp()
    void session.set('key-7', [1])
    await shown()
    await shown(session.settled())
    expect([...renders]).toEqual([['key-7', 1]])
    expect(texts[7]?.textContent).toBe('1')
  })

  test('one renders where somebody else changed its key', async () => {
    const { mock, session, renders } = await setUp()
    await mock.write({ 'key-7': [1] })
    await shown(session.revalidate())
    expect([...renders]).toEqual([['key-7', 1]])
  })

  test('none renders for a refresh that brings equal data', async () => {
    const { mock, session, renders } = await setUp()
    const before = session.dehydrate()?.state.version
    await mock.write({ 'key-7': [1] })
    await mock.write({ 'key-7': [0] })
    await shown(session.revalidate())
    expect(session.dehydrate()?.state.version).not.toBe(before)
    expect([...renders]).toEqual([])
  })

  test('one renders once for 100 sets in one event', async () => {
    const { session, renders, button, texts } = await setUp()
    button.click()
    await shown()
    await shown(session.settled())
    expect([...renders]).toEqual([['key-0', 1]])
    expect(texts[0]?.textContent).toBe('100')
  })
})

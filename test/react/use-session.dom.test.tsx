// Holds `useSession` and its selector.
import { act, useState } from 'react'
import { useSession } from 'sojourn/react'
import { describe, expect, test } from 'vitest'
import { mount, setUp } from './harness.tsx'

describe('useSession', () => {
  test('without a selector shows the whole session', async () => {
    const { mock, session } = setUp({ theme: 'dark' })
    const held = mock.next('hold')
    const Page = () => {
      const { values, status, pending } = useSession(session)
      return <b>{`${values.theme} ${status} ${pending}`}</b>
    }
    const { text } = await mount(<Page />)
    expect(text()).toBe('light loading 0')
    await act(() => held.release())
    expect(text()).toBe('dark ready 0')
    act(() => void session.set('theme', 'light'))
    expect(text()).toBe('light ready 1')
    await act(() => session.settled())
    expect(text()).toBe('light ready 0')
  })

  test('may select a fresh object at each call without rendering forever', async () => {
    const { session } = setUp({ cart: ['tea'] })
    await session.ready()
    const results: unknown[] = []
    const Page = () => {
      const cart = useSession(session, ({ values }) => ({ items: values.cart.map((name) => ({ name })) }))
      results.push(cart)
      return <b>{cart.items.length}</b>
    }
    const { rerender } = await mount(<Page />)
    await rerender(<Page />)
    expect(results).toHaveLength(2)
    expect(results[0]).toBe(results[1])
  })

  class Total {
    readonly #count: number
    constructor(count: number) {
      this.#count = count
    }
    get size(): number {
      return this.#count
    }
  }
  test.each<[string, (cart: readonly string[]) => { readonly size: number }]>([
    ['Set', (cart) => new Set(cart)],
    ['Map', (cart) => new Map(cart.map((name) => [name, 1]))],
    ['class instance', (cart) => new Total(cart.length)],
    ['Date', (cart) => Object.assign(new Date(0), { size: cart.length })],
  ])('may select a new %s at each call without rendering forever', async (_, select) => {
    const { session } = setUp({ cart: ['tea', 'milk'] })
    await session.ready()
    let renders = 0
    const Page = () => {
      renders++
      return <b>{useSession(session, ({ values }) => select(values.cart)).size}</b>
    }
    const { text, rerender } = await mount(<Page />)
    await rerender(<Page />)
    act(() => void session.update('cart', (cart) => [...cart, 'honey']))
    await act(() => session.settled())
    expect([text(), renders < 12]).toEqual(['3', true])
  })

  test('renders only if the result is another one by value', async () => {
    const { session } = setUp({ cart: ['tea'] })
    await session.ready()
    let renders = 0
    const Page = () => {
      renders += 1
      return <b>{useSession(session, ({ values }) => [values.cart.length, Number.NaN])[0]}</b>
    }
    const { text } = await mount(<Page />)
    const before = renders
    act(() => void session.set('cart', ['milk']))
    await act(() => session.settled())
    expect([text(), renders]).toEqual(['1', before])
    act(() => void session.set('cart', ['milk', 'tea']))
    expect([text(), renders]).toEqual(['2', before + 1])
  })

  test('selects by the selector of the last render', async () => {
    const { session } = setUp({ cart: ['tea', 'milk'] })
    await session.ready()
    const Page = () => {
      const [at, setAt] = useState(0)
      const item = useSession(session, ({ values }) => values.cart[at])
      return (
        <button type="button" onClick={() => setAt(1)}>
          {item}
        </button>
      )
    }
    const { container, text } = await mount(<Page />)
    expect(text()).toBe('tea')
    act(() => container.querySelector('button')?.click())
    expect(text()).toBe('milk')
    act(() => void session.update('cart', ([first, ...rest]) => [first as string, ...rest.map((item) => `${item}!`)]))
    expect(text()).toBe('milk!')
  })
})

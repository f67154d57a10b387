// Holds that a controlled input keeps every keystroke and the caret.
import { act, startTransition, useTransition } from 'react'
import { useSessionKey } from 'sojourn/react'
import { describe, expect, test } from 'vitest'
import { mount, type Session, setUp } from './harness.tsx'

/** Types into an input as a browser does: the element changes first, then React is told. */
function type(input: HTMLInputElement, text: string): void {
  const setter = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set
  setter?.call(input, text)
  input.dispatchEvent(new Event('input', { bubbles: true }))
}

const Field = ({ session }: { readonly session: Session }) => {
  const [name, setName] = useSessionKey(session, 'name')
  return <input value={name} onChange={(event) => setName(event.target.value)} />
}

describe('a controlled input', () => {
  test('keeps every keystroke, in the middle of the text too', async () => {
    const { mock, session } = setUp({ name: 'ab' })
    await session.ready()
    const { container } = await mount(<Field session={session} />)
    const input = container.querySelector('input') as HTMLInputElement
    // Without act, which would hide it: React sets the element back at the end of the event unless the value is there by then.
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false })
    for (const text of ['aXb', 'aXYb', 'aXYZb']) {
      type(input, text)
      expect(input.value).toBe(text)
    }
    await session.settled()
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
    expect([input.value, await mock.data()]).toEqual(['aXYZb', { name: 'aXYZb' }])
  })

  test('keeps what was typed while a commit is in flight', async () => {
    const { mock, session } = setUp({ name: '' })
    await session.ready()
    const { container } = await mount(<Field session={session} />)
    const input = container.querySelector('input') as HTMLInputElement
    const held = mock.next({ fault: 'hold-answer', method: 'PATCH' })
    act(() => type(input, 'a'))
    await held.reached()
    act(() => type(input, 'ab'))
    await act(async () => {
      await held.release()
      await session.settled()
    })
    expect([input.value, await mock.data()]).toEqual(['ab', { name: 'ab' }])
  })

  test('shows what is stored again if the server refuses the rest', async () => {
    const { session } = setUp({ name: 'Ada' })
    await session.ready()
    const { container } = await mount(<Field session={session} />)
    const input = container.querySelector('input') as HTMLInputElement
    act(() => type(input, 'nobody'))
    expect(input.value).toBe('nobody')
    await act(() => session.settled())
    expect(input.value).toBe('Ada')
  })
})

describe('a setter inside a transition', () => {
  test.for(['value', 'function'])('leaves the page mounted if the write is rejected: a %s', async (kind) => {
    const { session } = setUp({ name: 'Ada' })
    await session.ready()
    const Page = () => {
      const [name, setName] = useSessionKey(session, 'name')
      const [isPending, start] = useTransition()
      const rename = () => (kind === 'value' ? setName('nobody') : setName(() => 'nobody'))
      return (
        <button type="button" onClick={() => start(rename)}>
          {`${name} ${isPending}`}
        </button>
      )
    }
    const { container, text } = await mount(<Page />)
    await act(async () => container.querySelector('button')?.click())
    await act(() => session.settled())
    expect(text()).toBe('Ada false')
    expect(session.key('name').getState().error).toMatchObject({ code: 'rejected' })
  })

  test('leaves no unhandled rejection', async () => {
    const { session } = setUp({ name: 'Ada' })
    await session.ready()
    let rename = (): void => {}
    const Page = () => {
      const [name, setName] = useSessionKey(session, 'name')
      rename = () => setName('nobody')
      return <b>{name}</b>
    }
    const { text } = await mount(<Page />)
    act(() => startTransition(() => rename()))
    await act(() => session.settled())
    expect(text()).toBe('Ada')
  })
})

// Holds that React hydrates a server's page without a warning, however far the client has moved on.
import { act, Suspense, use, useEffect } from 'react'
import { renderToReadableStream, renderToString } from 'react-dom/server'
import { useSession, useSessionKey, useSessionKeyState, useSuspenseSessionKey } from 'sojourn/react'
import { describe, expect, test, vi } from 'vitest'
import { countRequests, createTab, hydrate, type Session, setUp } from './harness.tsx'

interface Props {
  readonly session: Session
}

const Name = ({ session }: Props) => <b>{useSessionKey(session, 'name')[0]}</b>
const State = ({ session }: Props) => <i>{`${useSessionKeyState(session, 'name').stored}`}</i>
const Count = ({ session }: Props) => <u>{useSession(session, ({ values }) => ({ count: values.cart.length })).count}</u>
const Suspended = ({ session }: Props) => <s>{useSuspenseSessionKey(session, 'name')[0]}</s>

const Page = ({ session }: Props) => (
  <main>
    <Name session={session} />
    <State session={session} />
    <Count session={session} />
    <Suspense fallback="waits">
      <Suspended session={session} />
    </Suspense>
  </main>
)

/** A page that a server rendered, and the client of the browser that it came to. */
async function render() {
  const { mock, session: served } = setUp({ name: 'Ada', cart: ['tea'] })
  await served.ready()
  const state = JSON.parse(JSON.stringify(served.dehydrate()))
  const session = createTab(mock, state)
  const html = renderToString(<Page session={createTab(mock, state)} />)
  return { mock, session, html }
}

describe('a page that a server rendered', () => {
  test('holds the values that it was rendered with', async () => {
    const { html } = await render()
    expect(html).toBe('<main><b>Ada</b><i>true</i><u>1</u><!--$--><s>Ada</s><!--/$--></main>')
  })

  test('is taken over as it is', async () => {
    const { session, html } = await render()
    const { text, mismatches } = await hydrate(html, <Page session={session} />)
    expect([text(), mismatches]).toEqual(['Adatrue1Ada', []])
  })

  test('is taken over and moves on where the client moved on before', async () => {
    const { session, html } = await render()
    void session.set('name', 'Eve')
    void session.delete('cart')
    const { text, mismatches } = await hydrate(html, <Page session={session} />)
    expect([text(), mismatches]).toEqual(['Evetrue0Eve', []])
  })

  test('is looked at once after it is taken over', async () => {
    const { mock, session, html } = await render()
    await mock.write({ name: 'Eve' })
    const before = countRequests(mock, 'GET')
    const { text } = await hydrate(html, <Page session={session} />)
    await act(() => vi.waitFor(() => expect(session.peek('name')).toBe('Eve')))
    expect(text()).toBe('Evetrue1Eve')
    expect(countRequests(mock, 'GET')).toBe(before + 1)
  })

  test('is taken over without a mismatch by a boundary that comes late, after the client moved on', async () => {
    const { session, mock } = await render()
    let open = (): void => {}
    const code = new Promise<void>((resolve) => {
      open = resolve
    })
    const Late = ({ session, isServed }: Props & { readonly isServed: boolean }) => {
      if (!isServed) use(code)
      return <Name session={session} />
    }
    const page = (of: Session, isServed: boolean) => (
      <main>
        <Name session={of} />
        <Suspense fallback="waits">
          <Late session={of} isServed={isServed} />
        </Suspense>
      </main>
    )
    const stream = await renderToReadableStream(page(createTab(mock, session.dehydrate()), true))
    await stream.allReady
    const html = await new Response(stream).text()
    const { text, mismatches } = await hydrate(html, page(session, false))
    await act(() => session.set('name', 'Eve'))
    expect(text()).toBe('EveAda')
    await act(async () => open())
    expect([text(), mismatches]).toEqual(['EveEve', []])
  })

  test('is taken over without a mismatch where an effect of it writes', async () => {
    const { session, html } = await render()
    const Writer = () => {
      useEffect(() => void session.set('name', 'Eve'), [])
      return <Page session={session} />
    }
    const { text, mismatches } = await hydrate(html, <Writer />)
    expect([text(), mismatches]).toEqual(['Evetrue1Eve', []])
  })

  test('shows defaults, without a mismatch, if nothing was hydrated on either side', async () => {
    const { mock } = await render()
    const Plain = ({ session }: Props) => (
      <main>
        <Name session={session} />
        <Count session={session} />
      </main>
    )
    const session = createTab(mock)
    const html = renderToString(<Plain session={createTab(mock)} />)
    expect(html).toBe('<main><b></b><u>0</u></main>')
    const { text, mismatches } = await hydrate(html, <Plain session={session} />)
    await act(() => session.ready())
    expect([text(), mismatches]).toEqual(['Ada1', []])
  })
})

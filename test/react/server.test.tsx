// Holds that rendering on a server sends and subscribes to nothing.
import { Suspense } from 'react'
import { renderToReadableStream, renderToString } from 'react-dom/server'
import { createSessionContext, useSession, useSessionKey, useSessionKeyState, useSuspenseSessionKey } from 'sojourn/react'
import { describe, expect, test } from 'vitest'
import { createTab, type Session, setUp } from './harness.tsx'

interface Props {
  readonly session: Session
}

const Page = ({ session }: Props) => {
  const [name] = useSessionKey(session, 'name')
  const { stored } = useSessionKeyState(session, 'name')
  const count = useSession(session, ({ values }) => values.cart.length)
  return <b>{`${name} ${stored} ${count}`}</b>
}

const Suspended = ({ session }: Props) => <b>{useSuspenseSessionKey(session, 'name')[0]}</b>

describe('on a server', () => {
  test('nothing is asked for and nothing is listened to', () => {
    const { mock, session } = setUp({ name: 'Ada' })
    expect(renderToString(<Page session={session} />)).toBe('<b> false 0</b>')
    expect(mock.requests).toEqual([])
  })

  test('a page shows what the client was given', async () => {
    const { mock, session } = setUp({ name: 'Ada', cart: ['tea'] })
    await session.ready()
    const request = createTab(mock, session.dehydrate())
    expect(renderToString(<Page session={request} />)).toBe('<b>Ada true 1</b>')
    expect(renderToString(<Suspended session={request} />)).toBe('<b>Ada</b>')
  })

  test('a page shows what the client loaded by itself, which is what dehydrate gives', async () => {
    const { session } = setUp({ name: 'Ada', cart: ['tea'] })
    await session.ready()
    expect(renderToString(<Page session={session} />)).toBe('<b>Ada true 1</b>')
    expect(renderToString(<Suspended session={session} />)).toBe('<b>Ada</b>')
  })

  test('a page that would wait forever fails, and says what to do', () => {
    const { mock, session } = setUp({ name: 'Ada' })
    expect(() => renderToString(<Suspended session={session} />)).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: expect.stringContaining('Await session.ready() before rendering, or pass initialState.'),
      }),
    )
    expect(mock.requests).toEqual([])
  })

  test('a boundary that would wait forever is told to onError and left to the browser', async () => {
    const { session } = setUp({ name: 'Ada' })
    const errors: unknown[] = []
    const page = (
      <Suspense fallback="waits">
        <Suspended session={session} />
      </Suspense>
    )
    const stream = await renderToReadableStream(page, { onError: (error) => void errors.push(error) })
    await stream.allReady
    expect(await new Response(stream).text()).toContain('waits')
    expect(errors).toEqual([expect.objectContaining({ code: 'usage' })])
  })

  test('two requests at once each show their own visitor', async () => {
    const { SessionProvider, useSessionKey } = createSessionContext<Session>()
    const Name = () => <b>{useSessionKey('name')[0]}</b>
    const render = async (name: string) => {
      const { session } = setUp({ name })
      await session.ready()
      const page = (
        <SessionProvider session={session}>
          <Name />
        </SessionProvider>
      )
      const stream = await renderToReadableStream(page)
      await stream.allReady
      return new Response(stream).text()
    }
    expect(await Promise.all([render('Ada'), render('Eve')])).toEqual(['<b>Ada</b>', '<b>Eve</b>'])
  })
})

// Holds that a thousand mounts send one request.
import { act, createElement, Fragment, StrictMode, Suspense, use } from 'react'
import { useSession, useSessionKey, useSessionKeyState, useSuspenseSessionKey } from 'sojourn/react'
import { describe, expect, test } from 'vitest'
import { countRequests, mount, type Session, setUp } from './harness.tsx'

const never = new Promise<never>(() => {})
const Waiting = () => <i>{use(never)}</i>

interface Props {
  readonly session: Session
}

const Name = ({ session }: Props) => {
  const [name] = useSessionKey(session, 'name')
  const { pending } = useSessionKeyState(session, 'name')
  const length = useSession(session, ({ values }) => values.cart.length)
  return <b>{`${name}${pending}${length} `}</b>
}

const SuspendedName = ({ session }: Props) => <b>{`${useSuspenseSessionKey(session, 'name')[0]} `}</b>

const many = (Component: typeof Name, session: Session) =>
  Array.from({ length: 1000 }, (_, index) => createElement(Component, { key: `${index}`, session }))

describe('1,000 mounts', () => {
  test.for([
    ['in a page', Fragment],
    ['under StrictMode', StrictMode],
  ] as const)('are one request: %s', async ([, Wrapper]) => {
    const { mock, session } = setUp({ name: 'Ada' })
    const { text } = await mount(createElement(Wrapper, null, many(Name, session)))
    await act(() => session.ready())
    expect(text() === 'Ada00 '.repeat(1000)).toBe(true)
    expect(countRequests(mock, 'GET')).toBe(1)
  })

  test('are one request: next to a sibling that is suspended', async () => {
    const { mock, session } = setUp({ name: 'Ada' })
    await mount(
      <Suspense fallback="waits">
        {many(Name, session)}
        <Waiting />
      </Suspense>,
    )
    // React does not mount what stands next to a suspended sibling; the same components outside do.
    const { text } = await mount(many(Name, session))
    await act(() => session.ready())
    expect(text() === 'Ada00 '.repeat(1000)).toBe(true)
    expect(countRequests(mock, 'GET')).toBe(1)
  })

  test.for([
    ['in a page', Fragment],
    ['under StrictMode', StrictMode],
  ] as const)('that suspend are one request: %s', async ([, Wrapper]) => {
    const { mock, session } = setUp({ name: 'Ada' })
    const held = mock.next('hold')
    const { text } = await mount(createElement(Wrapper, null, <Suspense fallback="waits">{many(SuspendedName, session)}</Suspense>))
    expect(text() === 'waits').toBe(true)
    await act(() => held.release())
    await act(() => session.ready())
    expect(text() === 'Ada '.repeat(1000)).toBe(true)
    expect(countRequests(mock, 'GET')).toBe(1)
  })

  test('make no request of their own after the session is loaded', async () => {
    const { mock, session } = setUp({ name: 'Ada' })
    await session.ready()
    await mount(many(Name, session))
    await act(async () => {})
    expect(countRequests(mock, 'GET')).toBe(1)
  })
})

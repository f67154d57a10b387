// Binds the hooks to the client of a provider, so that components need not import the client.
import { createContext, createElement, type ReactElement, type ReactNode, useContext } from 'react'
import type { Inputs, SessionClient, SessionKeyState, SessionSnapshot } from '../client/types.ts'
import { SessionUsageError } from '../errors/session-usage-error.ts'
import { useSession } from './use-session.ts'
import { type SetSessionKey, useSessionKey } from './use-session-key.ts'
import { useSessionKeyState } from './use-session-key-state.ts'
import { useSuspenseSessionKey } from './use-suspense-session-key.ts'

/** The hooks of one app, bound to the client that its provider was given. */
export interface SessionContext<V extends object, I extends Inputs<V> = V> {
  /** Provides the client to all components inside. */
  readonly SessionProvider: (props: { readonly session: SessionClient<V, I>; readonly children?: ReactNode }) => ReactElement
  /** Returns the client itself, for `transaction`, `end` and other calls. */
  readonly useSessionClient: () => SessionClient<V, I>
  /** Calls `useSession` with the provider's client. */
  readonly useSession: <R = SessionSnapshot<V>>(selector?: (snapshot: SessionSnapshot<V>) => R) => R
  /** Calls `useSessionKey` with the provider's client. */
  readonly useSessionKey: <K extends keyof V & string>(key: K) => [V[K], SetSessionKey<V[K], I[K]>]
  /** Calls `useSessionKeyState` with the provider's client. */
  readonly useSessionKeyState: <K extends keyof V & string>(key: K) => SessionKeyState
  /** Calls `useSuspenseSessionKey` with the provider's client. */
  readonly useSuspenseSessionKey: <K extends keyof V & string>(key: K) => [V[K], SetSessionKey<V[K], I[K]>]
}

type ContextOf<C> = C extends SessionClient<infer V, infer I> ? SessionContext<V, I> : never

/**
 * Creates a provider and the hooks that read from it. A context has no type of its own, so an app creates its own once. On a
 * server each request has its own client, which components get from the provider.
 *
 * @throws SessionUsageError (the hooks) outside of the provider
 *
 * @example
 * export const { SessionProvider, useSessionKey } = createSessionContext<typeof session>()
 * <SessionProvider session={session}><App /></SessionProvider>
 * const [theme, setTheme] = useSessionKey('theme')
 */
export function createSessionContext<C>(): ContextOf<C>
export function createSessionContext<V extends object, I extends Inputs<V>>(): SessionContext<V, I> {
  const Context = createContext<SessionClient<V, I> | null>(null)
  const useSessionClient = (): SessionClient<V, I> => {
    const session = useContext(Context)
    if (session) return session
    throw new SessionUsageError('Failed to find the session: there is no SessionProvider around this component.')
  }
  return {
    SessionProvider: ({ session, children }) => createElement(Context.Provider, { value: session }, children),
    useSessionClient,
    useSession: (selector) => useSession(useSessionClient(), selector),
    useSessionKey: (key) => useSessionKey(useSessionClient(), key),
    useSessionKeyState: (key) => useSessionKeyState(useSessionClient(), key),
    useSuspenseSessionKey: (key) => useSuspenseSessionKey(useSessionClient(), key),
  }
}

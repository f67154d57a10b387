// Binds the composables to the client of a plugin, so that components need not import the client.
import {
  type ComputedRef,
  type InjectionKey,
  inject,
  type MaybeRefOrGetter,
  type Plugin,
  provide,
  type ShallowRef,
  type WritableComputedRef,
} from 'vue'
import type { Inputs, SessionClient, SessionKeyState, SessionSnapshot } from '../client/types.ts'
import { SessionUsageError } from '../errors/session-usage-error.ts'
import { useSession } from './use-session.ts'
import { useSessionKey } from './use-session-key.ts'
import { useSessionKeyState } from './use-session-key-state.ts'

/** The composables of one app, bound to the client that its plugin was given. */
export interface SessionInjection<V extends object, I extends Inputs<V> = V> {
  /** Creates the plugin that provides the client to a whole app. */
  readonly createSessionPlugin: (options: { readonly session: SessionClient<V, I> }) => Plugin
  /** Provides the client to the components inside the calling one. */
  readonly provideSession: (session: SessionClient<V, I>) => void
  /** Returns the client itself, for `transaction`, `end` and other calls. */
  readonly useSessionClient: () => SessionClient<V, I>
  /** Calls `useSession` with the app's client. */
  readonly useSession: <R = SessionSnapshot<V>>(selector?: (snapshot: SessionSnapshot<V>) => R) => ComputedRef<R>
  /** Calls `useSessionKey` with the app's client. */
  readonly useSessionKey: <K extends keyof V & string>(key: MaybeRefOrGetter<K>) => WritableComputedRef<V[K], I[K]>
  /** Calls `useSessionKeyState` with the app's client. */
  readonly useSessionKeyState: <K extends keyof V & string>(key: MaybeRefOrGetter<K>) => Readonly<ShallowRef<SessionKeyState>>
}

type InjectionOf<C> = C extends SessionClient<infer V, infer I> ? SessionInjection<V, I> : never

/**
 * Creates a plugin and the composables that read from it. An injection has no type of its own, so an app creates its own once.
 * On a server each request has its own app and client, which components get from the plugin.
 *
 * @throws SessionUsageError (the composables) if neither the plugin nor `provideSession` has provided a client
 *
 * @example
 * export const { createSessionPlugin, useSessionKey } = createSessionInjection<typeof session>()
 * app.use(createSessionPlugin({ session }))
 * const theme = useSessionKey('theme')
 */
export function createSessionInjection<C>(): InjectionOf<C>
export function createSessionInjection<V extends object, I extends Inputs<V>>(): SessionInjection<V, I> {
  const key: InjectionKey<SessionClient<V, I>> = Symbol('sojourn')
  const useSessionClient = (): SessionClient<V, I> => {
    const session = inject(key, null)
    if (session) return session
    throw new SessionUsageError(
      'Failed to find the session: neither app.use(createSessionPlugin({ session })) nor provideSession was called.',
    )
  }
  return {
    createSessionPlugin:
      ({ session }) =>
      (app) =>
        app.provide(key, session),
    provideSession: (session) => provide(key, session),
    useSessionClient,
    useSession: (selector) => useSession(useSessionClient(), selector),
    useSessionKey: (name) => useSessionKey(useSessionClient(), name),
    useSessionKeyState: (name) => useSessionKeyState(useSessionClient(), name),
  }
}

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
  /** Makes the plugin that gives the client to a whole app. */
  readonly createSessionPlugin: (options: { readonly session: SessionClient<V, I> }) => Plugin
  /** Gives the client to the components inside the one that calls this. */
  readonly provideSession: (session: SessionClient<V, I>) => void
  /** The client itself, for `transaction`, `end` and the like. */
  readonly useSessionClient: () => SessionClient<V, I>
  /** As `useSession`, of the app's client. */
  readonly useSession: <R = SessionSnapshot<V>>(selector?: (snapshot: SessionSnapshot<V>) => R) => ComputedRef<R>
  /** As `useSessionKey`, of the app's client. */
  readonly useSessionKey: <K extends keyof V & string>(key: MaybeRefOrGetter<K>) => WritableComputedRef<V[K], I[K]>
  /** As `useSessionKeyState`, of the app's client. */
  readonly useSessionKeyState: <K extends keyof V & string>(key: MaybeRefOrGetter<K>) => Readonly<ShallowRef<SessionKeyState>>
}

type InjectionOf<C> = C extends SessionClient<infer V, infer I> ? SessionInjection<V, I> : never

/**
 * Makes a plugin and the composables that read from it. An injection carries no type by itself, so an app makes its own, once.
 * On a server each request has an app and a client of its own; the plugin is how components come by it.
 *
 * @throws SessionUsageError (the composables) where neither plugin nor `provideSession` gave a client
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

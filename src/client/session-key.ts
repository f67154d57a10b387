// Owns `session.key(name)`: the calls of one key, which also work detached from it.
import type { Cache } from '../cache/cache.ts'
import type { State } from '../protocol/state.ts'
import type { SessionCodec } from '../schema/codec.ts'
import { deepFreeze } from '../schema/deep-freeze.ts'
import type { Sync } from '../sync/engine.ts'
import type { SessionWriteError } from '../sync/events.ts'
import { toKeyState, toServerState } from './snapshot.ts'
import type { SessionClient, SessionKey, SessionKeyState } from './types.ts'

/** The untyped client that its parts work with. */
export type UntypedClient = SessionClient<Record<string, unknown>>

/** What a key needs from its client. */
export interface KeyParts extends Pick<UntypedClient, 'get' | 'set' | 'update' | 'delete' | 'getServerSnapshot'> {
  readonly cache: Cache
  readonly sync: Sync
  readonly codec: SessionCodec
  /** Starts to load and to listen. */
  readonly load: () => void
  /** Why the last write of each key was rejected. */
  readonly errors: ReadonlyMap<string, SessionWriteError>
  /** The hydrated state; undefined without one. */
  readonly getHydrated: () => State | undefined
}

/** Creates the calls of one key. They work detached from it too, as destructuring and `useSyncExternalStore` need. */
export function createSessionKey(name: string, parts: KeyParts): SessionKey<unknown> {
  parts.codec.check(name)
  let state: SessionKeyState | undefined
  let hydrated: SessionKeyState | undefined
  const frozen = new WeakSet<object>()
  const peek = (): unknown => parts.cache.read(name)
  const listen = (run: (value: unknown) => void): (() => void) => {
    parts.load()
    return parts.cache.listen(name, run)
  }
  return {
    name,
    get: (options) => (options ? parts.get(name, undefined, options) : parts.get(name)),
    peek,
    // Frozen, because it is the base itself.
    raw: () => deepFreeze(parts.cache.stored(name), frozen),
    set: (value, options) => parts.set(name, value, options),
    update: (change, options) => parts.update(name, change, options),
    delete: (options) => parts.delete(name, options),
    listen,
    subscribe(run) {
      const stop = listen(run)
      run(peek())
      return stop
    },
    getServerSnapshot: () => parts.getServerSnapshot().values[name],
    getState() {
      state = toKeyState(parts, name, state)
      return state
    },
    getServerState() {
      const base = parts.getHydrated()
      // Created once, and again if a state is hydrated later.
      if (!hydrated || (base && hydrated.status === 'loading')) hydrated = toServerState(parts.codec, name, base)
      return hydrated
    },
  }
}

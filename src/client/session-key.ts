import type { Cache } from '../cache/cache.ts'
import type { SessionError } from '../errors/session-error.ts'
import type { State } from '../protocol/state.ts'
import type { SessionCodec } from '../schema/codec.ts'
import type { Sync } from '../sync/sync.ts'
import { createKeyState, toServerState } from './snapshot.ts'
import type { SessionClient, SessionKey, SessionKeyState } from './types.ts'

/** The client with its types taken off: what its parts work with. */
export type UntypedClient = SessionClient<Record<string, unknown>>

/** What a key needs of its client. */
export interface KeyParts extends Pick<UntypedClient, 'get' | 'set' | 'update' | 'delete' | 'getServerSnapshot'> {
  readonly cache: Cache
  readonly sync: Sync
  readonly codec: SessionCodec
  /** Begins to load and to listen. */
  readonly load: () => void
  /** Why the last write of each key was rejected. */
  readonly errors: ReadonlyMap<string, SessionError>
  /** What was hydrated, if anything was. */
  readonly getHydrated: () => State | undefined
}

/** Creates what is done with one key. */
export function createSessionKey(name: string, parts: KeyParts): SessionKey<unknown> {
  const { cache, sync, load, getServerSnapshot } = parts
  parts.codec.key(name) // an unknown key throws
  const getState = createKeyState(sync, name, () => parts.errors.get(name) ?? null)
  const peek = (): unknown => cache.read(name).value
  const listen = (run: (value: unknown) => void): (() => void) => {
    load()
    return cache.listen(name, run)
  }
  return {
    name,
    get: () => parts.get(name),
    peek,
    set: (value, options) => parts.set(name, value, options),
    update: (change, options) => parts.update(name, change, options),
    delete: (options) => parts.delete(name, options),
    listen,
    subscribe(run) {
      const stop = listen(run)
      run(peek())
      return stop
    },
    getServerSnapshot: () => getServerSnapshot().values[name],
    get state() {
      return getState()
    },
    getServerState: createServerState(name, parts),
  }
}

/** The state as it was hydrated: made once, and once more where a state is hydrated later. */
function createServerState(name: string, { codec, getHydrated }: KeyParts): () => SessionKeyState {
  let state: SessionKeyState | undefined
  return () => {
    const hydrated = getHydrated()
    if (!state || (hydrated && state.status === 'loading')) state = toServerState(codec, name, hydrated)
    return state
  }
}

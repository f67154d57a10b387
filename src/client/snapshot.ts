import type { Cache } from '../cache/cache.ts'
import type { SessionCodec } from '../schema/codec.ts'
import type { Sync } from '../sync/sync.ts'
import type { SessionKeyState, SessionSnapshot } from './types.ts'

type Values = Record<string, unknown>

/** The same object as last time where all its members are the same. */
function keep<T extends object>(last: T | undefined, next: T): T {
  const isSame = last && Object.entries(next).every(([name, value]) => Object.is(last[name as keyof T], value))
  return isSame ? last : Object.freeze(next)
}

/** Gives the whole session at one moment, the same object until something changes. */
export function createSnapshot(sync: Sync, codec: SessionCodec): () => SessionSnapshot<Values> {
  let values: Values | undefined
  let revision: number | undefined
  let snapshot: SessionSnapshot<Values> | undefined
  return () => {
    const { cache, status, activity, error, ending } = sync
    if (!values || revision !== cache.revision) values = keep(values, Object.fromEntries(codec.keys.map((key) => [key, cache.read(key).value])))
    revision = cache.revision
    const pending = cache.log.length + (ending ? 1 : 0)
    snapshot = keep(snapshot, { values, status, activity, pending, identity: cache.base?.identity, error })
    return snapshot
  }
}

/** Gives how one key stands, the same object until something of it changes. */
export function createKeyState(sync: Sync, key: string, getError: () => SessionKeyState['error']): () => SessionKeyState {
  let state: SessionKeyState | undefined
  return () => {
    const { cache, status } = sync
    const stored = cache.stored(key) !== undefined
    state = keep(state, { status, stored, pending: cache.pending(key), error: getError(), invalid: cache.read(key).issues ?? null })
    return state
  }
}

/** What a server rendered, as it was hydrated; the defaults where nothing was. */
export function toServerSnapshot(cache: Cache, codec: SessionCodec, isHydrated: boolean): SessionSnapshot<Values> {
  const read = (key: string): unknown => (isHydrated ? cache.read(key) : codec.key(key).decode(undefined)).value
  return Object.freeze({
    values: Object.freeze(Object.fromEntries(codec.keys.map((key) => [key, read(key)]))),
    status: isHydrated ? 'ready' : 'loading',
    activity: 'idle',
    pending: 0,
    identity: isHydrated ? cache.base?.identity : undefined,
    error: null,
  })
}

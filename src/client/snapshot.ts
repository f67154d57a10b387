// Owns the snapshots of the session and its keys. Each stays the same object until one of its members changes.
import type { Cache } from '../cache/cache.ts'
import { own } from '../protocol/json.ts'
import type { State } from '../protocol/state.ts'
import type { SessionCodec } from '../schema/codec.ts'
import type { Sync } from '../sync/engine.ts'
import type { SessionWriteError } from '../sync/events.ts'
import type { SessionKeyState, SessionSnapshot } from './types.ts'

type Values = Record<string, unknown>

/** Returns the last object if all its members are the same. */
function keep<T extends object>(last: T | undefined, next: T): T {
  const isSame = last && (Object.keys(next) as (keyof T)[]).every((name) => Object.is(last[name], next[name]))
  return isSame ? last : Object.freeze(next)
}

/** Creates the snapshot of the whole session: the same object until something changes. */
export function createSnapshot(sync: Sync, codec: SessionCodec): () => SessionSnapshot<Values> {
  let values: Values | undefined
  let revision: number | undefined
  let snapshot: SessionSnapshot<Values> | undefined
  return () => {
    const { cache, state } = sync
    const { status, activity, error } = state.status
    if (!values || revision !== cache.revision) values = keep(values, Object.fromEntries(codec.keys.map((key) => [key, cache.read(key)])))
    revision = cache.revision
    const pending = cache.log.length + (state.ending ? 1 : 0)
    snapshot = keep(snapshot, { values, status, activity, pending, identity: cache.base?.identity, error })
    return snapshot
  }
}

/** What `toKeyState` reads. */
interface KeyParts {
  readonly sync: Sync
  readonly errors: ReadonlyMap<string, SessionWriteError>
}

/** Returns the state of one key; `last` if nothing has changed. */
export function toKeyState({ sync, errors }: KeyParts, key: string, last?: SessionKeyState): SessionKeyState {
  const { cache, state } = sync
  return keep(last, {
    status: state.status.status,
    stored: cache.stored(key) !== undefined,
    pending: cache.pending(key),
    error: errors.get(key) ?? null,
    invalid: cache.issues(key) ?? null,
  })
}

/** Returns what a server rendered: the hydrated state without local writes. Returns defaults if nothing was hydrated. */
export function toServerSnapshot(cache: Cache, codec: SessionCodec, hydrated: State | undefined): SessionSnapshot<Values> {
  const read = (key: string): unknown => {
    const raw = hydrated && own(hydrated.data, key)
    // The view's own object if the value is the same.
    return cache.stored(key) === raw ? cache.read(key) : codec.decode(key, raw).value
  }
  return Object.freeze({
    values: Object.freeze(Object.fromEntries(codec.keys.map((key) => [key, read(key)]))),
    status: hydrated ? 'ready' : 'loading',
    activity: 'idle',
    pending: 0,
    identity: hydrated?.identity,
    error: null,
  })
}

/** Returns the state of a key as a server rendered it. */
export function toServerState(codec: SessionCodec, key: string, hydrated: State | undefined): SessionKeyState {
  const raw = hydrated && own(hydrated.data, key)
  const { issues = null } = codec.decode(key, raw)
  return Object.freeze({ status: hydrated ? 'ready' : 'loading', stored: raw !== undefined, pending: 0, error: null, invalid: issues })
}

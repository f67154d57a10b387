import type { Cache } from '../cache/cache.ts'
import { SessionAuthError } from '../errors/session-auth-error.ts'
import type { SessionCodec } from '../schema/codec.ts'
import { requestRead } from '../sync/pipeline.ts'
import type { Sync } from '../sync/sync.ts'
import { createSessionKey, type KeyParts, type UntypedClient } from './session-key.ts'
import { createSnapshot, toServerSnapshot } from './snapshot.ts'
import type { SessionKey, SessionSnapshot } from './types.ts'

/** What the reads need of their client. */
export interface QueryParts extends Pick<KeyParts, 'getError'> {
  readonly cache: Cache
  readonly sync: Sync
  readonly codec: SessionCodec
  readonly writes: Pick<UntypedClient, 'set' | 'update' | 'delete'>
  /** Begins to listen to the page and the other tabs. */
  readonly start: () => void
  /** Whether the base was hydrated and never looked at since. */
  readonly takeHydrated: () => boolean
  readonly getServerSnapshot: () => SessionSnapshot<Record<string, unknown>>
}

type Queries = Pick<UntypedClient, 'get' | 'peek' | 'has' | 'keys' | 'entries' | 'key' | 'subscribe' | 'listen' | 'getSnapshot' | 'getServerSnapshot' | 'ready'>

/** Creates the calls that read: from the view, after the one load that all of them share. */
export function createQueries(parts: QueryParts): Queries {
  const { cache, sync, codec, start, writes, getServerSnapshot } = parts
  const keys = new Map<string, SessionKey<unknown>>()
  const getSnapshot = createSnapshot(sync, codec)
  let loading: Promise<void> | undefined
  let readiness: (Promise<void> & { status?: 'pending' | 'fulfilled' }) | undefined

  /** Loads once; what was hydrated is shown meanwhile and looked at once. */
  function load(): Promise<void> {
    start()
    if (cache.base) {
      if (parts.takeHydrated()) void requestRead(sync, 'conditional')
      return sync.status === 'needs-auth' ? Promise.reject(new SessionAuthError()) : Promise.resolve()
    }
    loading ??= requestRead(sync, 'conditional').finally(() => {
      loading = undefined
    })
    return loading
  }
  const begin = (): void => void load().catch(() => {})
  const stored = (): string[] => codec.keys.filter((key) => cache.stored(key) !== undefined)

  const get = async (key: string, ...fallback: [unknown?]): Promise<unknown> => {
    codec.key(key)
    await load()
    return fallback.length > 0 && cache.stored(key) === undefined ? fallback[0] : cache.read(key).value
  }
  return {
    get: get as UntypedClient['get'],
    peek: (key) => cache.read(key).value,
    async has(key) {
      codec.key(key)
      await load()
      return cache.stored(key) !== undefined
    },
    async keys() {
      await load()
      return stored()
    },
    async entries() {
      await load()
      return stored().map((key) => [key, cache.read(key).value as {}])
    },
    key(name) {
      const key = keys.get(name) ?? createSessionKey(name, { ...parts, ...writes, get, load: begin })
      keys.set(name, key)
      return key
    },
    subscribe(run) {
      begin()
      const stop = cache.watch(() => run(getSnapshot()))
      run(getSnapshot())
      return stop
    },
    listen(run) {
      begin()
      return cache.watch(() => run(getSnapshot()))
    },
    getSnapshot,
    getServerSnapshot,
    ready() {
      if (readiness) return readiness
      const settled: Promise<void> & { status?: 'pending' | 'fulfilled' } = load().catch(() => {})
      settled.status = cache.base ? 'fulfilled' : 'pending'
      void settled.then(() => {
        settled.status = 'fulfilled'
      })
      readiness = settled
      return settled
    },
  }
}

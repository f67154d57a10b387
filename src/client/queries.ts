// Owns the calls that read: from the view, after the one load that all of them share.

import { SessionNetworkError } from '../errors/session-network-error.ts'
import type { State } from '../protocol/state.ts'
import { requestRead } from '../sync/commands.ts'
import { isSuspended } from '../sync/state.ts'
import type { Core } from './core.ts'
import { createSessionKey, type KeyParts, type UntypedClient } from './session-key.ts'
import { createSnapshot, toServerSnapshot } from './snapshot.ts'
import type { SessionKey, WaitOptions } from './types.ts'
import { waitFor } from './wait-for.ts'

type QueryNames =
  | 'get'
  | 'peek'
  | 'has'
  | 'keys'
  | 'entries'
  | 'key'
  | 'subscribe'
  | 'listen'
  | 'getSnapshot'
  | 'getServerSnapshot'
  | 'ready'

/** The calls that read. */
export interface Queries extends Pick<UntypedClient, QueryNames> {
  /** Remembers the current base as the state that a server rendered. */
  freezeServerSnapshot(): void
}

type Readiness = Promise<void> & { status?: 'pending' | 'fulfilled' }

/** Sets the status that React's `use` reads from a promise. Without it, a settled promise would flash the fallback. */
function toReadiness(promise: Promise<void>, isReady: boolean): Readiness {
  const readiness: Readiness = promise
  readiness.status = isReady ? 'fulfilled' : 'pending'
  void readiness.then(() => {
    readiness.status = 'fulfilled'
  })
  return readiness
}

const loaded = Promise.resolve()

/** Creates the shared load: one read, however many callers. A hydrated state is shown in the meantime and revalidated once. */
function createLoad({ cache, sync, start }: Core, takeHydrated: () => boolean): () => Promise<void> {
  let loading: Promise<void> | undefined
  return () => {
    start()
    if (cache.base) {
      if (takeHydrated()) void requestRead(sync, 'conditional')
      return loaded
    }
    if (!loading) {
      loading = requestRead(sync, 'conditional').finally(() => {
        loading = undefined
      })
      loading.catch(() => {})
    }
    return loading
  }
}

/** Creates the calls that read: from the view, after the one load that all of them share. */
export function createQueries(core: Core, writes: Pick<UntypedClient, 'set' | 'update' | 'delete'>): Queries {
  const { cache, codec, sync } = core
  const keys = new Map<string, SessionKey<unknown>>()
  const getSnapshot = createSnapshot(sync, codec)
  let server: ReturnType<typeof toServerSnapshot> | undefined
  let hydrated: State | undefined
  let isHydrated = false
  let readiness: Readiness | undefined
  let isGivenUp = false
  const getServerSnapshot = (): ReturnType<typeof toServerSnapshot> => (server ??= toServerSnapshot(cache, codec, hydrated))
  const takeHydrated = (): boolean => {
    const was = isHydrated
    isHydrated = false
    return was
  }
  const load = createLoad(core, takeHydrated)
  const begin = (): void => {
    // Components that mount after a 401 send no request, and after dispose() they get no error.
    if (!sync.state.isDisposed && !isSuspended(sync.state)) void load()
  }
  const stored = (): string[] => codec.keys.filter((key) => cache.stored(key) !== undefined)

  const untilLoaded = (options?: WaitOptions): Promise<void> => {
    const loading = load()
    const { error } = sync.state.status
    // `ready` has given up, so nobody waits any more; the client still tries.
    return cache.base || !isGivenUp ? waitFor(loading, options) : Promise.reject(error ?? new SessionNetworkError())
  }
  const get = async (key: string, ...rest: [fallback?: unknown, options?: WaitOptions]): Promise<unknown> => {
    codec.check(key)
    const [fallback, options] = rest
    await untilLoaded(options)
    // With options, an undefined fallback means that there is no fallback.
    const hasFallback = rest.length === 1 || fallback !== undefined
    return hasFallback && cache.stored(key) === undefined ? fallback : cache.read(key)
  }
  /** Loads, but waits no longer than the app wants to. */
  const loadInTime = (): Promise<void> => {
    const loading = load().catch(() => {})
    return new Promise((resolve) => {
      const giveUp = (): void => {
        isGivenUp = true
        resolve()
      }
      const { clock, readyTimeoutMs } = core
      const timer = readyTimeoutMs === undefined ? undefined : clock.setTimeout(giveUp, readyTimeoutMs)
      void loading.then(() => {
        clock.clearTimeout(timer)
        isGivenUp = false
        resolve()
      })
    })
  }
  const parts: KeyParts = {
    ...core,
    ...writes,
    get: get as UntypedClient['get'],
    load: begin,
    getServerSnapshot,
    getHydrated: () => hydrated,
  }
  return {
    get: parts.get,
    peek: cache.read,
    async has(key, options) {
      codec.check(key)
      await untilLoaded(options)
      return cache.stored(key) !== undefined
    },
    async keys(options) {
      await untilLoaded(options)
      return stored()
    },
    async entries(options) {
      await untilLoaded(options)
      return stored().map((key) => [key, cache.read(key)])
    },
    key(name) {
      const known = keys.get(name)
      if (known) return known
      const key = createSessionKey(name, parts)
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
    freezeServerSnapshot() {
      isHydrated = true
      hydrated = cache.base
      server = toServerSnapshot(cache, codec, hydrated)
    },
    ready(options) {
      readiness ??= toReadiness(loadInTime(), cache.base !== undefined)
      // A promise of its own, since the shared one has to stay the same for React.
      return options?.signal ? waitFor(readiness, options).catch(() => {}) : readiness
    },
  }
}

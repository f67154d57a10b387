import type * as z from 'zod/v4/core'
import { createExpiryClock } from '../browser/expiry.ts'
import { watchLifecycle } from '../browser/lifecycle.ts'
import { createTabs } from '../browser/tabs.ts'
import { createCache } from '../cache/cache.ts'
import { createListeners, type Listeners } from '../cache/listeners.ts'
import { SessionDisposedError } from '../errors/session-disposed-error.ts'
import type { SessionError } from '../errors/session-error.ts'
import { compileSchema } from '../schema/compile-schema.ts'
import type { SessionInputs, SessionValues } from '../schema/types.ts'
import { hostClock } from '../sync/clock.ts'
import { createSync, disposeSync, requestRead, wake } from '../sync/pipeline.ts'
import { keysOf } from '../sync/settle.ts'
import type { Sync } from '../sync/sync.ts'
import { createCsrf } from '../transport/csrf.ts'
import { createKyTransport } from '../transport/ky-transport.ts'
import type { SessionClientOptions } from './options.ts'
import { createClientId, openChannel, openLock, toAbsolute, toCredentials } from './ports.ts'
import { createLife, toPending } from './life.ts'
import { createQueries } from './queries.ts'
import type { UntypedClient } from './session-key.ts'
import { toServerSnapshot } from './snapshot.ts'
import type { SessionClient, SessionEvents, SessionSnapshot } from './types.ts'
import { createWrites } from './writes.ts'

/**
 * Creates the typed client of the session that the server keeps for this visitor. Nothing is requested before the
 * first read, write or subscription. Create one for each page, and on a server one for each request.
 *
 * @throws SessionConfigError where the schema cannot be stored as JSON; the message names the key
 *
 * @example
 * const session = createSessionClient({
 *   url: '/session',
 *   schema: z.object({ theme: z.enum(['light', 'dark']).default('light') }),
 * })
 * await session.get('theme')
 * await session.set('theme', 'dark')
 */
export function createSessionClient<S extends z.$ZodObject>(options: SessionClientOptions<S>): SessionClient<SessionValues<S>, SessionInputs<S>> {
  const url = toAbsolute(options.url)
  const codec = compileSchema(options.schema, { freeze: options.freeze })
  const { conflict = 'merge', clock = hostClock } = options
  const policies = typeof conflict === 'object' ? conflict : undefined
  const policy = (key: string): ReturnType<Sync['policy']> => policies?.[key as keyof typeof policies] ?? (typeof conflict === 'object' ? 'merge' : conflict)
  const cache = createCache({ codec, policy })
  const events: { [E in keyof SessionEvents]?: Listeners<SessionEvents[E]> } = {}
  const errors = new Map<string, SessionError>()
  let stop: (() => void) | undefined
  let isHydrated = false
  let serverSnapshot: SessionSnapshot<Record<string, unknown>> | undefined

  const emit = <E extends keyof SessionEvents>(event: E, value: SessionEvents[E]): void => events[event]?.call(value)
  const expiry = createExpiryClock(clock, {
    expiringMs: options.expiringMs ?? 60_000,
    onExpiring: () => emit('expiring', expiry.current() ?? { remainingMs: 0, atBrowserClose: false }),
    onOver: () => void requestRead(sync, 'full'),
  })
  const { channel } = options
  const tabs = createTabs(
    () => (channel === false ? undefined : (channel ?? openChannel)(url)),
    (message) => {
      sync.inbox.push(message)
      wake(sync)
    },
  )
  const sync = createSync({
    cache,
    codec,
    policy,
    clock,
    transport: options.transport ?? createKyTransport({ url, credentials: options.credentials ?? toCredentials(url), fetch: options.fetch }),
    csrf: createCsrf(url, options.csrf),
    random: options.random ?? Math.random,
    createClientId: options.createClientId ?? createClientId,
    retry: options.retry ?? {},
    timeoutMs: options.timeoutMs ?? 10_000,
    lock: options.lock ?? openLock(url),
    isExpired: expiry.isOver,
    emit(event, value) {
      if (event === 'rejected') rememberError(value as SessionEvents['rejected'])
      emit(event, value as never)
    },
    onState(state, from) {
      expiry.set(state.lineage === null ? undefined : state.expiry)
      if (from !== undefined && from !== state.version) tabs.tell({ from, state })
    },
  })

  function rememberError({ error, keys }: SessionEvents['rejected']): void {
    for (const key of keys) errors.set(key, error)
    cache.wake()
  }

  /** Begins to listen to the page and the other tabs, with the first use. */
  function start(): void {
    if (sync.isDisposed) throw new SessionDisposedError()
    if (stop) return
    tabs.open()
    const unwatch = watchLifecycle(clock, {
      onFocus: () => void requestRead(sync, 'conditional'),
      onOnline: () => (sync.activity === 'offline' ? sync.nudge?.() : void requestRead(sync, 'conditional')),
      onFreeze: tabs.close,
      onThaw() {
        tabs.open()
        void requestRead(sync, 'full')
      },
    })
    stop = () => {
      unwatch()
      expiry.stop()
      tabs.close()
    }
  }

  const writes = createWrites({
    cache,
    codec,
    isDisposed: () => sync.isDisposed,
    wake() {
      start()
      wake(sync)
    },
    onAcknowledged(mutation) {
      for (const key of keysOf(mutation)) errors.delete(key)
    },
  })
  const queries = createQueries({
    cache,
    sync,
    codec,
    start,
    writes,
    getError: (key) => errors.get(key) ?? null,
    getServerSnapshot: () => (serverSnapshot ??= toServerSnapshot(cache, codec, false)),
    takeHydrated: () => isHydrated && !(isHydrated = false),
  })
  const life = createLife({
    cache,
    sync,
    start,
    onHydrated() {
      isHydrated = true
      serverSnapshot = toServerSnapshot(cache, codec, true)
    },
  })
  const client: UntypedClient = {
    ...writes,
    ...queries,
    ...life,
    get expiry() {
      return expiry.current()
    },
    get pending() {
      return toPending(sync)
    },
    get identity() {
      return cache.base?.identity
    },
    on(event, run) {
      events[event] ??= createListeners() as never
      return events[event].add(run)
    },
    dispose() {
      disposeSync(sync)
      stop?.()
    },
  }
  if (options.initialState) client.hydrate(options.initialState)
  return client as unknown as SessionClient<SessionValues<S>, SessionInputs<S>>
}

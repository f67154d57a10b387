// Wires the parts of one client: cache, pipeline, ports, events. `create-client.ts` calls it; every call of the client works on what it
// returns. It decides nothing.
import type * as z from 'zod/v4/core'
import { type Cache, createCache } from '../cache/cache.ts'
import type { ConflictPolicy } from '../cache/operation.ts'
import { SessionDisposedError } from '../errors/session-disposed-error.ts'
import { toIdentify } from '../merge/identity.ts'
import { createTabs, type Tabs } from '../platform/channel.ts'
import { type Clock, hostClock } from '../platform/clock.ts'
import { createLock, isBrowser, openLocks, type SessionLocks } from '../platform/locks.ts'
import { isBrowserOffline, isPageHidden } from '../platform/page-lifecycle.ts'
import { hostRandom, type Random } from '../platform/random.ts'
import { own } from '../protocol/json.ts'
import type { SessionCodec } from '../schema/codec.ts'
import { compileSchema } from '../schema/compile-schema.ts'
import { requestRead } from '../sync/commands.ts'
import { createCreationSignals } from '../sync/creation-signals.ts'
import type { Sync } from '../sync/engine.ts'
import type { SessionWriteError } from '../sync/events.ts'
import { createSections, type Sections } from '../sync/exclusive.ts'
import type { ExchangePort, LocksPort, PublishPort } from '../sync/ports.ts'
import { createSync } from '../sync/sync.ts'
import { createCsrf } from '../transport/csrf.ts'
import type { FetchOptions } from '../transport/request-init.ts'
import type { Transport } from '../transport/transport.ts'
import { type AppFetch, createAppFetch } from './app-fetch.ts'
import { createEventEmitter, type EventEmitter } from './event-emitter.ts'
import { createExpiryClock, type ExpiryClock } from './expiry-clock.ts'
import { followPage, hearTabs } from './follow.ts'
import type { ClientJournal } from './journal.ts'
import type { LiveConnection } from './live.ts'
import type { SessionClientOptions, SessionKeyOf } from './options.ts'
import { openChannel, type SessionUrl, toCredentials, toSessionUrl } from './ports.ts'
import { createPurityCheck, type PurityCheck } from './purity-check.ts'
import { warnInDevelopment } from './warn-in-development.ts'

/** What a client is wired of: the parts that its calls work on. */
export interface Core extends PurityCheck, Pick<EventEmitter, 'on'> {
  readonly cache: Cache
  readonly codec: SessionCodec
  readonly sync: Sync
  readonly sections: Sections
  readonly expiry: ExpiryClock
  /** Undefined without the option `live`. */
  readonly live: LiveConnection | undefined
  /** Keeps base and log on this device; undefined without the option `persist`. */
  readonly journal: ClientJournal | undefined
  /** Why the last write of each key was rejected. */
  readonly errors: Map<string, SessionWriteError>
  readonly clock: Clock
  /** How long `ready` waits, in milliseconds; undefined without end. */
  readonly readyTimeoutMs: number | undefined
  /** Sends a request of the app, with the token if its target may have it. */
  readonly appFetch: AppFetch
  /** Starts to listen to the page and the other tabs, at the first use. @throws SessionDisposedError, SessionUsageError inside a pure function */
  start(): void
  /** Stops what `start` started. */
  stop(): void
}

/** The options, as far as no type of the schema is in them. */
type AnyOptions = Omit<SessionClientOptions<z.$ZodObject>, 'schema' | 'readOnly' | 'identify' | 'conflict' | 'skipInvalidItems'>

type Policies = { readonly [key: string]: ConflictPolicy | undefined }

function toPolicy(conflict: ConflictPolicy | Policies = 'merge', pure: Core['pure']): (key: string) => ConflictPolicy {
  return (key) => {
    const policy = typeof conflict === 'object' ? (own(conflict, key) ?? 'merge') : conflict
    return typeof policy === 'function' ? pure(policy) : policy
  }
}

/** Returns the locks that the pipeline takes: two by name, shared with every tab and worker of the session. */
function toLocks(locks: SessionLocks | undefined, name: string): LocksPort {
  if (!locks) return {}
  return {
    shared: createLock(locks, `section ${name}`, 'shared'),
    exclusive: createLock(locks, `section ${name}`, 'exclusive'),
    creation: createLock(locks, `creation ${name}`, 'exclusive'),
    live: createLock(locks, `live ${name}`, 'exclusive'),
  }
}

/** What `publish` reports to. */
interface Audience extends Pick<Core, 'cache' | 'errors' | 'expiry'> {
  readonly emit: EventEmitter['emit']
  readonly tabs: Tabs
  readonly changed: PublishPort['changed']
}

/** Returns how the pipeline reports to the app and to the other tabs. */
function toPublish({ cache, errors, expiry, emit, tabs, changed }: Audience): PublishPort {
  return {
    emit: emit as PublishPort['emit'],
    acknowledged(keys) {
      const cleared = keys.filter((key) => errors.delete(key))
      if (cleared.length > 0) cache.wake()
    },
    rejected(keys, error, restored) {
      for (const key of keys) errors.set(key, error)
      emit('rejected', { keys, error, ...(restored && { restored }) })
      cache.wake()
    },
    state: ({ lineage, expiry: left }) => expiry.set(lineage === null ? undefined : left),
    broadcast: tabs.broadcast,
    hasOthers: () => tabs.isOpen,
    changed,
  }
}

/** Returns how the client reaches the server. */
function toExchange(options: AnyOptions, { url, fault }: SessionUrl, createTransport: (options: FetchOptions) => Transport): ExchangePort {
  const { fetch, methodOverride, credentials = toCredentials(url), timeoutMs = 10_000 } = options
  const send = options.transport ?? createTransport({ url, credentials, fetch, methodOverride })
  return {
    send: fault ? () => Promise.reject(fault) : send,
    csrf: createCsrf(url, options.csrf),
    isCrossOrigin: toCredentials(url) === 'include',
    timeoutMs,
  }
}

/** Returns the client's source of randomness. */
function toRandom({ random = hostRandom.number, createClientId = hostRandom.clientId }: AnyOptions): Random {
  return { number: random, clientId: createClientId }
}

/** Wires the parts of a client; decides nothing. `createTransport` is called unless the app gives a transport. */
export function createCore<S extends z.$ZodObject>(
  options: SessionClientOptions<S, readonly SessionKeyOf<S>[]>,
  createTransport: (options: FetchOptions) => Transport,
): Core {
  const target = toSessionUrl(options.url, options.transport !== undefined || 'ky' in options)
  const { url } = target
  const { channel, clock = hostClock, freeze, skipInvalidItems, readOnly } = options
  const codec = compileSchema(options.schema, { freeze, skipInvalidItems, readOnly })
  const { pure, check } = createPurityCheck()
  const policy = toPolicy(options.conflict as Policies, pure)
  const rules = { codec, policy, identify: toIdentify(options.identify) }
  const cache = createCache(rules)
  const errors = new Map<string, SessionWriteError>()
  const { emit, on } = createEventEmitter()
  warnInDevelopment(on)
  const expiry = createExpiryClock(clock, {
    expiringMs: options.expiringMs ?? 60_000,
    onExpiring: () => emit('expiring', expiry.current() ?? { remainingMs: 0, atBrowserClose: false }),
    onOver: () => void requestRead(sync, 'full'),
  })
  const tabs = createTabs(
    () => (channel === false ? undefined : (channel ?? openChannel)(url)),
    (data) => hearTabs(core, creation, data),
  )
  const publish = toPublish({ cache, errors, expiry, emit, tabs, changed: () => live?.update() })
  const creation = createCreationSignals({ tab: hostRandom.clientId(), clock, broadcast: tabs.broadcast, hasOthers: publish.hasOthers })
  const webLocks = options.locks === false ? undefined : (options.locks ?? openLocks())
  const locks = toLocks(webLocks, options.lockName ?? url)
  const journal = options.persist?.({ url, sync: () => sync, rules, creation, locks: webLocks })
  const exchange = toExchange(options, target, createTransport)
  const sync: Sync = createSync(
    cache,
    {
      clock,
      random: toRandom(options),
      publish,
      // Browsers without Web Locks take turns over the channel.
      locks: { ...locks, creation: locks.creation ?? creation.acquire },
      exchange: journal ? { ...exchange, send: journal.ahead(exchange.send) } : exchange,
      journal,
    },
    { codec, policy, retry: options.retry ?? {}, isExpired: expiry.isOver, isHidden: isPageHidden, isOffline: isBrowserOffline },
    creation,
  )
  const live = options.live?.(sync)
  const sections = createSections(sync)
  let stop: (() => void) | undefined
  const core: Core = {
    cache,
    codec,
    sync,
    sections,
    expiry,
    journal,
    errors,
    live,
    clock,
    // A server renders a page, which must not wait without end: two attempts' time.
    readyTimeoutMs: options.readyTimeoutMs ?? (isBrowser() ? undefined : 2 * (options.timeoutMs ?? 10_000)),
    appFetch: createAppFetch(sync, { url, fetch: options.fetch, credentials: options.credentials }),
    on(event, run) {
      if (event === 'expiring' && !sync.state.isDisposed) expiry.start()
      return on(event, run)
    },
    pure,
    check,
    start() {
      check()
      if (sync.state.isDisposed) throw new SessionDisposedError()
      if (stop) return
      expiry.start()
      tabs.open()
      live?.start()
      stop = followPage(sync, sections, tabs, live)
      journal?.begin()
    },
    stop() {
      stop?.()
      tabs.close()
      sections.release()
      expiry.stop()
    },
  }
  return core
}

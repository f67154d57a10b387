import type * as z from 'zod/v4/core'
import { createExpiryClock, type ExpiryClock } from '../browser/expiry.ts'
import { watchLifecycle } from '../browser/lifecycle.ts'
import { createTabs } from '../browser/tabs.ts'
import { type Cache, createCache } from '../cache/cache.ts'
import { addListener, callListeners, createListeners, type Listeners } from '../cache/listeners.ts'
import type { ConflictPolicy } from '../cache/operation.ts'
import { SessionDisposedError } from '../errors/session-disposed-error.ts'
import { SessionUsageError } from '../errors/session-usage-error.ts'
import { createClientId } from '../protocol/client-id.ts'
import { own } from '../protocol/json.ts'
import type { SessionCodec } from '../schema/codec.ts'
import { compileSchema } from '../schema/compile-schema.ts'
import { hostClock } from '../sync/clock.ts'
import type { SessionWriteError } from '../sync/events.ts'
import { ask, hear } from '../sync/hold.ts'
import { createSync, requestRead, wake } from '../sync/pipeline.ts'
import type { Sync } from '../sync/sync.ts'
import { createCsrf } from '../transport/csrf.ts'
import { createKyTransport } from '../transport/ky-transport.ts'
import type { SessionClientOptions } from './options.ts'
import { openChannel, openLock, toAbsolute, toCredentials } from './ports.ts'
import type { SessionEvents } from './types.ts'

/** What a client is wired of: the parts that its calls work on. */
export interface Core {
  readonly cache: Cache
  readonly codec: SessionCodec
  readonly sync: Sync
  readonly expiry: ExpiryClock
  /** Why the last write of each key was rejected. */
  readonly errors: Map<string, SessionWriteError>
  /** Begins to listen to the page and the other tabs, with the first use. @throws SessionDisposedError, SessionUsageError inside a pure function */
  start(): void
  /** Called first by whatever changes the log. @throws SessionUsageError inside a pure function */
  check(): void
  /** Marks a function of the app that runs in the middle of a replay: the log must not change under it. */
  pure<A extends readonly unknown[], R>(run: (...args: A) => R): (...args: A) => R
  /** Ends what `start` began. */
  stop(): void
  on<E extends keyof SessionEvents>(event: E, run: (value: SessionEvents[E]) => void): () => void
}

type Identify = { readonly [key: string]: string | readonly string[] | undefined }
type Policies = { readonly [key: string]: ConflictPolicy | undefined }

function toPolicy(conflict: ConflictPolicy | Policies = 'merge', pure: Core['pure']): (key: string) => ConflictPolicy {
  return (key) => {
    const policy = typeof conflict === 'object' ? (own(conflict, key) ?? 'merge') : conflict
    return typeof policy === 'function' ? pure(policy) : policy
  }
}

/** Returns the members that identify an item of a key's lists. */
function toIdentify(identify: Identify = {}): (key: string) => readonly string[] | undefined {
  return (key) => {
    const names = own(identify, key)
    return typeof names === 'string' ? [names] : names
  }
}

/** Tells pure functions of the app from the rest of it. */
function createPurity(): Pick<Core, 'pure' | 'check'> {
  let depth = 0
  return {
    pure:
      (run) =>
      (...args) => {
        depth++
        try {
          return run(...args)
        } finally {
          depth--
        }
      },
    check() {
      if (depth === 0) return
      throw new SessionUsageError(
        'Failed to use the session inside the function of an update, a transaction or a conflict policy: it is pure and runs again on every rebase. Work with what it is given, or listen to the event.',
      )
    },
  }
}

interface Hub extends Pick<Core, 'on'> {
  emit<E extends keyof SessionEvents>(event: E, value: SessionEvents[E]): void
}

function createHub(): Hub {
  const listeners: { [E in keyof SessionEvents]?: Listeners<SessionEvents[E]> } = {}
  return {
    emit(event, value) {
      if (listeners[event]) callListeners(listeners[event], value)
    },
    on(event, run) {
      listeners[event] ??= createListeners('event') as never
      return addListener(listeners[event], run)
    },
  }
}

/** Begins to follow the page's life and the other tabs; returns what ends it. */
function follow(sync: Sync, tabs: ReturnType<typeof createTabs>, expiry: ExpiryClock): () => void {
  const look = (wanted: 'conditional' | 'full') => () => void requestRead(sync, wanted)
  const open = (): void => {
    tabs.open()
    ask(sync)
  }
  expiry.start()
  open()
  const unwatch = watchLifecycle(sync.clock, {
    onFocus: look('conditional'),
    // The page may be being left: what lets others go first goes now or never. A commit that the leaving has cut off does not.
    onHide() {
      if (sync.sendAt <= sync.clock.now()) return
      sync.sendAt = 0
      sync.nudge?.()
    },
    // What waits for the network goes first; its answer tells what a read would.
    onOnline: () => (sync.nudge ?? look('conditional'))(),
    onFreeze: tabs.close,
    onThaw() {
      open()
      look('full')()
    },
  })
  return () => {
    unwatch()
    tabs.close()
  }
}

/** Wires the parts of a client; decides nothing. */
export function createCore<S extends z.$ZodObject>(options: SessionClientOptions<S>): Core {
  const url = toAbsolute(options.url)
  const { channel, clock = hostClock } = options
  const codec = compileSchema(options.schema, { freeze: options.freeze })
  const { pure, check } = createPurity()
  const policy = toPolicy(options.conflict as Policies, pure)
  const cache = createCache({ codec, policy, identify: toIdentify(options.identify) })
  const errors = new Map<string, SessionWriteError>()
  const { emit, on } = createHub()
  const expiry = createExpiryClock(clock, {
    expiringMs: options.expiringMs ?? 60_000,
    onExpiring: () => emit('expiring', expiry.current() ?? { remainingMs: 0, atBrowserClose: false }),
    onOver: () => void requestRead(sync, 'full'),
  })
  const tabs = createTabs(
    () => (channel === false ? undefined : (channel ?? openChannel)(url)),
    (message) => {
      if (!('state' in message)) return hear(sync, message)
      sync.inbox.push(message)
      wake(sync)
    },
  )
  const sync = createSync({
    cache,
    codec,
    policy,
    clock,
    transport:
      options.transport ?? createKyTransport({ url, credentials: options.credentials ?? toCredentials(url), fetch: options.fetch }),
    csrf: createCsrf(url, options.csrf),
    random: options.random ?? Math.random,
    // In memory only, since a duplicated tab shares what is stored.
    createClientId: options.createClientId ?? createClientId,
    retry: options.retry ?? {},
    timeoutMs: options.timeoutMs ?? 10_000,
    lock: options.lock ?? openLock(url),
    isExpired: expiry.isOver,
    tell: tabs.tell,
    emit: emit as Sync['emit'],
    onAcknowledged(keys) {
      const cleared = keys.filter((key) => errors.delete(key))
      if (cleared.length > 0) cache.wake()
    },
    onRejected(keys, error) {
      for (const key of keys) errors.set(key, error)
      emit('rejected', { keys, error })
      cache.wake()
    },
    onState(state, from) {
      if (sync.isDisposed) return // by a subscriber that was told of it
      expiry.set(state.lineage === null ? undefined : state.expiry)
      if (from !== undefined && from !== state.version) tabs.tell({ from, state })
    },
  })
  let stop: (() => void) | undefined
  return {
    cache,
    codec,
    sync,
    expiry,
    errors,
    on(event, run) {
      if (event === 'expiring' && !sync.isDisposed) expiry.start()
      return on(event, run)
    },
    pure,
    check,
    start() {
      check()
      if (sync.isDisposed) throw new SessionDisposedError()
      stop ??= follow(sync, tabs, expiry)
    },
    stop() {
      stop?.()
      expiry.stop()
    },
  }
}

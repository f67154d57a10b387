// Owns the one mutable place of the pipeline: the present state, and the queue of what is still to be told. Decisions are carried out here
// and nowhere else. `loop.ts` and `commands.ts` apply transitions.
import type { Cache, Moved } from '../cache/cache.ts'
import type { Mutation } from '../cache/mutation.ts'
import { keysOf, type SettleContext } from './apply-state.ts'
import type { SessionWriteError } from './events.ts'
import type { HeldLocks } from './held-locks.ts'
import type { Situation } from './plan.ts'
import type { PublishPort, SyncPorts, SyncSettings } from './ports.ts'
import { createState, type SyncState } from './state.ts'
import { toMessage } from './tab-message.ts'
import type { DecisionContext, Transition } from './transition.ts'

/** The pipeline of one client, as the rest of the client sees it. */
export interface Sync {
  readonly cache: Cache
  readonly ports: SyncPorts
  readonly settings: SyncSettings
  readonly locks: HeldLocks
  /** What the other tabs know this one by. */
  readonly tab: string
  /** The present state: another object after each transition. */
  readonly state: SyncState
  /** Carries a transition out, then continues the loop. What is called may call the client. */
  apply(transition: Transition): void
  /** Continues the loop from the end of this microtask, so that the writes of one tick gather. */
  wake(): void
  /** Cuts the exchange in flight, if there is one. */
  cut(): void
  /** Calls back once the loop has nothing to do; at once if it has nothing now. */
  whenIdle(run: () => void): void
}

/** What carries transitions out. */
export interface Engine {
  readonly state: SyncState
  apply(transition: Transition): void
}

/** Whether the watchers of the client see a difference. */
function isShownAnew(before: SyncState, after: SyncState): boolean {
  return before.status !== after.status || before.ending !== after.ending || before.isDisposed !== after.isDisposed
}

/** Returns what planning looks at. */
export function situationOf({ state, cache, ports, locks }: Pick<Sync, 'state' | 'cache' | 'ports' | 'locks'>): Situation {
  return { state, base: cache.base, log: cache.log, calls: cache.calls, now: ports.clock.now(), isSectionAwaited: locks.isSectionAwaited }
}

/** Returns what a decision looks at. */
export function contextOf({ state, cache, ports }: Sync): DecisionContext {
  return { state, base: cache.base, log: cache.log, calls: cache.calls, now: ports.clock.now() }
}

/** Returns what settling looks at. */
export function settleContextOf(sync: Sync): SettleContext {
  const { number, clientId } = sync.ports.random
  return { ...contextOf(sync), random: number(), settings: sync.settings, createClientId: clientId }
}

/** Tells the callers of mutations that they are stored. They have left the log. */
function resolveMutations(mutations: Iterable<Mutation>, publish: PublishPort): void {
  for (const mutation of mutations) {
    mutation.resolve(mutation.accessed?.result)
    publish.acknowledged(keysOf(mutation))
  }
}

/** Tells the callers of mutations that they were not stored. They have left the log. */
function rejectMutations(errors: Iterable<readonly [Mutation, unknown]>, publish: PublishPort): void {
  for (const [mutation, error] of errors) {
    ignoreUnhandled(mutation)
    mutation.reject(error)
    publish.rejected(keysOf(mutation), error as SessionWriteError, mutation.restored || undefined)
  }
}

/** Avoids an unhandled rejection if the caller ignores the promise. */
export function ignoreUnhandled({ receipt }: Mutation): void {
  receipt.catch(() => {})
}

/** Settles the promises, then emits the events. */
function notify(
  { acknowledged = [], rejected, answered = [], ended, isUndone }: Transition,
  moved: Moved | undefined,
  publish: PublishPort,
): void {
  resolveMutations(acknowledged, publish)
  rejectMutations(moved?.rejected ?? [], publish)
  rejectMutations(rejected ?? [], publish)
  for (const { waiters, error } of answered) for (const { resolve, reject } of waiters) error === undefined ? resolve() : reject(error)
  for (const conflict of moved?.conflicts ?? []) publish.emit('conflict', conflict)
  for (const invalid of moved?.invalid ?? []) publish.emit('invalid', invalid)
  if (ended) publish.emit('ended', { reason: ended })
  if (isUndone) publish.emit('dropped', { reason: 'undone' })
}

/**
 * Creates the engine. The state is complete before the first listener runs: views are told at once, promises and events in the
 * order of their transitions, also if a listener causes another one.
 */
export function createEngine(cache: Cache, { publish, random, journal }: SyncPorts, wake: () => void): Engine {
  const queue: { run: () => void; isHeld: boolean }[] = []
  let isDraining = false
  let state = createState(random.clientId())

  /** Moves the cache and tells the views. Returns what that brought up; undefined if there was nothing to move. */
  function show(transition: Transition, isStatusNew: boolean): Moved | undefined {
    const { base, acknowledged = [], rejected, restored, sent } = transition
    if (sent !== undefined) cache.send(sent)
    if (base || acknowledged.length > 0 || (rejected && rejected.size > 0)) {
      return cache.move({ base: base ?? cache.base, acknowledged: new Set(acknowledged), removed: new Set(rejected?.keys()), restored })
    }
    if (isStatusNew) cache.wake()
    return undefined
  }

  function drain(): void {
    if (isDraining) return
    isDraining = true
    try {
      for (let [notice] = queue; notice && !notice.isHeld; [notice] = queue) {
        queue.shift()
        notice.run()
      }
    } finally {
      isDraining = false
    }
  }

  return {
    get state() {
      return state
    },
    apply(transition) {
      const before = state
      const from = cache.base
      state = transition.state
      // In its place before the views are told, so that no event of a nested transition overtakes it.
      const notice = { run: () => {}, isHeld: false }
      const isOutermost = queue.length === 0 && !isDraining
      queue.push(notice)
      const moved = show(transition, isShownAnew(before, state))
      notice.run = () => notify(transition, moved, publish)
      const { base } = transition
      // A listener may have ended it.
      if (base && cache.base === base && !state.isDisposed) {
        publish.state(base)
        if (transition.isNews && base.version !== from?.version && publish.hasOthers()) publish.broadcast(toMessage(from, base))
      }
      // What is published as not stored must be gone from the disk first: a page that begins later would send it.
      const removed = journal?.told(transition, moved, from)
      if (removed) {
        notice.isHeld = true
        removed.then(() => {
          notice.isHeld = false
          drain()
        })
      }
      if (isOutermost) drain()
      publish.changed()
      if (state !== before || moved) wake()
    },
  }
}

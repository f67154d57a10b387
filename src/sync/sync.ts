// Wires the pipeline of one client: engine, loop, locks. The client's wiring calls it once. It decides nothing.
import type { Cache } from '../cache/cache.ts'
import { createAlarm } from './alarm.ts'
import { leavesFirstCommit, readAfterWait } from './commands.ts'
import type { CreationSignals } from './creation-signals.ts'
import { createEngine, type Sync } from './engine.ts'
import type { RunningExchange } from './exchange.ts'
import { createHeldLocks, type LeaseOptions } from './held-locks.ts'
import { run } from './loop.ts'
import type { SyncPorts, SyncSettings } from './ports.ts'
import { answerRead } from './read-queue.ts'
import { withStatus } from './state.ts'

/** How many attempts' time an exchange waits for a section of another tab. */
const sectionAttempts = 2
/** After how many attempts' time a tab asks whether the one that creates a session still lives. */
const creationAttempts = 3

/** Creates a pipeline that has done nothing yet. */
export function createSync(cache: Cache, ports: SyncPorts, settings: SyncSettings, creation: CreationSignals): Sync {
  const { clock, locks, exchange } = ports
  const alarm = createAlarm(clock)
  const idleListeners = new Set<() => void>()
  let isRunning = false
  let running: RunningExchange | undefined

  function onIdle(): void {
    isRunning = false
    for (const listener of [...idleListeners]) listener()
    idleListeners.clear()
    if (sync.state.isDisposed || sync.state.status.activity === 'idle') return
    const isAsked = sync.state.reads.pending !== 'no'
    sync.apply({ state: withStatus(sync.state, { activity: 'idle' }) })
    // A listener that revalidates at this moment asks for what has just arrived.
    const { reads } = sync.state
    if (isAsked || reads.pending !== 'conditional' || !sync.cache.base) return
    const { queue, answered } = answerRead(reads)
    sync.apply({ state: { ...sync.state, reads: queue }, answered: [{ waiters: answered }] })
  }
  function onExchange(next: RunningExchange | undefined): void {
    running = next
  }
  function wake(): void {
    if (ports.journal?.note() === false) return
    if (isRunning) return alarm.ring()
    isRunning = true
    queueMicrotask(() => void run(sync, alarm, { onIdle, onExchange }))
  }

  const lease = (acquire: LeaseOptions['acquire'], attempts: number): Pick<LeaseOptions, 'acquire' | 'clock' | 'boundMs'> => ({
    acquire,
    clock,
    boundMs: attempts * exchange.timeoutMs,
  })
  const heldLocks = createHeldLocks({
    section: { ...lease(locks.shared, sectionAttempts), goesOn: async () => false, onHeld: wake },
    creation: {
      ...lease(locks.creation, creationAttempts),
      goesOn: creation.isCreatedElsewhere,
      onHeld(hasWaited) {
        creation.setCreating(true)
        if (hasWaited) readAfterWait(sync)
        wake()
      },
      onRelease: () => creation.setCreating(false, !leavesFirstCommit(sync)),
    },
  })
  const engine = createEngine(cache, ports, wake)
  const sync: Sync = {
    cache,
    ports,
    settings,
    locks: heldLocks,
    tab: engine.state.outbox.client,
    get state() {
      return engine.state
    },
    apply: engine.apply,
    wake,
    cut: () => running?.cut(),
    whenIdle(listener) {
      if (isRunning) idleListeners.add(listener)
      else listener()
    },
  }
  return sync
}

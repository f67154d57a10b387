// Sends the log of a dead page without showing it: a pipeline of its own, under the dead page's client id, until nothing is pending. Then its
// record is removed. `journal.ts` starts one for each log that the page does not take over.
import { createCache } from '../cache/cache.ts'
import type { JournalHost } from '../client/journal.ts'
import { SessionEndedError } from '../errors/session-ended-error.ts'
import { disposeSync, endBackoff, receiveMessage, requestRead } from '../sync/commands.ts'
import type { Sync } from '../sync/engine.ts'
import { needsFenceOn } from '../sync/outbox.ts'
import type { PublishPort, SyncPorts } from '../sync/ports.ts'
import { wantRead } from '../sync/read-queue.ts'
import { isSuspended, withStatus } from '../sync/state.ts'
import { createSync } from '../sync/sync.ts'
import type { Transport } from '../transport/transport.ts'
import { toBase } from './decide.ts'
import type { ClaimedLog } from './find-logs.ts'
import { createKeeper, type Keeper } from './keeper.ts'
import type { WriterOptions } from './kept-log.ts'
import type { Entry } from './record.ts'
import { restore } from './restore.ts'

/** What a recovery needs of its journal. */
export interface RecoveryOptions {
  readonly host: JournalHost
  /** The transport itself. */
  readonly send: Transport
  readonly keeper: Omit<WriterOptions, 'sync' | 'onClient' | 'onLost'>
  /** Nothing is pending any more, or another page took the log. */
  readonly onDone: () => void
  /** Writes that today's schema refuses. */
  readonly onRefused: (refused: readonly Entry[]) => void
}

/** The log of a dead page while it is being sent. */
export interface Recovery {
  readonly client: string
  /** Tries again what waits, because the network or the visitor is back. */
  retry(): void
  /** The page is left: the next one takes the log. */
  leave(): void
}

/** Passes on what becomes of the log: its states reach the page as those of another tab, its rejections as restored ones. */
function toPublish(page: Sync, sync: () => Sync): PublishPort {
  const { publish } = page.ports
  return {
    emit(event, value) {
      if (event === 'exchange' || event === 'conflict') publish.emit(event, value)
    },
    acknowledged: publish.acknowledged,
    rejected(keys, error) {
      if (!(error instanceof SessionEndedError)) return publish.rejected(keys, error, true)
      const reason = sync().cache.base?.lineage != null && error.reason === 'replaced' ? 'other-visitor' : 'ended'
      publish.emit('dropped', { reason, count: 1, keys, values: error.values })
    },
    state() {},
    changed() {},
    broadcast(message) {
      publish.broadcast(message)
      if ('state' in message) receiveMessage(page, message)
    },
    hasOthers: () => true,
  }
}

/** Sends the log of a dead page. */
export function startRecovery({ host, send, keeper: options, onDone, onRefused }: RecoveryOptions, log: ClaimedLog): Recovery {
  const page = host.sync()
  const cache = createCache(host.rules)
  const { mutations, outbox, refused } = restore(log.record, { rules: host.rules, calls: 0 })
  const keeper: Keeper = createKeeper(
    {
      ...options,
      sync: () => sync,
      onClient() {},
      onLost() {
        finish(() => keeper.leave(true))
        return false
      },
    },
    { ...log, mutations },
  )
  let isStarted = false
  let isDone = false
  const ports: SyncPorts = {
    ...page.ports,
    publish: toPublish(page, () => sync),
    exchange: { ...page.ports.exchange, send: (request) => keeper.send(send, request) },
    journal: {
      begin() {},
      note() {
        if (!isStarted || isDone) return isStarted
        keeper.note()
        if (isOver(sync)) finish(() => void keeper.remove())
        return true
      },
      ahead: (port) => port,
      told: keeper.told,
      isDurable: keeper.isDurable,
      look() {},
      stop() {},
    },
  }
  const sync: Sync = createSync(cache, ports, page.settings, host.creation)

  function finish(end: () => void): void {
    if (isDone) return
    isDone = true
    end()
    onDone()
    // After what is told of the last exchange.
    queueMicrotask(() => disposeSync(sync))
  }

  const { state } = sync
  // Without a lineage it reads first, since somebody may have signed in; with one, the commit in flight goes before any read.
  const reads = log.record.base.lineage === null ? wantRead(state.reads, 'full') : state.reads
  sync.apply({
    state: withStatus({ ...state, outbox, reads }, { status: 'ready' }),
    base: toBase(log.record, Date.now()),
    restored: mutations,
  })
  if (refused.length > 0) onRefused(refused)
  isStarted = true
  sync.wake()
  return {
    client: log.client,
    retry() {
      endBackoff(sync)
      if (isSuspended(sync.state)) requestRead(sync, 'full').catch(() => {})
    },
    leave: () => finish(() => keeper.leave(true)),
  }
}

/** Whether nothing of a log is left to send. */
function isOver({ cache, state }: Sync): boolean {
  const { base, log } = cache
  return log.length === 0 && !state.outbox.inFlight && !(base && needsFenceOn(state.outbox, base)) && !state.doubt
}

// Owns the journal of one page: it opens the disk, takes over a log, starts recoveries, and follows the page's life. The client calls it through
// its port. What is put when, `keeper.ts` decides.
import type { ClientJournal, JournalHost } from '../client/journal.ts'
import { watchPage } from '../platform/page-lifecycle.ts'
import { hostRandom } from '../platform/random.ts'
import type { DropReason, JournalState } from '../sync/events.ts'
import { answerRead, wantRead } from '../sync/read-queue.ts'
import { createEnding, wipedState } from '../sync/session-end.ts'
import { withStatus } from '../sync/state.ts'
import type { Transport } from '../transport/transport.ts'
import { toBase } from './decide.ts'
import type { Disk, OpenDisk } from './disk.ts'
import { type ClaimedLog, type Found, findLogs, releaseFound } from './find-logs.ts'
import { createKeeper, type Keeper } from './keeper.ts'
import type { WriterOptions } from './kept-log.ts'
import { createLockClient, type LockClient } from './locks.ts'
import { createMarks } from './marks.ts'
import type { EndRecord, Entry, LogRecord } from './record.ts'
import { type Recovery, startRecovery } from './recovery.ts'
import { describe, restore } from './restore.ts'
import { createSteadyDisk } from './steady-disk.ts'
import { forgetEnds } from './store.ts'
import { within } from './within.ts'

/** What `createJournal` was given, with its defaults. */
export interface JournalSettings {
  readonly maxAgeMs: number
  readonly maxBytes: number
  readonly openingMs: number
  readonly openDisk: OpenDisk
  readonly cookies: () => string
}

/** Creates the journal of one client. */
export function createClientJournal(host: JournalHost, settings: JournalSettings): ClientJournal {
  const name = `sojourn/1 ${host.url}`
  const marks = createMarks(name)
  const owner = hostRandom.clientId()
  const recoveries = new Set<Recovery>()
  let state: JournalState = 'off'
  let isStopped = false
  let send: Transport | undefined
  let disk: Disk | undefined
  let keeper: Keeper | undefined
  let lock: LockClient | undefined
  let stopWatching: (() => void) | undefined
  let opening: Promise<void> | undefined
  let looking: Promise<void> | undefined

  const sync = host.sync
  function setState(next: JournalState, reason?: string): void {
    state = next
    sync().ports.publish.emit('journal', { state, ...(reason !== undefined && { reason }) })
  }
  function drop(reason: DropReason, log: readonly Entry[]): void {
    sync().ports.publish.emit('dropped', { reason, ...(reason !== 'format' && describe(log)) })
  }
  function toMemory(reason: string): void {
    if (state === 'memory' || isStopped) return
    for (const recovery of [...recoveries]) recovery.leave()
    setState('memory', reason)
    sync().wake()
  }

  const isOurs = ({ client }: LogRecord): boolean =>
    client === sync().state.outbox.client || [...recoveries].some((recovery) => recovery.client === client)

  const find = (to: Disk, locks: LockClient, isWanted: (record: LogRecord) => boolean, mayTakeOver: () => boolean): Promise<Found> =>
    findLogs({ ...settings, disk: to, owner, lock: locks, marks, isWanted: (record) => !isOurs(record) && isWanted(record), mayTakeOver })

  const keeperOptions = (to: Disk, locks: LockClient): Omit<WriterOptions, 'sync' | 'onClient' | 'onLost'> => ({
    disk: to,
    clock: sync().ports.clock,
    owner,
    maxBytes: settings.maxBytes,
    lock: locks,
    onFailure(client, reason) {
      marks.setBehind(client, true)
      toMemory(reason)
    },
    onFull: () => setState(state, 'full'),
  })

  function recover(logs: readonly ClaimedLog[]): void {
    for (const log of logs) {
      if (!disk || !lock || !send) return log.release()
      const options = { host, send, keeper: keeperOptions(disk, lock), onRefused: (refused: readonly Entry[]) => drop('schema', refused) }
      const recovery = startRecovery({ ...options, onDone: () => recoveries.delete(recovery) }, log)
      recoveries.add(recovery)
    }
  }

  async function open(): Promise<void> {
    const { clock } = sync().ports
    if (!host.locks) return toMemory('no-locks')
    const locks = createLockClient(host.locks, name)
    lock = locks
    const finding = settings.openDisk(name).then(async (opened) => {
      const steady = createSteadyDisk(opened, clock)
      disk = steady
      const found = await find(
        steady,
        locks,
        () => true,
        () => !sync().cache.base,
      )
      const client = found.own?.client ?? sync().state.outbox.client
      return { opened: steady, found, client, release: found.own?.release ?? (await locks(client)) }
    })
    const late = finding.then(({ found, release }) => {
      if (state === 'opening' && !isStopped) return
      releaseFound(found)
      release?.()
    })
    late.catch(() => {})
    try {
      const { opened, found, client, release } = await within(clock, settings.openingMs, finding)
      if (isStopped || !release) return toMemory('no-locks')
      take(opened, locks, found, { client, release })
    } catch (error) {
      toMemory((error as Error).name)
    }
  }

  /** Puts what was found into the pipeline, which has done no exchange yet. */
  function take(to: Disk, locks: LockClient, found: Found, held: { readonly client: string; readonly release: () => void }): void {
    const { own } = found
    const context = { rules: host.rules, calls: sync().cache.calls }
    const restored = own && restore(own.record, context)
    const log = own && restored ? { ...own, mutations: restored.mutations } : held
    keeper = createKeeper({ ...keeperOptions(to, locks), sync, onClient: marks.setHint, onLost: () => true }, log)
    marks.setHint(held.client)
    if (own && restored) {
      const { state: before, apply } = sync()
      const { queue, answered } = answerRead(before.reads)
      apply({
        state: withStatus({ ...before, outbox: restored.outbox, reads: wantRead(queue, 'conditional') }, { status: 'ready' }),
        base: toBase(own.record, Date.now()),
        restored: restored.mutations,
        answered: [{ waiters: answered }],
      })
    } else resumeEnd(found.ends)
    setState('on')
    void forgetOldEnds(to, found.ends)
    for (const [reason, entries] of found.dropped) drop(reason, entries)
    if (restored && restored.refused.length > 0) drop('schema', restored.refused)
    keeper.note()
    sync().wake()
    recover(found.others)
  }

  /** An `end()` of an earlier page was not confirmed: nothing of its session is shown, and the DELETE goes first. */
  function resumeEnd(ends: readonly EndRecord[]): void {
    const [end] = ends.filter(({ isConfirmed }) => !isConfirmed).sort((a, b) => b.savedAt - a.savedAt)
    const { state: before, cache, apply } = sync()
    if (!end || (cache.base && cache.base.lineage !== end.lineage)) return
    apply({ state: { ...before, ending: createEnding(end.lineage, undefined) }, base: wipedState })
  }

  /** Forgets ends that no record can have any more, and those that can no longer reach the server. */
  async function forgetOldEnds(to: Disk, ends: readonly EndRecord[]): Promise<void> {
    const current = sync().state.ending?.lineage
    const old = ends.filter((end) => end.lineage !== current && (!end.isConfirmed || Date.now() - end.savedAt > settings.maxAgeMs))
    if (old.length > 0)
      await forgetEnds(
        to,
        old.map(({ lineage }) => lineage),
      ).catch(() => {})
  }

  /** Looks for logs of this session whose pages are gone. */
  function look(): void {
    const lineage = sync().cache.base?.lineage
    for (const recovery of recoveries) recovery.retry()
    if (state !== 'on' || !disk || !lock || lineage == null || looking || isStopped) return
    const finding = find(
      disk,
      lock,
      (record) => record.base.lineage === lineage && record.log.length > 0,
      () => false,
    )
    looking = finding
      .then((found) => {
        if (isStopped) return releaseFound(found)
        for (const [reason, entries] of found.dropped) if (reason !== 'format') drop(reason, entries)
        recover(found.others)
      })
      .catch(() => {})
      .finally(() => {
        looking = undefined
      })
  }

  function leave(isForGood: boolean): void {
    const { ports, cache, tab } = sync()
    keeper?.leave(isForGood)
    for (const recovery of [...recoveries]) recovery.leave()
    disk?.close()
    if (state === 'on' && cache.log.length > 0) ports.publish.broadcast({ say: 'leaving', tab })
  }

  return {
    get state() {
      return state
    },
    begin() {
      if (state !== 'off') return
      setState('opening')
      opening = open()
      stopWatching = watchPage(sync().ports.clock, {
        onReturn: look,
        onHide: () => void keeper?.flush(),
        onLeave: () => leave(false),
        onOnline: look,
        onThaw: () => void keeper?.verify().then(look),
      })
    },
    note() {
      if (state === 'opening') return false
      if (state === 'on') keeper?.note()
      return true
    },
    ahead(port) {
      send = port
      return (request) => (keeper && state === 'on' ? keeper.send(port, request) : port(request))
    },
    told: (transition, moved, from) => (state === 'on' ? keeper?.told(transition, moved, from) : undefined),
    isDurable: (mutation) => (state === 'on' && keeper?.isDurable(mutation)) || false,
    async whenDurable() {
      await opening
      if (state === 'on') await keeper?.flush()
      return sync().cache.log.every((mutation) => keeper?.isDurable(mutation) === true && state === 'on')
    },
    look,
    stop() {
      isStopped = true
      stopWatching?.()
      leave(true)
    },
  }
}

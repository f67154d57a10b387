// Writes the log of one pipeline: what is put when, under which client id, and what becomes of a log that another page took. `keeper.ts` decides
// what waits for it.
import type { Mutation } from '../cache/mutation.ts'
import { SessionUnknownFateError } from '../errors/session-unknown-fate-error.ts'
import type { State } from '../protocol/state.ts'
import { rejections } from '../sync/apply-state.ts'
import { requestRead } from '../sync/commands.ts'
import { possiblyStored, renumber } from '../sync/outbox.ts'
import { endRead } from '../sync/read-queue.ts'
import { isCommitAwaited, isKnownBase } from './decide.ts'
import type { KeptLog, LogWriter, WriterOptions } from './kept-log.ts'
import { createKnownMutations } from './known-mutations.ts'
import { createPutTimer } from './put-timer.ts'
import { type LogRecord, toRecord } from './record.ts'
import { checkOwner, confirmEnd, endLineage, type PutResult, putLastLog, putLog, removeLog } from './store.ts'

/** Creates the writer of a log. */
export function createLogWriter(options: WriterOptions, start: KeptLog): LogWriter {
  const { sync, disk, clock, owner } = options
  const known = createKnownMutations(start.mutations ?? [])
  let { client } = start
  let release: (() => void) | undefined = start.release
  let isWritten = start.record !== undefined
  let isOver = false
  let verifiedAt: number | undefined = clock.now()
  let verifying: Promise<void> | undefined
  let running: Promise<unknown> | undefined
  let next: Promise<unknown> | undefined
  let writtenN = start.record?.inFlight?.n
  let recordedN = start.record?.n
  let ending: { readonly lineage: string; readonly savedAt: number } | undefined
  const endedByServer = new Set<string>()
  let saved: { readonly base: State | undefined; readonly length: number } = { base: undefined, length: 0 }
  let isFull = false
  const timer = createPutTimer(clock, {
    urgency,
    isCommitAwaited: () => isCommitAwaited(sync().state, sync().cache.log),
    put: () => void flush(),
  })

  function hasCommit(): boolean {
    const { inFlight, client: now } = sync().state.outbox
    return !inFlight || (inFlight.n === writtenN && now === client)
  }

  /** Whether something is to be put at once, or only something that does no harm if it is put later. */
  function urgency(): 'at-once' | 'later' | 'none' {
    const { cache, state } = sync()
    const { base, log } = cache
    if (!isKnownBase(base)) return isWritten ? 'at-once' : 'none'
    if (state.outbox.client !== client || !hasCommit() || !log.every(known.hasPresent)) return 'at-once'
    return base !== saved.base || log.length !== saved.length ? 'later' : 'none'
  }

  function flush(): Promise<unknown> {
    timer.cancel()
    if (!running) {
      running = write().finally(() => {
        running = undefined
      })
      return running
    }
    next ??= running.then(() => {
      next = undefined
      return flush()
    })
    return next
  }

  function fail(error: unknown): void {
    if (isOver) return
    isOver = true
    known.forget()
    options.onFailure(client, (error as Error).name)
  }

  async function write(): Promise<void> {
    if (isOver) return
    try {
      await writeEnds()
      const result = await writeLog()
      if (result === 'ended') requestRead(sync(), 'full').catch(() => {})
      if (result === 'lost') lose()
    } catch (error) {
      fail(error)
    }
  }

  /** The record is gone from the disk, by our own doing. */
  function forget(log?: readonly Mutation[]): void {
    isWritten = false
    writtenN = undefined
    known.forget(log)
  }

  async function writeEnds(): Promise<void> {
    const lineage = sync().state.ending?.lineage
    const own = { client, owner }
    if (lineage && lineage !== ending?.lineage) {
      const end = { lineage, savedAt: Date.now() }
      await endLineage(disk, { ...end, isConfirmed: false }, own)
      ending = end
      forget(sync().cache.log)
    }
    if (ending && !sync().state.ending) {
      await confirmEnd(disk, { ...ending, isConfirmed: true })
      ending = undefined
    }
    for (const ended of endedByServer) {
      endedByServer.delete(ended)
      await endLineage(disk, { lineage: ended, savedAt: Date.now(), isConfirmed: true }, own)
      forget(sync().cache.log)
    }
  }

  /** Returns what is to be put. New mutations that would exceed `maxBytes` stay in memory. */
  function snapshot(): { readonly record: LogRecord; readonly mutations: readonly Mutation[] } | undefined {
    const { cache, state } = sync()
    const { outbox } = state
    const { base, log } = cache
    if (!isKnownBase(base)) return
    const whole = toRecord({ base, log, outbox }, owner, Date.now())
    const wasFull = isFull
    isFull = JSON.stringify(whole).length > options.maxBytes
    if (!isFull) return { record: whole, mutations: [...log] }
    if (!wasFull) options.onFull()
    const sent = outbox.inFlight?.mutations.length ?? 0
    const mutations = log.filter((mutation, place) => place < sent || known.has(mutation))
    return { record: toRecord({ base, log: mutations, outbox }, owner, Date.now()), mutations }
  }

  async function writeLog(): Promise<PutResult | undefined> {
    const taken = snapshot()
    if (!taken) {
      if (isWritten) await removeLog(disk, client, owner)
      forget(sync().cache.log)
      return
    }
    const { record, mutations } = taken
    const former = record.client === client ? undefined : client
    if (former !== undefined) await moveTo(record.client)
    const { base, log } = sync().cache
    const complete = known.begin(mutations)
    const result = await putLog(disk, record, isWritten, former)
    if (result === 'ended') forget(log)
    if (result !== 'written') return result
    isWritten = true
    writtenN = record.inFlight?.n
    if (verifiedAt !== undefined) verifiedAt = clock.now()
    saved = { base, length: log.length }
    if (complete()) sync().cache.wake()
    return result
  }

  /** The pipeline has another client id: its log gets another lock and record. */
  async function moveTo(to: string): Promise<void> {
    release?.()
    release = undefined
    client = to
    writtenN = undefined
    recordedN = undefined
    options.onClient(to)
    const granted = await options.lock(to)
    if (client === to) release = granted
    else granted?.()
  }

  /** Another page took the log. What it has of it is pending there; what it never got goes on under a new client id, on the same base. */
  function lose(): void {
    const { state, cache, cut, ports, apply } = sync()
    const { outbox, exchange, reads } = state
    const sent = possiblyStored(outbox, exchange?.kind === 'commit')
    const gone = cache.log.filter((mutation) => known.has(mutation) || sent.has(mutation))
    forget()
    if (!options.onLost()) return
    const renumbered = renumber(outbox, ports.random.clientId())
    void moveTo(renumbered.client)
    cut()
    apply({
      state: { ...state, exchange: undefined, reads: endRead(reads), outbox: renumbered },
      rejected: rejections(cache.log, gone, () => new SessionUnknownFateError()),
    })
  }

  async function check(): Promise<void> {
    try {
      release ??= await options.lock(client)
      const isOwner = release !== undefined && (await checkOwner(disk, { client, owner, isWritten }))
      verifiedAt = clock.now()
      if (!isOwner) lose()
    } catch (error) {
      fail(error)
    }
  }

  return {
    known,
    get isOver() {
      return isOver
    },
    get recordedN() {
      return recordedN
    },
    get verifiedAt() {
      return verifiedAt
    },
    get isWritten() {
      return isWritten
    },
    hasCommit,
    note() {
      if (!isOver) timer.note()
    },
    endLineage: (lineage) => void endedByServer.add(lineage),
    flush,
    leave(isForGood) {
      timer.cancel()
      const taken = !isOver && verifiedAt !== undefined && release ? snapshot() : undefined
      // Put blindly, because this task may be the last: no other page can have taken the log while this one has the lock.
      if (taken && taken.record.client === client && (isWritten || taken.mutations.length > 0)) {
        known.begin(taken.mutations)
        putLastLog(disk, taken.record).catch(() => {})
        isWritten = true
      }
      verifiedAt = undefined
      release?.()
      release = undefined
      isOver ||= isForGood
    },
    verify() {
      if (isOver) return Promise.resolve()
      verifying ??= check().finally(() => {
        verifying = undefined
      })
      return verifying
    },
    async remove() {
      isOver = true
      timer.cancel()
      await running
      await removeLog(disk, client, owner).catch(() => {})
      release?.()
    },
  }
}

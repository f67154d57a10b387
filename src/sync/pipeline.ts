import { SessionDisposedError } from '../errors/session-disposed-error.ts'
import type { State } from '../protocol/state.ts'
import { commit, prepare } from './commit.ts'
import { sendEnd } from './end.ts'
import { underLock } from './lock.ts'
import { isElsewhere, read } from './read.ts'
import { move, rejectAll } from './settle.ts'
import { answerReaders, become, isOwnRead, isStopped, type Sync, type SyncPorts, sleep } from './sync.ts'

/** Creates the state of a pipeline that has done nothing yet. */
export function createSync(ports: SyncPorts): Sync {
  const client = ports.createClientId()
  return {
    ...ports,
    tab: client,
    client,
    n: 0,
    acknowledged: 0,
    flight: undefined,
    lost: new Map(),
    isLoose: false,
    limit: Number.POSITIVE_INFINITY,
    suspects: 0,
    isFresh: false,
    conflicts: 0,
    wanted: 'no',
    readers: new Set(),
    isReading: false,
    lateWanted: 'no',
    lateReaders: new Set(),
    ending: undefined,
    csrfToken: undefined,
    status: 'loading',
    activity: 'idle',
    error: null,
    failures: 0,
    isPaused: false,
    retryAt: 0,
    sendAt: 0,
    rivals: 0,
    isTrusted: false,
    isHeld: false,
    holders: 0,
    holding: undefined,
    heldUntil: 0,
    isHeldElsewhere: false,
    heldBy: new Map(),
    isLocking: false,
    isLockedElsewhere: false,
    busyTabs: new Set(),
    elders: new Set(),
    listening: new Set(),
    isRunning: false,
    isWoken: false,
    quieted: new Set(),
    inbox: [],
    isDisposed: false,
    abort: undefined,
    nudge: undefined,
    cancel: undefined,
  }
}

/** Whether a commit is to be sent, or sent again. */
const hasCommit = ({ flight, cache, isLoose }: Sync): boolean => flight !== undefined || cache.log.length > 0 || isLoose

/** One turn of the loop: at most one exchange. False where there is nothing to do. */
async function turn(sync: Sync): Promise<boolean> {
  const { cache, ending } = sync
  if (isStopped(sync) || (sync.isPaused && sync.wanted === 'no')) return false
  if (cache.base && !sync.flight) takeMessages(sync, cache.base)
  const isEnd = ending && !sync.isPaused
  const isReadFirst = !cache.base || sync.isPaused || sync.wanted === 'full'
  const isRead = !isEnd && (isReadFirst || (sync.wanted !== 'no' && !sync.flight && cache.log.length === 0))
  if (!isEnd && !isRead && !hasCommit(sync)) return false
  const retryAt = isOwnRead(sync) ? 0 : sync.retryAt
  const now = sync.clock.now()
  const waitMs = Math.max(retryAt, isRead ? 0 : sync.sendAt) - now
  if (retryAt > now) become(sync, { activity: 'retrying' })
  // Timers may fire a little early.
  if (waitMs >= 1) await sleep(sync, waitMs, retryAt > now)
  else await (isEnd ? sendEnd(sync, ending) : isRead ? read(sync) : send(sync))
  return true
}

/**
 * Sends the commit under way, or the next one. The first of a new visitor creates the session, and two tabs at once
 * would create two, one of them lost: it goes in one tab at a time, and who waited for another tab reads first. So does
 * every commit to a server that cannot compare and set.
 */
async function send(sync: Sync): Promise<void> {
  const { base } = sync.cache
  const start = async (): Promise<void> => {
    sync.flight ??= prepare(sync)
    if (sync.flight) await commit(sync, sync.flight)
  }
  if (!sync.lock || (base?.lineage !== null && base?.atomic !== false)) return start()
  const isFree = (): boolean => !isStopped(sync) && !sync.isPaused && !sync.ending
  const alone = async (waited: boolean): Promise<void> => {
    if (waited && isFree()) {
      sync.wanted = 'full'
      await read(sync)
    }
    // A conditional read that is wanted meanwhile is answered by the commit; waiting for it here would be for ever.
    if (sync.wanted !== 'full' && hasCommit(sync) && isFree()) await start()
    // The reads between its attempts too: whoever got the lock meanwhile would create a second session.
    while (sync.flight && isFree()) await (sync.wanted === 'full' ? read(sync) : commit(sync, sync.flight))
  }
  await underLock(sync, sync.lock, alone)
}

/**
 * Takes what other tabs told. A message says from which version to which it goes, so no order between tabs is assumed:
 * one that does not start at our base only causes a read. A message never ends a session.
 */
function takeMessages(sync: Sync, base: State): void {
  for (const { from, state } of sync.inbox.splice(0)) {
    const at = sync.cache.base ?? base
    if (state.version === at.version) continue
    if (from !== at.version || isElsewhere(sync, state) || state.lineage !== at.lineage) {
      sync.wanted = sync.wanted === 'no' ? 'conditional' : sync.wanted
      continue
    }
    move(sync, { ...state, last: sync.acknowledged })
    sync.onState(state)
  }
}

/** Goes on with what is to be done, from the end of the present microtask, so that the writes of one tick gather. */
export function wake(sync: Sync): void {
  sync.isWoken = true
  if (sync.isRunning || sync.isDisposed) return
  sync.isRunning = true
  queueMicrotask(async () => {
    while (sync.isWoken) {
      sync.isWoken = false
      while (await turn(sync));
    }
    sync.isRunning = false
    for (const told of sync.quieted) told()
    sync.quieted.clear()
    if (!sync.isDisposed) become(sync, { activity: 'idle' })
  })
}

/** Asks for a read; resolves when an answer came, that of a commit under way included, of a read under way not. Rejects at a 401. */
export function requestRead(sync: Sync, wanted: 'conditional' | 'full'): Promise<void> {
  const name = sync.isReading ? 'lateWanted' : 'wanted'
  if (sync[name] !== 'full') sync[name] = wanted
  const readers = sync.isReading ? sync.lateReaders : sync.readers
  const answered = new Promise<void>((resolve, reject) => readers.add({ resolve, reject }))
  answered.catch(() => {})
  wake(sync)
  return answered
}

/** Ends everything; what is pending is rejected. */
export function disposeSync(sync: Sync): void {
  if (sync.isDisposed) return
  sync.isDisposed = true
  sync.abort?.()
  sync.cancel?.()
  for (const timer of sync.heldBy.values()) sync.clock.clearTimeout(timer)
  const error = new SessionDisposedError()
  sync.ending?.reject(error)
  sync.ending = undefined
  answerReaders(sync, error)
  rejectAll(sync, sync.cache.log, () => error)
}

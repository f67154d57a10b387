import type { Cache } from '../cache/cache.ts'
import type { Mutation } from '../cache/mutation.ts'
import type { ConflictPolicy } from '../cache/operation.ts'
import type { SessionEndReason } from '../errors/session-ended-error.ts'
import type { SessionError } from '../errors/session-error.ts'
import type { State } from '../protocol/state.ts'
import type { SessionCodec } from '../schema/codec.ts'
import type { Transport } from '../transport/transport.ts'
import type { RetryOptions } from './backoff.ts'
import type { Clock } from './clock.ts'
import type { SessionActivity, SessionStatus, SessionWriteError, SyncEvents } from './events.ts'
import type { HoldMessage } from './hold-message.ts'

/** Runs something in one tab at a time; `waited` tells whether another tab had it first. */
export type SessionLock = (run: (waited: boolean) => Promise<void>) => Promise<void>

/** What the pipeline needs of the world. */
export interface SyncPorts {
  readonly cache: Cache
  readonly codec: SessionCodec
  readonly transport: Transport
  /** Gives the header of an unsafe request from the last state's token. */
  readonly csrf: (stateToken: string | undefined) => Promise<Record<string, string>>
  readonly clock: Clock
  /** A number from 0 up to 1, for jitter. */
  readonly random: () => number
  /** A fresh client id: 128 random bits. */
  readonly createClientId: () => string
  readonly retry: RetryOptions
  /** How long one attempt may take, in milliseconds. */
  readonly timeoutMs: number
  /** Told every event, after the state is consistent. */
  readonly emit: <E extends keyof SyncEvents>(event: E, value: SyncEvents[E]) => void
  /** Decides conflicts, and what a commit expects. */
  readonly policy: (key: string) => ConflictPolicy
  /** Told every mutation that was acknowledged; its callers know already. */
  readonly onAcknowledged: (keys: readonly string[]) => void
  /** Told every mutation that was rejected; its callers know already. */
  readonly onRejected: (keys: readonly string[], error: SessionWriteError) => void
  /** Told every state that became the base, with the version before where an answer to our own request brought it. */
  readonly onState: (state: State, from?: string | null) => void
  /** Says something to the other tabs; false where there can be none. */
  readonly tell: (message: HoldMessage) => boolean
  /** Whether the session is over by our clock. */
  readonly isExpired: () => boolean
  /** Absent where the browser has no locks. */
  readonly lock?: SessionLock | undefined
}

/** A commit whose fate is not known yet. Its number is bound to its body for ever. */
export interface Flight {
  readonly n: number
  readonly body: string
  readonly mutations: readonly Mutation[]
  /** Attempts begun. */
  attempts: number
  /** When the last of them began, on the clock. */
  sentAt: number
  /** Answers of 4xx and 5xx that said nothing of the protocol. */
  failures: number
  /** Whether an attempt before this one may have been stored. */
  isDoubtful: boolean
  /** Whether the CSRF token was renewed for it. */
  isRenewed: boolean
}

/** A promise with its handles. */
export interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** A session that is being ended. */
export interface Ending extends Waiter {
  /** Settles by `resolve` and `reject`. */
  readonly done: Promise<void>
  readonly lineage: string | null
  attempts: number
}

/**
 * The state of the commit pipeline: one exchange at a time, so that the base never moves under a commit. The functions
 * of this folder work on it; the loop in pipeline.ts calls them one after the other.
 */
export interface Sync extends SyncPorts {
  /** What the other tabs know this one by. */
  readonly tab: string
  client: string
  /** The last commit number used. */
  n: number
  /** The last commit number that the server acknowledged for this lineage. */
  acknowledged: number
  flight: Flight | undefined
  /** Commits refused or given up since the last acknowledged one: a late copy may be stored after all, and `last` tells. */
  readonly lost: Map<number, Flight>
  /**
   * A commit was refused of which an attempt, or a copy that a network made, may still arrive, and no later number is
   * stored yet: should the keys come to be as it expects, what was rejected would be stored. The next commit ends that, an
   * empty one if need be.
   */
  isLoose: boolean
  /** How many mutations the next commit may carry, while the ones to blame for a refusal are looked for. */
  limit: number
  /** How many mutations at the head of the log are known to hold one to blame. */
  suspects: number
  /** Create under a new key although the cookie names no session. */
  isFresh: boolean
  /** Commits refused in a row. */
  conflicts: number
  /** A read is wanted; `full` ones are unconditional, since a 304 has neither token nor identity. */
  wanted: 'no' | 'conditional' | 'full'
  readonly readers: Set<Waiter>
  /** A read is under way. Who asks now asks for what may be newer than its answer, and is answered by another. */
  isReading: boolean
  lateWanted: Sync['wanted']
  readonly lateReaders: Set<Waiter>
  ending: Ending | undefined
  csrfToken: string | undefined
  status: SessionStatus
  activity: SessionActivity
  error: SessionError | null
  /** Failures in a row. */
  failures: number
  /** 401: nothing but reads until one succeeds. */
  isPaused: boolean
  /** Until when the server asked for no request, on the clock, where an exclusive request ended that wait. */
  retryAt: number
  /** Until when nothing unsafe leaves, on the clock: the other tabs are given to say that one runs its `exclusive`, or rivals to go first. */
  sendAt: number
  /** How often our commits were refused lately before they were stored, on average: about how many others write the same keys. */
  rivals: number
  /** Our own `exclusive` is running or was just run: a log-in that appears now is the app's own. */
  isTrusted: boolean
  isHeld: boolean
  /** How many `exclusive` calls are running or waiting to: those that overlap share one hold. */
  holders: number
  /** Resolves when nothing is under way in any tab, while one of them is there. */
  holding: Promise<void> | undefined
  /** When our own hold of the other tabs is over, on the clock. */
  heldUntil: number
  /** Another tab runs its `exclusive`. */
  isHeldElsewhere: boolean
  /** The tabs that do, each with the timer that ends it. */
  readonly heldBy: Map<string, unknown>
  /** We have the lock of a first commit. */
  isLocking: boolean
  /** Another tab has said that it has. */
  isLockedElsewhere: boolean
  /** Held tabs that have something under way. */
  readonly busyTabs: Set<string>
  /** Tabs that began their `exclusive` when we did, and go first. */
  readonly elders: Set<string>
  /** Who waits for the next word of another tab. */
  readonly listening: Set<() => void>
  isRunning: boolean
  /** Something came to be done since the loop last looked. */
  isWoken: boolean
  /** Told when the loop has nothing under way. */
  readonly quieted: Set<() => void>
  /** States that other tabs told of; taken between exchanges. */
  readonly inbox: { readonly from: string | null; readonly state: State }[]
  isDisposed: boolean
  /** Ends the attempt under way. */
  abort: (() => void) | undefined
  /** Ends the wait under way, so that the next try is now. */
  nudge: (() => void) | undefined
  /** Ends the wait under way, one that has to be kept too: for who sends nothing then. */
  cancel: (() => void) | undefined
}

/** What the session ended for: by our clock, by a server without it, or by another log-in. */
export function endReason(sync: Sync, state: State): SessionEndReason {
  if (sync.isExpired()) return 'expired'
  return state.lineage === null ? 'flushed' : 'replaced'
}

/** Whether the read that belongs to our `exclusive` comes next: it waits for nothing. */
export function isOwnRead(sync: Sync): boolean {
  return sync.isTrusted && sync.wanted === 'full' && !sync.ending
}

/** Whether nothing may be sent now. What comes after a wait looks at this first, and is done again later. */
export function isStopped(sync: Sync): boolean {
  return sync.isDisposed || sync.isHeld || (sync.isHeldElsewhere && !isOwnRead(sync))
}

/** Changes what the client is doing and tells the watchers. */
export function become(sync: Sync, change: Partial<Pick<Sync, 'status' | 'activity' | 'error'>>): void {
  const isNew = Object.entries(change).some(([name, value]) => sync[name as keyof typeof change] !== value)
  Object.assign(sync, change)
  if (isNew) sync.cache.wake()
}

/** Waits; `nudge` ends the wait, unless it is one that has to be kept. `cancel` ends every wait: look whether `isStopped`. */
export function sleep(sync: Sync, delayMs: number, isKept = false): Promise<void> {
  if (sync.isDisposed) return Promise.resolve()
  return new Promise((resolve) => {
    const handle = sync.clock.setTimeout(done, delayMs)
    function done(): void {
      sync.clock.clearTimeout(handle)
      // Who kept it may call it once more when another wait is under way.
      if (sync.cancel === done) Object.assign(sync, { nudge: undefined, cancel: undefined })
      resolve()
    }
    sync.cancel = done
    if (!isKept) sync.nudge = done
  })
}

/** Answers everybody who waits for a read; who asked while it was under way waits for the next. */
export function answerReaders(sync: Sync, error?: unknown): void {
  const { lateReaders } = sync
  const readers = [...sync.readers, ...(error === undefined ? [] : lateReaders)]
  sync.readers.clear()
  if (error === undefined) for (const late of lateReaders) sync.readers.add(late)
  lateReaders.clear()
  sync.wanted = error === undefined ? sync.lateWanted : 'no'
  sync.lateWanted = 'no'
  for (const { resolve, reject } of readers) error === undefined ? resolve() : reject(error)
}

// Owns the shape of the pipeline's state. It is plain, immutable data: each part has an owner whose functions return the next one, and
// `engine.ts` alone puts the whole in the place of the last.
//
//                        ┌───────────── something changed: a write, a message, a timer, a lock, the page ─────────────┐
//                        ▼                                                                                            │
//   idle ──► plan(state, log, now) ──┬─► idle      nothing to do: all locks are released                              │
//                  ▲                 ├─► wait      a backoff, `Retry-After`, a turn of other writers, or a lock ──────┘
//                  │                 ├─► receive   messages of other tabs become the base, or cause a read
//                  │                 ├─► prepare   a prefix of the log becomes the commit in flight: number and bytes
//                  │                 └─► read, commit, end     one exchange, under the locks that it needs
//                  │                                  │
//                  └──── settle(state, outcome) ◄─────┘
//
//   read     state ─► applied │ strange ─► doubt ─► read (at once, or after 3 s for an unknown key) ─► believed
//            unchanged ─► answered │ 401 ─► needs-auth: only reads until one succeeds │ failed ─► backoff
//   commit   stored ─► acknowledged │ conflict ─► superseded, rebased, next number │ other session ─► doubt ─► read
//            unknown key ─► superseded, doubt ─► read │ refused for its content ─► bisected
//            failed ─► backoff, same bytes; a read comes before the fifth try and after it
//   end      answered ─► read ─► gone: resolved │ still there ─► the DELETE goes again
import type { SessionError } from '../errors/session-error.ts'
import { type Confirmation, createConfirmation } from './confirmation.ts'
import { type Cookie, createCookie } from './cookie.ts'
import type { SessionActivity, SessionStatus } from './events.ts'
import { createFreshness, type Freshness } from './freshness.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import { createPacing, type Pacing } from './pacing.ts'
import { createReadQueue, type ReadQueue } from './read-queue.ts'
import { createSection, type Section } from './section.ts'
import type { Ending } from './session-end.ts'
import type { StateMessage } from './tab-message.ts'

/** What the client shows of itself. */
export interface Status {
  readonly status: SessionStatus
  readonly activity: SessionActivity
  readonly error: SessionError | null
}

/** A response named another session, or none. The next read decides. */
export interface Doubt {
  /** Whether a commit's response raised it. */
  readonly isByCommit: boolean
  /** Whether a read raised it too, so that the next one is believed. */
  readonly isSeenByRead: boolean
  /** Earliest time for that read, on the clock. */
  readonly readAt: number
}

/** The exchange in flight. An outcome whose exchange is not the current one is dropped. */
export interface Exchange {
  readonly kind: 'read' | 'commit' | 'end'
  readonly startedAt: number
  readonly isKeptAlive: boolean
  /** How many calls were made before it left: its response covers them. */
  readonly calls: number
}

/** The state of the pipeline: one exchange at a time, so that the base never moves under a commit. */
export interface SyncState {
  readonly outbox: Outbox
  readonly pacing: Pacing
  readonly freshness: Freshness
  readonly cookie: Cookie
  readonly confirmation: Confirmation
  readonly reads: ReadQueue
  readonly section: Section
  readonly ending: Ending | undefined
  readonly doubt: Doubt | undefined
  readonly status: Status
  readonly exchange: Exchange | undefined
  /** States that other tabs broadcast; received between exchanges. */
  readonly inbox: readonly StateMessage[]
  readonly csrfToken: string | undefined
  /** Whether the server has refused a token: the cookie may be that of another app, so the state's goes first. */
  readonly isTokenRefused: boolean
  /** The page may be gone after this task: what is unsent leaves now or never. */
  readonly isLeaving: boolean
  /** The page is in the back/forward cache. */
  readonly isAway: boolean
  readonly isDisposed: boolean
}

/** Creates the state of a client that has done nothing yet. */
export function createState(client: string): SyncState {
  return {
    outbox: createOutbox(client),
    pacing: createPacing(),
    freshness: createFreshness(),
    cookie: createCookie(),
    confirmation: createConfirmation(),
    reads: createReadQueue(),
    section: createSection(),
    ending: undefined,
    doubt: undefined,
    status: { status: 'loading', activity: 'idle', error: null },
    exchange: undefined,
    inbox: [],
    csrfToken: undefined,
    isTokenRefused: false,
    isLeaving: false,
    isAway: false,
    isDisposed: false,
  }
}

/** Returns the state with another status; the same status object if nothing of it changes. */
export function withStatus(state: SyncState, change: Partial<Status>): SyncState {
  const status = { ...state.status, ...change }
  const isSame = status.status === state.status.status && status.activity === state.status.activity && status.error === state.status.error
  return isSame ? state : { ...state, status }
}

/** Returns the state of a client that does an exchange. */
export function withActivity(state: SyncState, kind: Exchange['kind']): SyncState {
  return withStatus(state, { activity: kind === 'read' ? 'loading' : 'sending' })
}

/** Returns the state of a client that waits after a failure. */
export function withBackoff(state: SyncState): SyncState {
  return withStatus(state, { activity: state.pacing.isOffline ? 'offline' : 'retrying' })
}

/** Whether a 401 suspended the client: nothing but reads until one succeeds. */
export function isSuspended({ status }: SyncState): boolean {
  return status.status === 'needs-auth'
}

/** Returns the state of a page whose leaving task is over, or which leaves nothing behind. */
export function stay(state: SyncState): SyncState {
  return { ...state, isLeaving: false }
}

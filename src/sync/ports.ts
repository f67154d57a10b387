// Owns what the pipeline needs of the world: five ports and its settings. The client's wiring implements them; everything in src/sync is
// written against them.
import type { Moved } from '../cache/cache.ts'
import type { Mutation } from '../cache/mutation.ts'
import type { ConflictPolicy } from '../cache/operation.ts'
import type { Clock } from '../platform/clock.ts'
import type { AcquireLock } from '../platform/locks.ts'
import type { Random } from '../platform/random.ts'
import type { State } from '../protocol/state.ts'
import type { SessionCodec } from '../schema/codec.ts'
import type { Transport, WireAnswer, WireRequest } from '../transport/transport.ts'
import type { SessionWriteError, SyncEvents } from './events.ts'
import type { RetryOptions } from './retry-after.ts'
import type { TabMessage } from './tab-message.ts'
import type { Transition } from './transition.ts'

/** One request to the server. */
export interface ExchangePort {
  /** Sends once. Every rejection means that the outcome is unknown. */
  send(request: WireRequest): Promise<WireAnswer>
  /** Resolves with the CSRF header of an unsafe request; `stateToken` is the last state's, which goes first once a token `isRefused`. */
  csrf(stateToken: string | undefined, isRefused: boolean, target?: string): Promise<Record<string, string>>
  /** Whether the session is of another origin than the page. */
  readonly isCrossOrigin?: boolean | undefined
  /** How long one attempt may take, in milliseconds. */
  readonly timeoutMs: number
}

/** The locks that tabs and workers share. A lock that is absent is not needed, or not to be had: this tab goes alone. */
export interface LocksPort {
  /** Held shared around each exchange. */
  readonly shared?: AcquireLock | undefined
  /** Held exclusively around `exclusive`. */
  readonly exclusive?: AcquireLock | undefined
  /** Held while this tab creates a session, or writes to a server that cannot compare and set. */
  readonly creation?: AcquireLock | undefined
  /** Held by the tab whose stream serves all tabs of the browser. */
  readonly live?: AcquireLock | undefined
}

/** Who is told what happened. Called after the state is complete; what is called may call the client. */
export interface PublishPort {
  emit<E extends keyof SyncEvents>(event: E, value: SyncEvents[E]): void
  /** A mutation that writes these keys was acknowledged; its promise is resolved. */
  acknowledged(keys: readonly string[]): void
  /** A mutation that writes these keys was rejected; its promise is too. */
  rejected(keys: readonly string[], error: SessionWriteError, restored?: true): void
  /** A state became the base. */
  state(state: State): void
  /** Tells the other tabs. */
  broadcast(message: TabMessage): void
  /** Whether there may be other tabs to tell. */
  hasOthers(): boolean
  /** A transition was carried out. */
  changed(): void
}

/** The journal of this device. The pipeline reports to it and waits for it; it restores by itself. */
export interface JournalPort {
  /** Starts to open it, with the first use of the client. */
  begin(): void
  /** Something changed: a mutation, the base, a commit. Returns false while it is opening, when nothing is exchanged yet. */
  note(): boolean
  /** Wraps the transport: a commit of mutations that are on the disk leaves once its number and bytes are there too. */
  ahead(send: Transport): Transport
  /** A transition has been carried out. Resolves once its promises and events may be published; undefined if at once. */
  told(transition: Transition, moved: Moved | undefined, from: State | undefined): Promise<void> | undefined
  /** Whether a mutation is on the disk. */
  isDurable(mutation: Mutation): boolean
  /** Another tab was left with something pending. */
  look(): void
  /** Releases the log, as a closed page does. Called before the log is emptied. */
  stop(): void
}

/** What the pipeline needs of the world. */
export interface SyncPorts {
  readonly exchange: ExchangePort
  readonly clock: Clock
  readonly locks: LocksPort
  readonly publish: PublishPort
  readonly random: Random
  readonly journal?: JournalPort | undefined
}

/** What the app has set, and what the client knows beside the pipeline. */
export interface SyncSettings {
  readonly codec: SessionCodec
  readonly retry: RetryOptions
  /** Returns how conflicts of a key are decided, and what a commit expects. */
  readonly policy: (key: string) => ConflictPolicy
  /** Whether the session is over by our clock. */
  readonly isExpired: () => boolean
  /** Whether the browser says that it is offline. */
  readonly isOffline: () => boolean
  /** Whether the page is hidden. */
  readonly isHidden: () => boolean
}

// Declares the seam between a client and `sojourn/live`. Types only: the client calls it, src/live implements it.
import type { Sync } from '../sync/engine.ts'

/** How changes by other devices reach this browser: not at all, by a stream, or by polling. */
export type LiveState = 'off' | 'stream' | 'poll'

/** The live updates of one client. */
export interface LiveConnection {
  readonly state: LiveState
  /** Begins to follow the page, with the first use of the client. */
  start(): void
  /** Called after each transition of the pipeline, so that the stream follows session, log-in and disposal. */
  update(): void
  /** Called when the visitor returns to the page. Returns whether the stream brings what a read would. */
  onReturn(): boolean
}

/** Creates the live updates of one client: what `createLive` returns. */
export type LiveUpdates = (sync: Sync) => LiveConnection

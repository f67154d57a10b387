// Declares a workload of the sync suite.
import type { Span } from '../lib/repeat.ts'
import type { Network } from './server.ts'

/** What one run of some work came to, by the name of the figure. */
export type Sample = Readonly<Record<string, number>>

/** Does the work once, checks what came of it, and says what it took. */
export type Run = () => Promise<Sample>

/** What contenders do over a network. */
export interface Work {
  readonly title: string
  readonly network: Network
  readonly contenders: readonly string[]
  /** What each is measured next to, in turn with it. */
  readonly floor?: string
  /** The most that Sojourn is to come to, by figure; with a floor times are multiples of it. */
  readonly wanted: Sample
  readonly span: Span
  /** Makes one contender ready, at a server that has just been started. */
  prepare(contender: string, origin: string): Promise<Run>
}

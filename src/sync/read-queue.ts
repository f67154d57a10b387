// Owns which reads are wanted and who waits for them. `commands.ts` and the settle files call it. Callers share one promise: however many
// ask, one request answers. Every function returns a new queue.
import { createDeferred, type Deferred } from './deferred.ts'

/** A read that is wanted: a `full` one is unconditional, because a 304 has neither token nor identity. */
export type WantedRead = 'no' | 'conditional' | 'full'

/** The reads that are wanted. */
export interface ReadQueue {
  readonly pending: WantedRead
  /** Settles for the callers that wait for the pending read; undefined if there is none. */
  readonly waiter: Deferred | undefined
  /** Whether a read is in flight. Callers that arrive meanwhile wait for the next one, because its response may already be stale. */
  readonly isReading: boolean
  readonly next: WantedRead
  readonly nextWaiter: Deferred | undefined
}

/** Creates a queue that wants nothing. */
export function createReadQueue(): ReadQueue {
  return { pending: 'no', waiter: undefined, isReading: false, next: 'no', nextWaiter: undefined }
}

const atLeast = (wanted: WantedRead, now: WantedRead): WantedRead => (now === 'full' ? now : wanted)

/** Wants a read that nobody waits for. */
export function wantRead(queue: ReadQueue, wanted: 'conditional' | 'full'): ReadQueue {
  return { ...queue, pending: atLeast(wanted, queue.pending) }
}

/** Wants a read for a caller: the next one if one is in flight. */
export function requestRead(
  queue: ReadQueue,
  wanted: 'conditional' | 'full',
): { readonly queue: ReadQueue; readonly answered: Promise<void> } {
  if (queue.isReading) {
    const nextWaiter = queue.nextWaiter ?? createDeferred()
    return { queue: { ...queue, next: atLeast(wanted, queue.next), nextWaiter }, answered: nextWaiter.promise }
  }
  const waiter = queue.waiter ?? createDeferred()
  return { queue: { ...wantRead(queue, wanted), waiter }, answered: waiter.promise }
}

/** A read leaves. */
export function beginRead(queue: ReadQueue): ReadQueue {
  return { ...queue, isReading: true }
}

/** A read came back, or was cut off. Its callers still wait: another exchange may answer them. */
export function endRead(queue: ReadQueue): ReadQueue {
  return { ...queue, isReading: false }
}

/** The read brought nothing new. What answers its callers comes with the next response. */
export function dropRead(queue: ReadQueue): ReadQueue {
  return { ...queue, pending: 'no' }
}

/** Answers the callers. Those that arrived during the read wait for the next one, which becomes the pending one. */
export function answerRead({ waiter, next, nextWaiter, isReading }: ReadQueue): {
  readonly queue: ReadQueue
  readonly answered: readonly Deferred[]
} {
  const queue = { pending: next, waiter: nextWaiter, isReading, next: 'no' as const, nextWaiter: undefined }
  return { queue, answered: waiter ? [waiter] : [] }
}

/** Fails all callers. */
export function failReads({ waiter, nextWaiter, isReading }: ReadQueue): {
  readonly queue: ReadQueue
  readonly answered: readonly Deferred[]
} {
  const answered = [waiter, nextWaiter].filter((one) => one !== undefined)
  return { queue: { ...createReadQueue(), isReading }, answered }
}

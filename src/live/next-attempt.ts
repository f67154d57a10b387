// Decides when the next stream is tried and what is read meanwhile. connection.ts calls it after each stream. Pure.
import { backoffMs, cappedRetryAfterMs, type RetryOptions } from '../sync/retry-after.ts'
import type { StreamEnd } from './run-stream.ts'

/** What the last attempts came to. */
export interface StreamHistory {
  readonly failures: number
  /** How many attempts in a row brought no byte: a proxy may hold the stream back. */
  readonly silences: number
}

/** What to do after a stream. */
export interface NextAttempt extends StreamHistory {
  /** When to try again, in milliseconds. */
  readonly delayMs: number
  /** What to read first: 'no' if the next stream brings it. */
  readonly read: 'no' | 'conditional' | 'full'
  /** Whether the page polls until then. */
  readonly polls: boolean
  /** Whether there are no streams here, so that neither a focus nor a reconnect tries one sooner. */
  readonly isUnsupported: boolean
}

/** After how long a server without streams is asked again, in milliseconds. */
const unsupportedMs = 600_000
/** A stream that lived for so long, in milliseconds, was no failure. A proxy may cut each after two seconds. */
const provenMs = 1_000
/** Within how long the next stream opens then, in milliseconds: all clients of a server that restarted come back. */
const jitterMs = 1_000

/** What a stream ended with, and for whom. */
export interface EndedStream {
  readonly end: StreamEnd
  /** Whether the server said that the key names another session. */
  readonly isLook: boolean
  /** The lineage that the stream was opened for. */
  readonly lineage: string | null
}

/** Decides when the next stream is tried. `random` is from 0 up to 1. */
export function nextAttempt({ end, isLook, lineage }: EndedStream, past: StreamHistory, random: number, retry: RetryOptions): NextAttempt {
  const failures = past.failures + 1
  const failed: NextAttempt = {
    failures,
    silences: 0,
    delayMs: backoffMs(failures, random, retry),
    read: 'no',
    polls: true,
    isUnsupported: false,
  }
  const unsupported: NextAttempt = {
    failures: 0,
    silences: 0,
    delayMs: unsupportedMs,
    read: 'conditional',
    polls: true,
    isUnsupported: true,
  }
  switch (end.kind) {
    case 'ended': {
      const read = isLook ? 'full' : 'no'
      return end.livedMs >= provenMs
        ? { failures: 0, silences: 0, delayMs: random * jitterMs, read, polls: false, isUnsupported: false }
        : { ...failed, read }
    }
    case 'silent':
      return past.silences > 0 ? unsupported : { ...failed, silences: 1, read: 'conditional' }
    case 'failed':
      return { ...failed, silences: past.silences }
    case 'refused': {
      const { status, retryAfterMs } = end
      if (status === 401) return { ...failed, read: 'full' }
      if (status === 429 || status >= 500) return { ...failed, delayMs: Math.max(failed.delayMs, cappedRetryAfterMs(retryAfterMs, retry)) }
      // A read of another session, or of none: a log-in may be in flight.
      const isOther = status === 200 && end.lineage !== undefined && end.lineage !== lineage
      return isOther ? { ...failed, read: 'full' } : unsupported
    }
  }
}

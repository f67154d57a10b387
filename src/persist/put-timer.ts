// Decides when a put begins. `keeper.ts` notes each change; a put gathers all of them. It knows nothing of the disk.
import type { Clock } from '../platform/clock.ts'

/** How long a put waits for a commit that is about to be prepared, in milliseconds. It then has the commit's number and bytes. */
const commitMs = 20
/** How long a put waits that only forgets what is stored, in milliseconds. Sending it again would be harmless. */
const laterMs = 200

/** What the timer asks and calls. */
export interface PutTimerOptions {
  readonly urgency: () => 'at-once' | 'later' | 'none'
  readonly isCommitAwaited: () => boolean
  readonly put: () => void
}

/** Starts puts. */
export interface PutTimer {
  /** Something changed. Costs next to nothing, since a tick may change thousands of keys. */
  note(): void
  /** A put begins now, or none is needed. */
  cancel(): void
}

/** Creates a timer that has nothing to put. */
export function createPutTimer(clock: Clock, { urgency, isCommitAwaited, put }: PutTimerOptions): PutTimer {
  let soon: unknown
  let late: unknown
  let waitsForCommit = false

  const set = (delayMs: number): void => {
    soon = clock.setTimeout(fire, delayMs)
  }

  function fire(): void {
    soon = undefined
    const now = urgency()
    if (now === 'none') return
    if (now === 'later') {
      late ??= clock.setTimeout(put, laterMs)
      return
    }
    if (isCommitAwaited() && !waitsForCommit) {
      waitsForCommit = true
      return set(commitMs)
    }
    put()
  }

  return {
    note() {
      // In the next task, so that the commit of this tick goes into the same put.
      if (soon === undefined) set(0)
      else if (waitsForCommit && !isCommitAwaited()) {
        clock.clearTimeout(soon)
        waitsForCommit = false
        set(0)
      }
    },
    cancel() {
      clock.clearTimeout(soon)
      clock.clearTimeout(late)
      soon = undefined
      late = undefined
      waitsForCommit = false
    },
  }
}

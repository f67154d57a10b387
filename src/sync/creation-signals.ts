// Owns the talk about who creates a session. Over it a tab that waits long for the lock `creation` learns whether its holder still lives, and
// browsers without Web Locks take turns. The client's wiring creates it.
import type { Clock } from '../platform/clock.ts'
import type { AcquireLock } from '../platform/locks.ts'
import type { SignalMessage } from './tab-message.ts'

/** How long other tabs have to respond, in milliseconds. */
const graceMs = 50
/** After how long a tab that waits asks again, in milliseconds. */
const askAgainMs = 1000

/** What the talk needs. */
export interface CreationOptions {
  readonly tab: string
  readonly clock: Clock
  readonly broadcast: (message: SignalMessage) => void
  readonly hasOthers: () => boolean
}

/** The talk about who creates a session. */
export interface CreationSignals {
  /** Takes turns over the channel, for browsers without Web Locks. */
  readonly acquire: AcquireLock
  /** Resolves with whether another tab says that it is creating. */
  isCreatedElsewhere(signal: AbortSignal): Promise<boolean>
  /** This tab holds the lock `creation`, or no longer. `isOutcomeKnown`: none of its commits may create a session any more. */
  setCreating(isCreating: boolean, isOutcomeKnown?: boolean): void
  /** Takes in what another tab says. */
  hear(message: SignalMessage): void
}

/** Creates the talk of one tab. */
export function createCreationSignals({ tab, clock, broadcast, hasOthers }: CreationOptions): CreationSignals {
  let isCreating = false
  /** Whether this tab asks now, to go next. */
  let isCandidate = false
  let isTakenElsewhere = false
  const listening = new Set<() => void>()

  /** Resolves after a time; earlier if the request is aborted, or another tab is done. */
  const listen = (ms: number, signal: AbortSignal, endsEarly: boolean): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        listening.delete(done)
        clock.clearTimeout(timer)
        resolve()
      }
      const timer = clock.setTimeout(done, ms)
      signal.addEventListener('abort', done)
      if (signal.aborted) done()
      else if (endsEarly) listening.add(done)
    })

  async function ask(signal: AbortSignal): Promise<boolean> {
    if (!hasOthers()) return false
    isTakenElsewhere = false
    broadcast({ say: 'creating?', tab })
    await listen(graceMs, signal, false)
    return isTakenElsewhere
  }

  async function acquire(signal: AbortSignal, onWait: () => void): Promise<{ hasWaited: boolean; release(): void }> {
    let hasWaited = false
    isCandidate = true
    while ((await ask(signal)) && !signal.aborted) {
      isCandidate = false
      hasWaited = true
      onWait()
      await listen(askAgainMs, signal, true)
      isCandidate = true
    }
    isCandidate = false
    if (signal.aborted) throw signal.reason
    return { hasWaited, release: () => {} }
  }

  return {
    acquire,
    isCreatedElsewhere: ask,
    setCreating(is, isOutcomeKnown = false) {
      isCreating = is
      if (!is && hasOthers()) broadcast({ say: isOutcomeKnown ? 'created' : 'left', tab })
    },
    hear({ say, tab: other }) {
      if (say === 'creating?') {
        if (isCreating) broadcast({ say: 'creating', tab })
        // Of several that ask, the first by name goes first, and says so to one that began to listen late.
        else if (isCandidate && tab < other) broadcast({ say: 'creating?', tab })
        else if (isCandidate) isTakenElsewhere = true
      } else if (say === 'creating') isTakenElsewhere = true
      else for (const done of listening) done()
    },
  }
}

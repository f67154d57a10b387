// Decides what the outcome of an exchange leads to: the entry to the settle files. `loop.ts` calls it. Pure: it returns a transition.
import { fail, failForGood, type SettleContext, suspendForAuth } from './apply-state.ts'
import { misplaced, type Outcome } from './classify-response.ts'
import { confirmCalls } from './confirmation.ts'
import { endRead, wantRead } from './read-queue.ts'
import { confirmByRead, suspendEnding } from './session-end.ts'
import { settleCommit, toRejection } from './settle-commit.ts'
import { settleRead } from './settle-read.ts'
import { type Exchange, type SyncState, withStatus } from './state.ts'
import type { Transition } from './transition.ts'

/** Whether an outcome still counts. `end()` and `dispose()` take the exchange away: then its outcome says nothing any more. */
export function isCurrent(state: SyncState, exchange: Exchange): boolean {
  return !state.isDisposed && state.exchange === exchange
}

/** Decides what the outcome of an exchange leads to. */
export function settle(c: SettleContext, exchange: Exchange, outcome: Outcome): Transition {
  if (!isCurrent(c.state, exchange)) return { state: c.state }
  const reads = exchange.kind === 'read' ? endRead(c.state.reads) : c.state.reads
  const isTokenRefused = c.state.isTokenRefused || outcome.kind === 'csrf'
  const over = { ...c, state: { ...c.state, reads, isTokenRefused, exchange: undefined } }
  if (outcome.kind === 'failed' && outcome.error.code === 'config') return failForGood(over, outcome)
  const transition =
    exchange.kind === 'read'
      ? settleRead(over, outcome)
      : exchange.kind === 'commit'
        ? settleCommit(over, outcome)
        : settleEnd(over, outcome)
  if (!isConfirming(transition, outcome)) return transition
  const { state } = transition
  return { ...transition, state: { ...state, confirmation: confirmCalls(state.confirmation, exchange.calls) } }
}

/** Whether a response confirms that the base is current: its state became the base, or nothing has changed. A state that is not taken does not. */
export function isConfirming({ base }: Transition, outcome: Outcome): boolean {
  return base !== undefined || outcome.kind === 'unchanged'
}

/**
 * Decides what the outcome of a DELETE leads to. Only a read that shows another lineage, or none, confirms that the session is
 * gone: the request may have met a key that was rotated away while the session lives on under a new one. A server that refuses it
 * twice rejects the callers; the view stays wiped, and the DELETE waits for the visitor.
 */
function settleEnd(c: SettleContext, outcome: Outcome): Transition {
  const { ending, reads } = c.state
  if (!ending || outcome.kind === 'cut') return { state: c.state }
  if (outcome.kind === 'needs-auth') return suspendForAuth(c)
  const isAnswered = outcome.kind === 'ended' || outcome.kind === 'other-session' || outcome.kind === 'csrf'
  const refusal = 'refusal' in outcome ? outcome.refusal : undefined
  if (!isAnswered && !refusal) return fail(c, outcome.kind === 'failed' ? outcome : misplaced(200))
  if (!refusal || !ending.isForbidden)
    return { state: { ...c.state, ending: confirmByRead(ending, refusal !== undefined), reads: wantRead(reads, 'full') } }
  const error = toRejection(refusal)
  return { state: withStatus({ ...c.state, ending: suspendEnding(ending) }, { error }), answered: [{ waiters: [ending.done], error }] }
}

// Counts an exchange that begins. `loop.ts` calls it right before the request leaves. Pure: it returns the next state.
import { beginConfirmingRead, type Confirmation, endRow } from './confirmation.ts'
import { countRequest } from './freshness.ts'
import { beginAttempt } from './outbox.ts'
import type { ExchangeStep } from './plan.ts'
import { beginRead } from './read-queue.ts'
import { readOnce } from './section.ts'
import { beginDelete } from './session-end.ts'
import { type Exchange, type SyncState, withActivity } from './state.ts'

/** A state with an exchange in flight. */
export type Begun = SyncState & { readonly exchange: Exchange }

/** Returns the state with an exchange in flight. */
export function beginExchange(state: SyncState, step: ExchangeStep, start: Omit<Exchange, 'kind'>): Begun {
  const { kind } = step
  const { startedAt } = start
  const exchange: Exchange = { kind, ...start }
  const begun: Begun = {
    ...state,
    exchange,
    isLeaving: false,
    freshness: countRequest(state.freshness, kind),
    outbox: kind === 'commit' ? beginAttempt(state.outbox, startedAt) : state.outbox,
    confirmation: toConfirmation(state.confirmation, step, startedAt),
    reads: kind === 'read' ? beginRead(state.reads) : state.reads,
    section: kind === 'read' ? readOnce(state.section) : state.section,
    ending: kind === 'end' && state.ending ? beginDelete(state.ending) : state.ending,
  }
  return { ...withActivity(begun, kind), exchange }
}

function toConfirmation(confirmation: Confirmation, step: ExchangeStep, now: number): Confirmation {
  if (step.kind === 'commit') return endRow(confirmation)
  return step.kind === 'read' && step.isConfirming ? beginConfirmingRead(confirmation, now) : confirmation
}

/** Whether `end()` or `dispose()` took the exchange away before it left. */
export function isTakenAway(state: SyncState, { exchange }: Begun): boolean {
  return state.isDisposed || state.exchange !== exchange
}

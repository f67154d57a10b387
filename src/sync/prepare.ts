// Takes a prefix of the log into the next commit. `loop.ts` calls it once the commit's locks are held, so that what was written while it
// waited is in it. Pure: it returns a transition.
import { toEffect } from '../cache/effect.ts'
import type { Mutation } from '../cache/mutation.ts'
import { SessionEndedError } from '../errors/session-ended-error.ts'
import { rejections, valuesOf } from './apply-state.ts'
import { areConfirmed, awaitConfirmation } from './confirmation.ts'
import { commitLength, needsFenceOn, skipCommit, takeCommit } from './outbox.ts'
import type { SyncSettings } from './ports.ts'
import type { DecisionContext, Transition } from './transition.ts'

/** Takes the next commit. A prefix of the log without net effect is not sent: it is acknowledged once a response confirms it. */
export function prepare(c: DecisionContext, settings: Pick<SyncSettings, 'policy' | 'codec'>): Transition {
  const { state, base, log } = c
  if (!base) return { state }
  // Each further session would be lost, too.
  if (state.cookie.isDropped) {
    const toError = (mutation: Mutation): SessionEndedError =>
      new SessionEndedError('cookie-refused', 'not-stored', valuesOf(settings.codec, mutation))
    return { state, rejected: rejections(log, log, toError) }
  }
  const mutations = log.slice(0, commitLength(state.outbox))
  const effect = toEffect(base, mutations, settings.policy)
  if (!effect && isAcknowledgedUnsent(mutations.length, needsFenceOn(state.outbox, base))) {
    if (!areConfirmed(mutations, state.confirmation))
      return { state: { ...state, confirmation: awaitConfirmation(state.confirmation, log, c.calls) } }
    return {
      state: { ...state, outbox: skipCommit(state.outbox, base, mutations.length) },
      sent: mutations.length,
      acknowledged: mutations,
    }
  }
  return { state: { ...state, outbox: takeCommit(state.outbox, base, mutations, effect) }, sent: mutations.length }
}

/** Whether mutations without net effect are acknowledged without a request. They never ride on a fencing commit. */
export function isAcknowledgedUnsent(length: number, needsFence: boolean): boolean {
  return length > 0 || !needsFence
}

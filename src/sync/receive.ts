// Takes in the states that other tabs broadcast. `loop.ts` calls it between exchanges. Pure: it returns a transition.
import type { Json } from '../protocol/json.ts'
import { isOtherSession } from './apply-state.ts'
import { completeState } from './complete-state.ts'
import { wantRead } from './read-queue.ts'
import type { StateMessage } from './tab-message.ts'
import type { DecisionContext, Transition } from './transition.ts'

/**
 * Takes in one message. It names the version that it starts from, so no order between tabs is assumed: one that does not start
 * at our base only causes a read. A message never ends a session.
 */
export function receive(c: DecisionContext): Transition {
  const [message, ...inbox] = c.state.inbox
  const state = { ...c.state, inbox }
  if (!message || !c.base || message.state.version === c.base.version) return { state }
  if (!mayApplyMessage(c, message)) return { state: { ...state, reads: wantRead(state.reads, 'conditional') } }
  const writes = new Map<string, Json | undefined>(Object.entries(message.set))
  for (const key of message.gone) writes.set(key, undefined)
  const base = completeState(c.base, writes, { ...message.state, last: c.state.outbox.acknowledged })
  return { state, base }
}

/** Whether a message becomes the base: it starts at our base, and is of the same session and visitor. */
export function mayApplyMessage(c: DecisionContext, message: StateMessage): boolean {
  return startsAtBase(c, message) && !isOfOtherSession(c, message)
}

/** Whether a message starts at our base. */
export function startsAtBase({ base }: DecisionContext, { from }: StateMessage): boolean {
  return from !== null && from === base?.version
}

/** Whether a message is of another session or visitor. */
export function isOfOtherSession(c: DecisionContext, { state }: StateMessage): boolean {
  return state.lineage !== c.base?.lineage || isOtherSession(c, { ...state, data: {} })
}

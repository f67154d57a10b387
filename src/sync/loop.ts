// Owns the loop of the pipeline, the only file that awaits a step. Everything that it calls is a decision or one request. It plans anew after
// every change, so it never carries out a step that was decided before a lock was granted or a wait was over.
import { type Alarm, afterReactions } from './alarm.ts'
import { beginExchange, isTakenAway } from './begin-exchange.ts'
import { contextOf, type Sync, settleContextOf, situationOf } from './engine.ts'
import { type RunningExchange, startExchange, toEvent } from './exchange.ts'
import { judgeResponse } from './freshness.ts'
import { type ExchangeStep, locksFor, plan } from './plan.ts'
import { prepare } from './prepare.ts'
import { receive } from './receive.ts'
import { toAttempt } from './request.ts'
import { settle } from './settle.ts'
import { withActivity, withBackoff } from './state.ts'

/** What the loop says of itself, in the same step. */
export interface LoopEvents {
  /** An exchange is in flight, so that it can be cut; undefined if none is any more. */
  onExchange(running: RunningExchange | undefined): void
  /** There is nothing to do: the next change starts the loop again. */
  onIdle(): void
}

/** Carries out steps until there is nothing to do. */
export async function run(sync: Sync, alarm: Alarm, events: LoopEvents): Promise<void> {
  for (;;) {
    const situation = situationOf(sync)
    const step = plan(situation)
    const isCovered = sync.locks.hold(locksFor(situation, step))
    if (step.kind === 'idle') return events.onIdle()
    if (step.kind === 'receive') sync.apply(receive(contextOf(sync)))
    else if (step.kind === 'wait') {
      const state = step.isBackoff ? withBackoff(sync.state) : sync.state
      // A listener may change what comes next.
      if (state !== sync.state) sync.apply({ state })
      else await alarm.wait(step.until)
    } else if (!isCovered) await alarm.wait(Number.POSITIVE_INFINITY)
    else if (step.kind !== 'prepare') await exchange(sync, step, events)
    else {
      const transition = prepare(contextOf(sync), sync.settings)
      sync.apply(transition)
      if (transition.acknowledged) await afterReactions()
    }
  }
}

/** Carries out one exchange. */
async function exchange(sync: Sync, step: ExchangeStep, events: LoopEvents): Promise<void> {
  const { ports, cache, settings, locks } = sync
  const { clock, publish } = ports
  // Told before the read counts as in flight: a listener that revalidates then joins it, and starts no read without end.
  sync.apply({ state: withActivity(sync.state, step.kind) })
  if (plan(situationOf(sync)).kind !== step.kind) return
  const attempt = toAttempt(step, sync.state, cache.base, settings.isHidden())
  const start = { startedAt: clock.now(), isKeptAlive: attempt.request.keepalive === true, calls: cache.calls }
  const begun = beginExchange(sync.state, step, start)
  sync.apply({ state: begun })
  publish.emit('exchange', { ...attempt.event, outcome: 'sent' })
  // A listener may have ended the session, or disposed of the client.
  if (isTakenAway(sync.state, begun)) return
  const running = startExchange(ports.exchange, clock, attempt, sync.state)
  events.onExchange(running)
  const response = await running.response
  events.onExchange(undefined)
  const [freshness, outcome] = judgeResponse(sync.state.freshness, attempt.value, response, step.kind === 'read')
  if (!sync.state.isDisposed) publish.emit('exchange', { ...attempt.event, ...toEvent(outcome), status: response.status })
  locks.releaseSection()
  const c = settleContextOf(sync)
  sync.apply(settle({ ...c, state: { ...c.state, freshness } }, begun.exchange, outcome))
  if (step.kind === 'commit' && !sync.state.outbox.inFlight && !sync.state.doubt) locks.releaseCreation()
  await afterReactions()
}

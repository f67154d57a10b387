// Decides what of a pipeline waits for its log on the disk, and what a response says of a restored one. `journal.ts` creates a keeper for the
// page, `recovery.ts` one for each log of a dead page.
import type { Mutation } from '../cache/mutation.ts'
import { SessionUnknownFateError } from '../errors/session-unknown-fate-error.ts'
import { isPageHidden } from '../platform/page-lifecycle.ts'
import { sessionRequestHeader } from '../protocol/headers.ts'
import { parseProblem } from '../protocol/problem.ts'
import { parseAnswer, type State } from '../protocol/state.ts'
import { acknowledge, endedParts, rejections } from '../sync/apply-state.ts'
import { type Sync, settleContextOf } from '../sync/engine.ts'
import { lacksEcho } from '../sync/freshness.ts'
import type { JournalPort } from '../sync/ports.ts'
import type { Transition } from '../sync/transition.ts'
import type { Transport, WireAnswer, WireRequest } from '../transport/transport.ts'
import { hasStoredFirstCommit, mayLeaveUnwritten, restoredBeside, wasNotKeptUp } from './decide.ts'
import type { KeptLog, LogWriter, WriterOptions } from './kept-log.ts'
import { createLogWriter } from './log-writer.ts'

/** Keeps one log. */
export interface Keeper extends Pick<LogWriter, 'note' | 'flush' | 'leave' | 'verify' | 'remove'> {
  told: JournalPort['told']
  isDurable: JournalPort['isDurable']
  /** Sends once the disk has what it must have by then, and looks at the response before the pipeline does. */
  send(port: Transport, request: WireRequest): Promise<WireAnswer>
}

/** How long after its last check a calm page looks at the owner again before it sends, in milliseconds. */
const trustMs = 5000

/** Creates the keeper of a log. */
export function createKeeper(options: WriterOptions, start: KeptLog): Keeper {
  const { sync, clock } = options
  const writer = createLogWriter(options, start)
  const { known } = writer

  /** Whether the owner is looked at before the page sends: it was away, or its clock has a gap. */
  function needsCheck(): boolean {
    if (writer.verifiedAt === undefined) return true
    return writer.isWritten && clock.now() - writer.verifiedAt > trustMs && !isPageHidden()
  }

  /** Whether the commit in flight has to be on the disk before it leaves, and is not. */
  function mustWait(): boolean {
    const { inFlight } = sync().state.outbox
    return inFlight !== undefined && !writer.hasCommit() && !mayLeaveUnwritten(inFlight.mutations, known.has)
  }

  function giveUp(mutations: readonly Mutation[]): void {
    if (mutations.length === 0) return
    const { state, cache, apply } = sync()
    apply({ state, rejected: rejections(cache.log, mutations, () => new SessionUnknownFateError()) })
  }

  /** Another page used our number: if the log is ours all the same, the record was not kept up, and what was restored may be stored. */
  async function settleReuse(): Promise<void> {
    const { exchange } = sync().state
    await writer.verify()
    const { state, cache } = sync()
    if (state.exchange === exchange) giveUp(cache.log.filter(({ restored }) => restored))
  }

  async function inspect({ method, headers }: WireRequest, { status, body, header }: WireAnswer): Promise<void> {
    const { cache, state } = sync()
    // A response of a cache does not tell what is stored at present.
    if (lacksEcho(state.freshness, headers[sessionRequestHeader], header(sessionRequestHeader))) return
    const { recordedN } = writer
    if (method === 'PATCH' && status === 422 && parseProblem(body)?.name === 'key-reused') return settleReuse()
    const answer = parseAnswer(body)
    if (recordedN === undefined || !answer || (status !== 200 && status !== 409)) return
    if (method === 'GET' && answer.data && hasStoredFirstCommit(cache.base, state.outbox, answer)) {
      sync().apply(acknowledgeFirst(sync(), { ...answer, data: answer.data }))
    } else if (answer.lineage === cache.base?.lineage && wasNotKeptUp(answer.last, recordedN)) {
      giveUp(restoredBeside(cache.log, state.outbox, recordedN))
    }
  }

  return {
    note: writer.note,
    flush: writer.flush,
    leave: writer.leave,
    verify: writer.verify,
    remove: writer.remove,
    isDurable: known.isDurable,
    told({ ended, state, rejected }, moved, from) {
      if (writer.isOver || state.isDisposed) return
      if (ended && from?.lineage && !state.ending) writer.endLineage(from.lineage)
      const gone = [...(rejected?.keys() ?? []), ...(moved?.rejected ?? []).map(([mutation]) => mutation)]
      return ended || gone.some(known.has) ? writer.flush().then(() => {}) : undefined
    },
    async send(port, request) {
      const { exchange } = sync().state
      const isCommit = request.method === 'PATCH'
      if (!writer.isOver && needsCheck()) await writer.verify()
      if (!writer.isOver && isCommit && mustWait()) await writer.flush()
      if (sync().state.exchange !== exchange) throw new Error('Another page took the log.')
      const answer = await port(request)
      if (!writer.isOver && sync().state.exchange === exchange) await inspect(request, answer)
      return answer
    },
  }
}

/** The first commit of a visitor is stored. What was written after it goes on, unless somebody has signed in since: that is never theirs. */
function acknowledgeFirst(sync: Sync, state: State): Transition {
  const { inFlight } = sync.state.outbox
  const context = settleContextOf(sync)
  if (!inFlight) return { state: sync.state }
  const transition = acknowledge(context, inFlight, state)
  if (typeof state.identity !== 'string') return transition
  const stored = new Set(inFlight.mutations)
  const rest = context.log.filter((mutation) => !stored.has(mutation))
  const { rejected } = endedParts({ ...context, log: rest, state: transition.state }, 'replaced')
  return rejected ? { ...transition, rejected } : transition
}

import { SessionAuthError } from '../errors/session-auth-error.ts'
import { SessionUnknownFateError } from '../errors/session-unknown-fate-error.ts'
import type { State } from '../protocol/state.ts'
import { attempt, backOff } from './attempt.ts'
import { failed } from './judge.ts'
import { acknowledge, blame, finish, rejectAll, takeOurs } from './settle.ts'
import { answerReaders, become, endReason, isStopped, type Sync, sleep } from './sync.ts'

/** How long a key that the server does not know is given to become known, in milliseconds: a log-in may be under way. */
const secondLookMs = 3000
/**
 * How often a commit may be answered by 4xx or 5xx while reads succeed before it is halved. A read comes before the last
 * of these attempts and after it, and one that fails begins the count anew: a gateway answers so too while the server is down.
 */
export const maxFailures = 5

/** Reads once: a state, or what else came. A failure waits for the next try. */
async function look(sync: Sync, isConditional: boolean): Promise<State | 'unchanged' | undefined> {
  if (isStopped(sync)) return
  const version = isConditional ? sync.cache.base?.version : undefined
  const headers: Record<string, string> = version === undefined ? {} : { 'If-None-Match': `"${version}"` }
  sync.isReading = true
  const { ending } = sync
  const verdict = await attempt(sync, { request: { method: 'GET', headers }, told: { kind: 'read', attempt: sync.failures + 1 } })
  sync.isReading = false
  // An end() meanwhile has cut it off, which is no failure.
  if (sync.isDisposed || sync.ending !== ending) return
  switch (verdict.kind) {
    case 'state':
      if (verdict.answer.data) return verdict.answer as State
      break
    case 'unchanged':
      return 'unchanged'
    case 'needs-auth':
      return void pause(sync)
  }
  if (sync.flight) sync.flight.failures = 0
  await backOff(sync, verdict.kind === 'failed' ? verdict : failed(200))
  return
}

/** 401: the log stays and is shown; nothing but reads until one succeeds. */
export function pause(sync: Sync): void {
  const error = new SessionAuthError()
  sync.isPaused = true
  become(sync, { status: 'needs-auth', error })
  answerReaders(sync, error)
}

/** Whether a state is not of the lineage that we know, or of another visitor. From no lineage any is taken, unless somebody signed in while writes were pending. */
export function isElsewhere({ cache: { base, log }, isTrusted }: Sync, state: State): boolean {
  if (!base) return false
  const hasOtherUser = typeof state.identity === 'string' && state.identity !== (base.identity ?? null)
  if (base.lineage === null) return hasOtherUser && !isTrusted && log.length > 0
  return state.lineage !== base.lineage || (hasOtherUser && typeof base.identity === 'string')
}

/**
 * Reads the session and takes what it finds. A state of another lineage may have been asked for with the cookie of
 * before a log-in, so it is believed only after a second look with the cookie of now.
 *
 * @param isSecond the answer before this read told of another lineage already
 */
export async function read(sync: Sync, isSecond = false): Promise<void> {
  let state = await look(sync, sync.wanted !== 'full' && !sync.flight && !isSecond && sync.status === 'ready')
  if (state === 'unchanged') {
    // Only a client in status ready asks whether anything is new; the others ask for everything.
    sync.failures = 0
    become(sync, { error: null })
    return answerReaders(sync)
  }
  const { flight, ending } = sync
  // An end may have met a key that was rotated away a moment ago, and be needed once more under the new one.
  const isLooked = isSecond || typeof ending?.lineage === 'string'
  const isStrange = state && (state.unknownKey ? isLooked || isElsewhere(sync, state) : !isSecond && isElsewhere(sync, state))
  // The old key of a rotation whose answer was lost answers that commit alone, so the commit asks before the session is given up.
  if (state?.unknownKey && isStrange && !isSecond && !ending && flight?.isDoubtful && flight.failures < maxFailures)
    return goOn(sync, state)
  if (state && isStrange) {
    if (state.unknownKey) await sleep(sync, secondLookMs, true)
    const second = await look(sync, false)
    state = second === 'unchanged' ? undefined : second
  }
  if (!state || sync.isDisposed) return
  // Once looked at twice, a key stays unknown until a read knows it: another tab's turn must not begin the looking anew.
  sync.isFresh = state.unknownKey === true && (isSecond || sync.isFresh)
  take(sync, state)
}

function take(sync: Sync, state: State): void {
  const { flight, ending } = sync
  if (ending) {
    // Only a read that shows another lineage, or none, says that the one being ended is gone.
    if (ending.lineage !== null && state.lineage === ending.lineage) return goOn(sync, state)
    // A first commit of ours was under way and has created it: this is the session that is being ended.
    if (ending.lineage === null && state.lineage !== null && state.last > 0) {
      sync.ending = { ...ending, lineage: state.lineage }
      return goOn(sync, state)
    }
    sync.ending = undefined
    // What was written since is a new visitor's, and goes to nobody who signed in meanwhile.
    isElsewhere(sync, state) ? takeOther(sync, state) : takeOurs(sync, state)
    return ending.resolve()
  }
  if (isElsewhere(sync, state)) return takeOther(sync, state)
  const isSameLineage = state.lineage === sync.cache.base?.lineage
  if (!flight || !isSameLineage) return takeOurs(sync, state)
  if (state.last >= flight.n) return acknowledge(sync, flight, state)
  if (flight.failures >= maxFailures) return giveUp(sync, state)
  // The commit goes again with the same bytes on the same base, and its answer brings the state.
  goOn(sync, state)
}

/** Another session is there, or none. Who is told of it may end that one too: what was wiped then stays so. */
function takeOther(sync: Sync, state: State): void {
  finish(sync, endReason(sync, state), state)
  sync.ending ? goOn(sync, state) : takeOurs(sync, state)
}

/** The server answers again, and the state says nothing new: what waited for it goes on, with the token of now. */
function goOn(sync: Sync, state: State): void {
  sync.csrfToken = state.csrf ?? sync.csrfToken
  Object.assign(sync, { isPaused: false, wanted: 'no' })
  become(sync, { status: 'ready', error: null })
  // The commit, whose answer would be theirs too, waits for as long as the server asked.
  if (sync.retryAt > sync.clock.now()) answerReaders(sync)
}

/** A commit that the server cannot take: what is to blame is found by halving; a single one left has an unknown fate. */
function giveUp(sync: Sync, state: State): void {
  const { mutations } = sync.flight ?? { mutations: [] }
  const { isLoose } = sync
  takeOurs(sync, state)
  // A single one is told that its fate is unknown, and an empty one that cannot be stored is not worth more.
  if (mutations.length <= 1) sync.isLoose = isLoose && mutations.length === 1
  blame(sync, mutations.length === 1 ? 0 : mutations.length)
  if (mutations.length === 1) rejectAll(sync, mutations, () => new SessionUnknownFateError())
}

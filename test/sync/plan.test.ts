// Holds the table of the pipeline's next steps.
import { describe, expect, test } from 'vitest'
import { createDeferred } from '../../src/sync/deferred.ts'
import { locksFor, mayLeaveUnlocked, type NeededLocks, plan, type Situation, type Step } from '../../src/sync/plan.ts'
import { createEnding } from '../../src/sync/session-end.ts'
import { createState, type SyncState } from '../../src/sync/state.ts'
import { base, inFlight, mutate, nobody, ready, set, situation, withOutbox } from './states.ts'

const a = set('count', 2)
const write = [a]
const sent = inFlight(write)
const of = (state: SyncState, change: Partial<SyncState>): SyncState => ({ ...state, ...change })
const wanting = (pending: 'conditional' | 'full', state: SyncState = ready): SyncState => of(state, { reads: { ...state.reads, pending } })
const pacing = (change: Partial<SyncState['pacing']>, state: SyncState = ready): SyncState =>
  of(state, { pacing: { ...state.pacing, ...change } })
const section = (phase: SyncState['section']['phase'], state: SyncState = ready): SyncState =>
  of(state, { section: { ...state.section, phase, calls: 1 } })
const fresh = createState('me')
const suspended = of(ready, { status: { status: 'needs-auth', activity: 'idle', error: null } })
const ending = createEnding('L1', undefined)
const doubt = { isByCommit: true, isSeenByRead: false, readAt: 1_000 }

const idle: Step = { kind: 'idle' }
const receive: Step = { kind: 'receive' }
const fullRead: Step = { kind: 'read', isConditional: false }
const conditionalRead: Step = { kind: 'read', isConditional: true }
const prepare: Step = { kind: 'prepare', isLeaving: false }
const commit: Step = { kind: 'commit', isLeaving: false }
const wait = (until: number, isBackoff = true): Step => ({ kind: 'wait', until, isBackoff })
const message = { from: 'v1', state: base, set: {}, gone: [] }

describe('plan', () => {
  test.each<[string, Partial<Situation>, Step]>([
    ['nothing to do', {}, idle],
    ['nothing is loaded: read', { base: undefined, state: fresh }, fullRead],
    ['a write before the first load: read', { base: undefined, state: fresh, log: write }, fullRead],
    ['a write', { log: write }, prepare],
    ['a read is wanted', { state: wanting('conditional') }, conditionalRead],
    ['a full read is wanted', { state: wanting('full') }, fullRead],
    ['a read is wanted next to a write: the write answers it', { state: wanting('conditional'), log: write }, prepare],
    ['a full read is wanted next to a write', { state: wanting('full'), log: write }, fullRead],
    ['a commit is in flight', { state: sent, log: write }, commit],
    ['a read is wanted next to a commit in flight: its response answers it', { state: wanting('conditional', sent), log: write }, commit],
    ['a full read is wanted between two attempts', { state: wanting('full', sent), log: write }, fullRead],
    ['a fencing commit', { state: withOutbox({ needsFence: true }) }, prepare],
    ['no fence on a base without a session', { state: withOutbox({ needsFence: true }), base: nobody }, idle],
    ['a read is wanted next to a fence', { state: wanting('conditional', withOutbox({ needsFence: true })) }, conditionalRead],
    ['a message', { state: of(ready, { inbox: [message] }) }, receive],
    ['a message before the first load waits', { state: of(fresh, { inbox: [message] }), base: undefined }, fullRead],
    ['a message while a commit is in flight waits', { state: of(sent, { inbox: [message] }), log: write }, commit],
    ['a backoff', { state: pacing({ retryAt: 1_500 }), log: write }, wait(1_500)],
    ['a backoff is almost over', { state: pacing({ retryAt: 1_000.4 }), log: write }, prepare],
    ['a backoff holds a read, too', { state: pacing({ retryAt: 1_500 }, wanting('full')) }, wait(1_500)],
    ['a Retry-After', { state: pacing({ retryAfterUntil: 9_000, retryAt: 1_500 }), log: write }, wait(9_000)],
    ['a turn of other writers', { state: pacing({ notBefore: 1_030 }), log: write }, wait(1_030, false)],
    ['a turn of other writers holds no read', { state: pacing({ notBefore: 1_030 }, wanting('full')), log: write }, fullRead],
    ['a response of another session is confirmed by a read', { state: of(sent, { doubt }), log: write }, fullRead],
    ['an unknown key is read again after a while', { state: of(ready, { doubt: { ...doubt, readAt: 4_000 } }) }, wait(4_000, false)],
    ['a 401 suspends writes', { state: suspended, log: write }, idle],
    ['a 401 suspends no read', { state: wanting('full', suspended), log: write }, fullRead],
    ['a 401 makes reads unconditional', { state: wanting('conditional', suspended) }, fullRead],
    ['a 401 suspends an end', { state: of(suspended, { ending }) }, idle],
    ['an end', { state: of(ready, { ending }), log: write }, { kind: 'end' }],
    ['an end waits for its pause', { state: of(ready, { ending: { ...ending, notBefore: 2_000 } }) }, wait(2_000, false)],
    ['an end that was answered', { state: of(ready, { ending: { ...ending, needsRead: true } }) }, fullRead],
    ['an end of no known lineage', { state: of(ready, { ending: createEnding(null, undefined) }), log: write }, fullRead],
    ['a section is entered: nothing is sent', { state: section('entering', wanting('full')), log: write }, idle],
    ['a section runs: no write', { state: section('running'), log: write }, idle],
    ['a section runs: reads go through', { state: section('running', wanting('conditional')), log: write }, conditionalRead],
    ['a section runs: no end', { state: of(section('running'), { ending }) }, idle],
    ['a section is left: the read after it comes first', { state: section('leaving', wanting('full')), log: write }, fullRead],
    [
      'the read after a section waits for nothing',
      {
        state: of(pacing({ retryAfterUntil: 9_000 }, wanting('full')), {
          section: { phase: 'leaving', calls: 0, expectsIdentityChange: true, readsAtOnce: true },
        }),
      },
      fullRead,
    ],
    ['disposed of', { state: of(wanting('full'), { isDisposed: true }), log: write }, idle],
    ['in the back/forward cache', { state: of(wanting('full'), { isAway: true }), log: write }, idle],
    ['leaving with a write', { state: of(ready, { isLeaving: true }), log: write }, { kind: 'prepare', isLeaving: true }],
    [
      'leaving with the commit that was just taken',
      { state: of(inFlight(write, { attempts: 0 }), { isLeaving: true }), log: write },
      { kind: 'commit', isLeaving: true },
    ],
    [
      'leaving with a commit that the leaving has cut',
      { state: of(inFlight(write, { next: 'at-once' }), { isLeaving: true }), log: write },
      { kind: 'commit', isLeaving: true },
    ],
    ['leaving with a commit between two attempts', { state: of(sent, { isLeaving: true }), log: write }, idle],
    ['leaving with a read', { state: of(wanting('full'), { isLeaving: true }) }, idle],
  ])('%s', (_, parts, step) => {
    expect(plan(situation(parts))).toEqual(step)
  })
})

describe('what leaves with the page', () => {
  test.each<[string, Partial<Situation>, boolean]>([
    ['a write', {}, true],
    ['a write that yields to others', { state: pacing({ notBefore: 2_000 }) }, true],
    ['a touch', { log: [mutate({ kind: 'touch' })] }, true],
    ['nothing', { log: [] }, false],
    ['the first write of a visitor, whose response sets a cookie', { base: nobody }, false],
    ['a write before the first load', { base: undefined }, false],
    ['a write to a server that cannot compare and set', { base: { ...base, atomic: false } }, false],
    ['a new key', { log: [a, mutate({ kind: 'cycleKey' })] }, false],
    ['another expiry', { log: [mutate({ kind: 'setExpiry', expiry: 60 })] }, false],
    ['a write behind a commit in flight', { state: sent }, false],
    ['a write during a Retry-After', { state: pacing({ retryAfterUntil: 2_000 }) }, false],
    ['a write in a section', { state: section('running') }, false],
    ['a write that waits for a section of another tab', { isSectionAwaited: true }, false],
    ['a write after an end', { state: of(ready, { ending }) }, false],
    ['a write after a 401', { state: suspended }, false],
    ['a write while the session is in doubt', { state: of(ready, { doubt }) }, false],
  ])('%s: %j', (_, parts, leaves) => {
    expect(mayLeaveUnlocked(situation({ log: write, ...parts }))).toBe(leaves)
  })
})

describe('locksFor', () => {
  const none: NeededLocks = { section: false, creation: 'release' }
  const shared: NeededLocks = { section: true, creation: 'release' }
  test.each<[string, Partial<Situation>, Step, NeededLocks]>([
    ['idle releases all', { base: nobody, log: write }, idle, none],
    ['a read', {}, fullRead, shared],
    ['a commit', { log: write }, commit, shared],
    ['an end', {}, { kind: 'end' }, shared],
    ['the first commit of a visitor', { base: nobody, log: write }, prepare, { section: true, creation: 'take' }],
    [
      'a commit to a server that cannot compare and set',
      { base: { ...base, atomic: false }, log: write },
      prepare,
      { section: true, creation: 'take' },
    ],
    [
      'a wait between two attempts of a first commit',
      { base: nobody, state: sent, log: write },
      wait(2_000),
      { section: false, creation: 'keep' },
    ],
    [
      'a read between two attempts of a first commit',
      { base: nobody, state: sent, log: write },
      fullRead,
      { section: true, creation: 'keep' },
    ],
    ['a read of a visitor without writes', { base: nobody }, fullRead, shared],
    ['a 401 to a first commit', { base: nobody, state: of(sent, { status: suspended.status }), log: write }, fullRead, shared],
    ['an end after a first commit', { base: nobody, state: of(sent, { ending }), log: write }, { kind: 'end' }, shared],
    ['its own section', { state: section('running') }, fullRead, none],
    ['the read after its own section', { state: section('leaving') }, fullRead, none],
    ['a first commit whose tab enters a section', { base: nobody, state: section('running', sent), log: write }, fullRead, none],
    ['a page that is left', { log: write }, { kind: 'prepare', isLeaving: true }, none],
    ['a message', {}, receive, none],
  ])('%s', (_, parts, step, locks) => {
    expect(locksFor(situation(parts), step)).toEqual(locks)
  })
})

test('a deferred promise that nobody awaits raises no unhandled rejection', async () => {
  createDeferred().reject(new RangeError('ignored'))
  await new Promise((resolve) => setTimeout(resolve, 0))
})

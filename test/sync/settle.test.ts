// Holds the table of what each outcome changes.
import { describe, expect, test } from 'vitest'
import type { Mutation } from '../../src/cache/mutation.ts'
import type { State } from '../../src/protocol/state.ts'
import type { SettleContext } from '../../src/sync/apply-state.ts'
import { classifyFailure, misplaced, type Outcome } from '../../src/sync/classify-response.ts'
import { createEnding } from '../../src/sync/session-end.ts'
import { settle } from '../../src/sync/settle.ts'
import type { Exchange, SyncState } from '../../src/sync/state.ts'
import type { Transition } from '../../src/sync/transition.ts'
import { base, context, inFlight, mutate, nobody, ready, set, withOutbox } from './states.ts'

const a = set('count', 2)
const b = set('note', 'b')
const log = [a]
const state = (parts: Partial<State> = {}): State => ({ ...base, version: 'v2', ...parts })
const read = (parts: Partial<State> = {}): Outcome => ({ kind: 'state', answer: state(parts) })
const lost = classifyFailure(new TypeError('Failed to fetch'))
const down = misplaced(503)
const rejection = (errors: { key: string; message: string }[] = []): Outcome => ({
  kind: 'rejected',
  status: 422,
  problem: 'refused',
  errors,
})
const csrf: Outcome = { kind: 'csrf', refusal: { status: 403, problem: 'csrf', detail: 'the origin is not listed' } }
const forbidden: Outcome = { kind: 'csrf', refusal: undefined }
const elsewhere = { unknownKey: true, lineage: null, version: 'v0', data: {}, tags: {} }
const ann = { ...base, identity: 'ann' }

/** Settles an outcome of an exchange that is the current one. */
function settled(kind: Exchange['kind'], outcome: Outcome, parts: Partial<SettleContext> = {}): Transition {
  const exchange = { kind, startedAt: 990, isKeptAlive: true, calls: 1 }
  const c = context(parts)
  return settle({ ...c, state: { ...c.state, exchange } }, exchange, outcome)
}

/** What a transition says, in short. */
function summary({ state, base, acknowledged, rejected, ended, isUndone }: Transition) {
  const { outbox, pacing, reads, doubt, ending, status } = state
  const rejections = [...(rejected?.entries() ?? [])].map(([mutation, error]) => [mutation, (error as { code?: string }).code])
  return {
    ...(base && { base: base.version }),
    ...(acknowledged && acknowledged.length > 0 && { acknowledged }),
    ...(rejections.length > 0 && { rejected: rejections }),
    ...(ended && { ended }),
    ...(isUndone && { isUndone }),
    ...(outbox.inFlight && { inFlight: true }),
    ...(outbox.superseded.size > 0 && { superseded: [...outbox.superseded.keys()] }),
    ...(outbox.needsFence && { needsFence: true }),
    ...(outbox.bisectLength > 0 && { bisectLength: outbox.bisectLength }),
    ...(outbox.forceCreate && { forceCreate: true }),
    ...(reads.pending !== 'no' && { pending: reads.pending }),
    ...(doubt && { doubt: [doubt.isByCommit, doubt.isSeenByRead, doubt.readAt] }),
    ...(ending && { ending: [ending.lineage, ending.needsRead] }),
    ...(pacing.failures > 0 && { failures: pacing.failures }),
    ...(status.status !== 'ready' && { status: status.status }),
    ...(status.error && { error: status.error.code }),
  }
}

const sent = inFlight(log)
const sentTwice = inFlight(log, { attempts: 2, mayBeStored: true })
const sentBoth = inFlight([a, b])
const doubted = { isByCommit: true, isSeenByRead: false, readAt: 1_000 }
const of = (from: SyncState, change: Partial<SyncState>): SyncState => ({ ...from, ...change })

describe('the outcome of a read', () => {
  test.each<[string, Outcome, Partial<SettleContext>, object]>([
    ['our session', read(), {}, { base: 'v2' }],
    ['nothing new', { kind: 'unchanged' }, {}, {}],
    ['a first state', read(), { base: undefined }, { base: 'v2' }],
    ['a 401', { kind: 'needs-auth' }, { log }, { status: 'needs-auth', error: 'needs-auth' }],
    ['no response', lost, {}, { failures: 1, error: 'network' }],
    ['a response that makes no sense', { kind: 'ended' }, {}, { failures: 1, error: 'protocol' }],
    ['a minimal state', { kind: 'state', answer: { ...state(), data: undefined } }, {}, { failures: 1, error: 'protocol' }],
    ['a cut', { kind: 'cut' }, {}, {}],
    ['another session: read again at once', read({ lineage: 'L2' }), { log }, { doubt: [false, true, 1_000], pending: 'full' }],
    ['an unknown key: read again after three seconds', read(elsewhere), { log }, { doubt: [false, true, 4_000], pending: 'full' }],
    [
      'another session a second time: it ended',
      read({ lineage: 'L2' }),
      { log, state: of(ready, { doubt: { ...doubted, isSeenByRead: true } }) },
      { base: 'v2', rejected: [[a, 'ended']], ended: 'replaced' },
    ],
    [
      'no session after a response of another one: it ended',
      read({ lineage: null }),
      { log, state: of(sent, { doubt: doubted }) },
      { base: 'v2', rejected: [[a, 'ended']], ended: 'flushed' },
    ],
    [
      'an unknown key after a response of another session: read again after three seconds',
      read(elsewhere),
      { log, state: of(sent, { doubt: doubted }) },
      { inFlight: true, doubt: [true, true, 4_000], pending: 'full' },
    ],
    [
      'an unknown key that a commit met and two reads confirm: create under a new key',
      read(elsewhere),
      { log, base: nobody, state: of(ready, { doubt: { ...doubted, isSeenByRead: true } }) },
      { base: 'v0', forceCreate: true },
    ],
    ['an unknown key while a rotation is in doubt: the commit asks first', read(elsewhere), { log, state: sentTwice }, { inFlight: true }],
    [
      'our session with a commit in flight that is not stored: it goes again',
      read(),
      { log, state: of(sentTwice, { doubt: doubted }) },
      { inFlight: true },
    ],
    ['our session with a commit in flight that is stored', read({ last: 1 }), { log, state: sentTwice }, { base: 'v2', acknowledged: [a] }],
    [
      'our session with a superseded commit that was stored after all',
      read({ last: 1 }),
      { log, state: withOutbox({ n: 1, superseded: new Map([[1, sentTwice.outbox.inFlight as never]]), needsFence: true }) },
      { base: 'v2', acknowledged: [a] },
    ],
    ['fewer commits than were acknowledged', read({ last: 1 }), { state: withOutbox({ acknowledged: 2 }) }, { base: 'v2', isUndone: true }],
    [
      'a server that forgot a superseded commit that may be stored',
      read({ forgotten: true }),
      { log, state: withOutbox({ n: 1, superseded: new Map([[1, sentTwice.outbox.inFlight as never]]) }) },
      { base: 'v2', rejected: [[a, 'unknown-fate']], superseded: [1] },
    ],
    [
      'a server that forgot a superseded commit that was not stored',
      read({ forgotten: true }),
      { log, state: withOutbox({ n: 1, superseded: new Map([[1, sent.outbox.inFlight as never]]) }) },
      { base: 'v2', superseded: [1] },
    ],
    [
      'a commit of one mutation that failed five times has an unknown outcome',
      read(),
      { log, state: inFlight(log, { failures: 5, mayBeStored: true }) },
      { base: 'v2', rejected: [[a, 'unknown-fate']], superseded: [1] },
    ],
    [
      'a commit of two mutations that failed five times is bisected',
      read(),
      { log: [a, b], state: inFlight([a, b], { failures: 5, mayBeStored: true }) },
      { base: 'v2', superseded: [1], needsFence: true, bisectLength: 2 },
    ],
    [
      'a failure of a read starts the count of a commit anew',
      down,
      { log, state: inFlight(log, { failures: 4 }) },
      { inFlight: true, failures: 1, error: 'protocol' },
    ],
    ['the visitor of a log-in, from nobody, without writes', read({ identity: 'ann' }), { base: nobody }, { base: 'v2' }],
    [
      'the visitor of a log-in, from nobody, with writes',
      read({ identity: 'ann' }),
      { base: nobody, log },
      { doubt: [false, true, 1_000], pending: 'full' },
    ],
    [
      'the visitor of a log-in of our own section',
      read({ identity: 'ann' }),
      { base: nobody, log, state: of(ready, { section: { ...ready.section, expectsIdentityChange: true } }) },
      { base: 'v2' },
    ],
    [
      'another visitor of the same lineage',
      read({ identity: 'bob' }),
      { base: ann, log },
      { doubt: [false, true, 1_000], pending: 'full' },
    ],
    [
      'an end that is confirmed',
      read({ lineage: null }),
      { base: nobody, state: of(ready, { ending: createEnding('L1', undefined) }) },
      { base: 'v2' },
    ],
    [
      'an end whose session is still there',
      read(),
      { base: nobody, state: of(ready, { ending: { ...createEnding('L1', undefined), needsRead: true } }) },
      { ending: ['L1', false] },
    ],
    [
      'an end that met an unknown key',
      read(elsewhere),
      { base: nobody, state: of(ready, { ending: createEnding('L1', undefined) }) },
      { ending: ['L1', false], doubt: [false, true, 4_000], pending: 'full' },
    ],
    [
      'an end of the session that our first commit has created',
      read({ lineage: 'L9', last: 1 }),
      { base: nobody, state: of(ready, { ending: createEnding(null, undefined) }) },
      { ending: ['L9', false] },
    ],
  ])('%s', (_, outcome, parts, expected) => {
    expect(summary(settled('read', outcome, parts))).toEqual(expected)
  })
})

describe('the outcome of a commit', () => {
  test.each<[string, Outcome, Partial<SettleContext>, object]>([
    ['stored', read({ last: 1 }), { log, state: sent }, { base: 'v2', acknowledged: [a] }],
    [
      'stored, with one of two suspects',
      read({ last: 1 }),
      { log: [a, b], state: of(sent, withOutbox({ bisectLength: 2 }, sent)) },
      { base: 'v2', acknowledged: [a], bisectLength: 1 },
    ],
    ['a conflict', { kind: 'conflict', state: state() }, { log, state: sent }, { base: 'v2', superseded: [1], needsFence: true }],
    [
      'forgotten, the outcome of an earlier attempt unknown',
      { kind: 'conflict', state: state({ forgotten: true }) },
      { log, state: sentTwice },
      { base: 'v2', rejected: [[a, 'unknown-fate']], superseded: [1], needsFence: true },
    ],
    ['another session', { kind: 'other-session' }, { log, state: sent }, { inFlight: true, doubt: [true, false, 1_000], pending: 'full' }],
    [
      'another session, for the fourth time in a row',
      { kind: 'other-session' },
      { log, state: of(sent, { pacing: { ...ready.pacing, mismatches: 3 } }) },
      { inFlight: true, doubt: [true, false, 1_000], pending: 'full', failures: 1, error: 'protocol' },
    ],
    ['an unknown key', { kind: 'unknown-key' }, { log, state: sent }, { superseded: [1], doubt: [true, false, 1_000], pending: 'full' }],
    ['a number that another client used', { kind: 'key-reused' }, { log, state: sent }, {}],
    [
      'a number that another client used, after an unknown outcome',
      { kind: 'key-reused' },
      { log, state: sentTwice },
      { rejected: [[a, 'unknown-fate']] },
    ],
    ['a 401', { kind: 'needs-auth' }, { log, state: sent }, { inFlight: true, status: 'needs-auth', error: 'needs-auth' }],
    ['a token that is refused', csrf, { log, state: sent }, { inFlight: true, pending: 'full' }],
    [
      'a new token that is refused',
      csrf,
      { log, state: inFlight(log, { isRefused: true }) },
      { rejected: [[a, 'rejected']], superseded: [1], error: 'rejected' },
    ],
    [
      'a second 403 without a name',
      forbidden,
      { log, state: inFlight(log, { isRefused: true }) },
      { inFlight: true, failures: 1, error: 'protocol' },
    ],
    ['one mutation that is refused', rejection(), { log, state: sent }, { rejected: [[a, 'rejected']], superseded: [1], needsFence: true }],
    [
      'one that may be stored and is refused',
      rejection(),
      { log, state: sentTwice },
      { rejected: [[a, 'rejected']], superseded: [1], needsFence: true },
    ],
    [
      'one of a private key',
      { kind: 'rejected', status: 422, problem: 'private-key', errors: [{ key: 'count' }] },
      { log, state: sent },
      { rejected: [[a, 'rejected']], superseded: [1], needsFence: true },
    ],
    [
      'one of a private key that another release may have stored',
      { kind: 'rejected', status: 422, problem: 'private-key', errors: [{ key: 'count' }] },
      { log, state: sentTwice },
      { rejected: [[a, 'unknown-fate']], superseded: [1], needsFence: true },
    ],
    [
      'two, one of them named',
      rejection([{ key: 'note', message: 'no' }]),
      { log: [a, b], state: sentBoth },
      { rejected: [[b, 'rejected']], superseded: [1], needsFence: true },
    ],
    ['two, none of them named', rejection(), { log: [a, b], state: sentBoth }, { superseded: [1], bisectLength: 2, needsFence: true }],
    ['a fencing commit that is refused', rejection(), { state: inFlight([]) }, { superseded: [1] }],
    ['no response to the first attempt: at once, without keepalive', lost, { log, state: sent }, { inFlight: true }],
    ['no response to the second attempt', lost, { log, state: sentTwice }, { inFlight: true, failures: 1, error: 'network' }],
    ['a server that is down', down, { log, state: sent }, { inFlight: true, failures: 1, error: 'protocol' }],
    [
      'the fourth failure: a read comes before the fifth try',
      down,
      { log, state: inFlight(log, { failures: 3 }) },
      { inFlight: true, pending: 'full', failures: 1, error: 'protocol' },
    ],
    ['a response of another kind', { kind: 'unchanged' }, { log, state: sent }, { inFlight: true, failures: 1, error: 'protocol' }],
    ['a cut', { kind: 'cut' }, { log, state: sent }, { inFlight: true }],
  ])('%s', (_, outcome, parts, expected) => {
    expect(summary(settled('commit', outcome, parts))).toEqual(expected)
  })

  test.each<[string, Outcome, boolean]>([
    ['no response', lost, true],
    ['a cut', { kind: 'cut' }, true],
    ['a 503', misplaced(503), true],
    ['a 429', misplaced(429), false],
    ['a 403', misplaced(403), false],
  ])('after %s it may be stored: %j', (_, outcome, expected) => {
    expect(settled('commit', outcome, { log, state: sent }).state.outbox.inFlight?.mayBeStored).toBe(expected)
  })

  test('a cut by the page that is left goes again in the same task', () => {
    expect(settled('commit', { kind: 'cut' }, { log, state: of(sent, { isLeaving: true }) }).state.outbox.inFlight?.next).toBe('at-once')
  })

  test('clearing and a minimal response leave what was written after the clear', () => {
    const clear: Mutation = { ...mutate({ kind: 'clear' }), accessed: { reads: new Map(), writes: new Map([['count', undefined]]) } }
    const answer = { ...state({ last: 1, tags: { note: 't2' } }), data: undefined }
    const { base } = settled('commit', { kind: 'state', answer }, { log: [clear, b], state: inFlight([clear, b]) })
    expect([base?.data, base?.tags]).toEqual([{ note: 'b' }, { note: 't2' }])
  })
})

describe('the outcome of a DELETE', () => {
  const ending = of(ready, { ending: createEnding('L1', undefined) })
  test.each<[string, Outcome, object]>([
    ['ended', { kind: 'ended' }, { ending: ['L1', true], pending: 'full' }],
    ['another session', { kind: 'other-session' }, { ending: ['L1', true], pending: 'full' }],
    ['a token that is refused', csrf, { ending: ['L1', true], pending: 'full' }],
    ['a 401', { kind: 'needs-auth' }, { ending: ['L1', false], status: 'needs-auth', error: 'needs-auth' }],
    ['no response', lost, { ending: ['L1', false], failures: 1, error: 'network' }],
    ['a state', read(), { ending: ['L1', false], failures: 1, error: 'protocol' }],
    ['a cut', { kind: 'cut' }, { ending: ['L1', false] }],
  ])('%s', (_, outcome, expected) => {
    expect(summary(settled('end', outcome, { base: nobody, state: ending }))).toEqual(expected)
  })
})

test.each<[string, (state: SyncState) => SyncState]>([
  ['was taken away by end()', (state) => ({ ...state, exchange: undefined })],
  ['is another one by now', (state) => ({ ...state, exchange: { kind: 'commit', startedAt: 995, isKeptAlive: true, calls: 1 } })],
  ['belongs to a client that was disposed of', (state) => ({ ...state, isDisposed: true })],
])('the outcome of an exchange that %s is dropped', (_, change) => {
  const exchange: Exchange = { kind: 'commit', startedAt: 990, isKeptAlive: true, calls: 1 }
  const c = context({ log, state: change({ ...sent, exchange }) })
  expect(settle(c, exchange, read({ last: 1 }))).toEqual({ state: c.state })
})

// Planted faults of the client. Each removes one rule and names the invariant that has to find it.
import { type PlantedFault, rulesOf } from './fault.ts'

const effect = 'src/cache/effect.ts'

const apply = rulesOf<typeof import('../../../src/sync/apply-state.ts')>()
const engine = rulesOf<typeof import('../../../src/sync/engine.ts')>()
const exchange = rulesOf<typeof import('../../../src/sync/exchange.ts')>()
const exclusive = rulesOf<typeof import('../../../src/sync/exclusive.ts')>()
const freshness = rulesOf<typeof import('../../../src/sync/freshness.ts')>()
const heldLocks = rulesOf<typeof import('../../../src/sync/held-locks.ts')>()
const outbox = rulesOf<typeof import('../../../src/sync/outbox.ts')>()
const pacing = rulesOf<typeof import('../../../src/sync/pacing.ts')>()
const plan = rulesOf<typeof import('../../../src/sync/plan.ts')>()
const prepare = rulesOf<typeof import('../../../src/sync/prepare.ts')>()
const receive = rulesOf<typeof import('../../../src/sync/receive.ts')>()
const request = rulesOf<typeof import('../../../src/sync/request.ts')>()
const section = rulesOf<typeof import('../../../src/sync/section.ts')>()
const settleCommit = rulesOf<typeof import('../../../src/sync/settle-commit.ts')>()
const settleRead = rulesOf<typeof import('../../../src/sync/settle-read.ts')>()
const replay = rulesOf<typeof import('../../../src/cache/replay.ts')>()
const merge = rulesOf<typeof import('../../../src/merge/merge.ts')>()

/** Rules of the client, each taken out. */
export const clientFaults: readonly PlantedFault[] = [
  {
    title: 'review 2: the first answer of another lineage ends the session',
    breaks: [settleRead('isBelieved', () => () => true)],
  },
  {
    title: 'review 4: an end is believed without a read',
    breaks: [settleRead('endNeedsAnotherDelete', () => () => false)],
  },
  {
    title: 'review 4: an end that met an unknown key is not looked at twice',
    breaks: [settleRead('endNeedsSecondRead', () => () => false)],
  },
  {
    title: 'review 5: `last` tells nothing of refused commits',
    breaks: [outbox('storedCommit', () => () => undefined)],
  },
  {
    title: 'review 7: what the server has forgotten is sent again',
    breaks: [outbox('forgottenMutations', () => () => [])],
  },
  {
    title: 'the server forgets: only the commit in flight has an unknown outcome',
    breaks: [
      outbox('forgottenMutations', (forgottenMutations) => (outbox, state) => {
        return forgottenMutations({ ...outbox, superseded: new Map() }, state)
      }),
    ],
  },
  {
    title: 'responses of a cache pass for those of the server, and are answered without a pause',
    mode: 'caches',
    breaks: [freshness('isForeign', () => () => false), pacing('yieldAfterMismatch', () => (pacing) => pacing)],
  },
  {
    title: 'review 9: a commit is overtaken by the next',
    breaks: [
      settleCommit('settleCommit', (settleCommit) => (c, outcome) => {
        const transition = settleCommit(c, outcome)
        const { outbox } = transition.state
        const isOvertaken = outcome.kind === 'failed' && (outbox.inFlight?.mutations.length ?? 0) < c.log.length
        return isOvertaken ? { ...transition, state: { ...transition.state, outbox: { ...outbox, inFlight: undefined } } } : transition
      }),
    ],
  },
  {
    title: 'review 10: an attempt is given up and not aborted',
    breaks: [exchange('attemptSignal', () => () => new AbortController().signal)],
  },
  {
    title: 'review 18: what was written before is kept when somebody signs in',
    breaks: [apply('isOtherSession', (isOtherSession) => (c, state) => c.base?.lineage !== null && isOtherSession(c, state))],
  },
  {
    title: 'a retry takes a new number',
    breaks: [
      request(
        'commitNumber',
        () =>
          ({ n, attempts }) =>
            n + attempts,
      ),
    ],
  },
  {
    title: 'a commit expects nothing',
    patches: [{ file: effect, from: ': expected.size > 0 && { expect }', to: ': expected.size > 1_000 && { expect }' }],
  },
  {
    title: 'a commit does not expect what its transactions read',
    patches: [{ file: effect, from: '    for (const key of readBy(applied)) reads.add(key)\n', to: '' }],
  },
  {
    title: 'listing the keys expects nothing',
    patches: [{ file: effect, from: '    if (accessed?.whole) isWhole = true\n', to: '' }],
  },
  {
    title: 'a rejected write is taken back by a snapshot',
    patches: [
      {
        file: 'src/cache/cache.ts',
        from: 'if (putStored(cell, view(key)) || (isNew && renewDefault(rules.codec, cell))) changed.push(cell)',
        to: '{\n    const taken = [...(to.removed ?? [])][0] as unknown as { before?: Map<string, Json> } | undefined\n    if (putStored(cell, taken?.before ? taken.before.get(key) : view(key))) changed.push(cell)\n  }',
      },
      {
        file: 'src/cache/cache.ts',
        from: '  parts.log.push(mutation)\n',
        to: '  ;(mutation as unknown as { before: unknown }).before = new Map(Array.from(parts.cells, ([key, { stored }]) => [key, stored]))\n  parts.log.push(mutation)\n',
      },
    ],
  },
  {
    title: 'a mutation leaves the log when it is sent',
    patches: [
      {
        file: 'src/cache/cache.ts',
        from: '      for (const mutation of mutations) markSent(mutation)\n',
        to: '      for (const mutation of mutations) markSent(mutation)\n      parts.log = parts.log.slice(mutations.length)\n',
      },
    ],
  },
  {
    title: 'an update is not run again on a new base',
    breaks: [
      replay('replay', (replay) => (data, operation, rules, last) => {
        return last && operation.kind === 'update' ? { operation, accessed: last } : replay(data, operation, rules, last)
      }),
    ],
  },
  {
    title: 'a transaction is not run again on a new base',
    breaks: [
      replay('replay', (replay) => (data, operation, rules, last) => {
        return last && operation.kind === 'transaction' ? { operation, accessed: last } : replay(data, operation, rules, last)
      }),
    ],
  },
  {
    title: 'half of a transaction is kept when its function throws',
    patches: [
      {
        file: 'src/cache/replay.ts',
        from: '  const result = operation.run(tx)\n',
        to: '  let result: unknown\n  try {\n    result = operation.run(tx)\n  } catch {}\n',
      },
    ],
  },
  {
    title: 'a set replaces an object that somebody else has changed',
    breaks: [merge('merge', (merge) => (base, mine, theirs, options) => (Array.isArray(mine) ? merge(base, mine, theirs, options) : mine))],
  },
  {
    title: 'a set replaces a list that another client has changed',
    breaks: [merge('merge', (merge) => (base, mine, theirs, options) => (Array.isArray(mine) ? mine : merge(base, mine, theirs, options)))],
  },
  {
    title: 'pending writes of an ended session go to the next one',
    breaks: [apply('pendingOfEnded', () => () => [])],
  },
  {
    title: 'a message of another tab is taken wherever it starts',
    breaks: [receive('startsAtBase', () => () => true)],
  },
  {
    title: 'a message of another tab is taken while a commit is under way',
    breaks: [
      plan(
        'mayReceive',
        () =>
          ({ state, base }) =>
            state.inbox.length > 0 && base !== undefined,
      ),
    ],
  },
  {
    title: 'a message of another tab changes the session',
    breaks: [receive('isOfOtherSession', () => () => false)],
  },
  {
    title: 'two tabs create sessions at once',
    breaks: [plan('needsCreationLock', () => () => false)],
  },
  {
    title: 'a tab that tries for long is taken for a frozen one',
    breaks: [heldLocks('waitsForHolder', () => () => false)],
  },
  {
    title: 'an exclusive request does not hold the other tabs',
    breaks: [plan('locksFor', (locksFor) => (s, step) => ({ ...locksFor(s, step), section: false }))],
  },
  {
    title: 'an exclusive request does not wait for what is under way',
    breaks: [exclusive('whenAlone', () => () => Promise.resolve())],
  },
  {
    title: 'the end of one exclusive request lets go of another',
    breaks: [section('endsSection', () => () => true)],
  },
  {
    title: 'a late copy of what was rejected can be stored',
    breaks: [outbox('mayBeDuplicated', () => () => false)],
  },
  {
    title: 'a call that changes nothing goes with the empty commit after a rejected one',
    breaks: [prepare('isAcknowledgedUnsent', () => (_, needsFence) => !needsFence)],
  },
  {
    title: 'a key that stays unknown never creates a session',
    breaks: [settleRead('keepsForcing', () => () => false)],
  },
  {
    title: 'a first commit waits for a read that waits for it',
    breaks: [
      plan('plan', (plan) => (s) => {
        const isWaiting = s.base?.lineage === null && s.state.outbox.inFlight !== undefined && s.state.reads.pending !== 'no'
        return isWaiting ? { kind: 'idle' } : plan(s)
      }),
    ],
  },
  {
    title: 'a listener that throws takes the others with it',
    patches: [
      {
        file: 'src/cache/listeners.ts',
        from: '      queueMicrotask(() => {\n        throw error\n      })\n',
        to: '      throw error\n',
      },
    ],
  },
  {
    title: 'a promise that nobody touches is an unhandled rejection',
    patches: [{ file: 'src/client/wait-for.ts', from: '  waiting.catch(() => {})\n', to: '' }],
    breaks: [engine('ignoreUnhandled', () => () => {})],
  },
  {
    title: 'a commit that fails is sent again at once, for ever',
    breaks: [
      apply(
        'waitAfterFailure',
        () =>
          ({ state }) =>
            state.pacing,
      ),
    ],
  },
]

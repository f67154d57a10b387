import { type PlantedFault, rulesOf } from './fault.ts'

const settle = 'src/sync/settle.ts'
const commit = 'src/sync/commit.ts'
const read = 'src/sync/read.ts'
const effect = 'src/cache/effect.ts'
const pipeline = 'src/sync/pipeline.ts'

const replay = rulesOf<typeof import('../../../src/cache/replay.ts')>()
const alone = rulesOf<typeof import('../../../src/cache/replay-alone.ts')>()
const conflict = rulesOf<typeof import('../../../src/cache/resolve-conflict.ts')>()
const stored = rulesOf<typeof import('../../../src/cache/stored-value.ts')>()
const identity = rulesOf<typeof import('../../../src/cache/identity.ts')>()
const merge = rulesOf<typeof import('../../../src/cache/merge.ts')>()

/** Rules of the client, each taken out. */
export const clientFaults: readonly PlantedFault[] = [
  {
    title: 'review 2: the first answer of another lineage ends the session',
    patches: [{ file: read, from: '  if (state && isStrange) {', to: '  if (state && isStrange && false) {' }],
  },
  {
    title: 'review 4: an end is believed without a read',
    patches: [{ file: read, from: 'if (ending.lineage !== null && state.lineage === ending.lineage) return goOn(sync, state)', to: '' }],
  },
  {
    title: 'review 4: an end that met an unknown key is not looked at twice',
    patches: [{ file: read, from: "const isLooked = isSecond || typeof ending?.lineage === 'string'", to: 'const isLooked = isSecond' }],
  },
  {
    title: 'review 5: `last` tells nothing of refused commits',
    patches: [
      {
        file: settle,
        from: 'const stored = state.last > sync.acknowledged ? lost.get(state.last)?.mutations : undefined',
        to: 'const stored = undefined as readonly Mutation[] | undefined',
      },
    ],
  },
  {
    title: 'review 7: what the server has forgotten is sent again',
    patches: [{ file: settle, from: 'state.forgotten && flight?.isDoubtful ? pendingOf(sync, flight.mutations) : []', to: '[]' }],
  },
  {
    title: 'review 9: a commit is overtaken by the next',
    patches: [
      {
        file: commit,
        from: '  flight.isDoubtful = isDoubtful\n  await settleCommit',
        to: "  flight.isDoubtful = isDoubtful\n  if (verdict.kind === 'failed' && mutations.length < sync.cache.log.length) sync.flight = undefined\n  await settleCommit",
      },
    ],
  },
  {
    title: 'review 10: an attempt is given up and not aborted',
    patches: [
      {
        file: 'src/sync/attempt.ts',
        from: 'return transport({ ...request, headers, signal })',
        to: 'return transport({ ...request, headers, signal: new AbortController().signal })',
      },
    ],
  },
  {
    title: 'review 18: what was written before is kept when somebody signs in',
    patches: [
      { file: read, from: 'if (base.lineage === null) return hasOtherUser', to: 'if (base.lineage === null) return false && hasOtherUser' },
    ],
  },
  {
    title: 'a retry takes a new number',
    patches: [
      { file: commit, from: 'formatIdempotencyKey(sync.client, n)', to: 'formatIdempotencyKey(sync.client, n + flight.attempts - 1)' },
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
        from: 'if (put(cell, view(key))) changed.push(cell)',
        to: '{\n    const taken = [...(to.removed ?? [])][0] as unknown as { before?: Map<string, Json> } | undefined\n    if (put(cell, taken?.before ? taken.before.get(key) : view(key))) changed.push(cell)\n  }',
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
        from: '      for (const mutation of mutations) mutation.sent = true\n',
        to: '      for (const mutation of mutations) mutation.sent = true\n      parts.log = parts.log.slice(mutations.length)\n',
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
    title: 'a write behind a rejected one is merged with its disappearance',
    mode: 'edits',
    breaks: [alone('keepWhole', () => (_data, operation) => operation)],
  },
  {
    title: 'the default that was shown is no base',
    mode: 'edits',
    breaks: [
      conflict(
        'toShownBase',
        () =>
          (_codec, { base }) =>
            base,
      ),
    ],
  },
  {
    title: 'a choice that changes nothing gives way',
    mode: 'edits',
    breaks: [conflict('isChoice', () => () => false)],
  },
  {
    title: 'a write before the load replaces what is stored without a word',
    mode: 'edits',
    breaks: [replay('isEarlyConflict', () => () => false)],
  },
  {
    title: 'unknown fields count whatever the value then reads as',
    mode: 'edits',
    breaks: [stored('readsBackAs', () => () => true)],
  },
  {
    title: 'unknown fields stay at their place in a list',
    mode: 'edits',
    breaks: [identity('identify', () => (lists) => lists.map((items) => new Map(items.map((item, place) => [`${place}`, item]))))],
  },
  {
    title: 'pending writes of an ended session go to the next one',
    patches: [{ file: settle, from: '  move(sync, base, none, new Set(cache.log))\n', to: '  move(sync, base)\n' }],
  },
  {
    title: 'a message of another tab is taken wherever it starts',
    patches: [{ file: pipeline, from: 'if (from !== at.version || isElsewhere', to: 'if (isElsewhere' }],
  },
  {
    title: 'a message of another tab is taken while a commit is under way',
    patches: [{ file: pipeline, from: 'if (cache.base && !sync.flight) takeMessages', to: 'if (cache.base) takeMessages' }],
  },
  {
    title: 'a message of another tab changes the session',
    patches: [{ file: pipeline, from: 'isElsewhere(sync, state) || state.lineage !== at.lineage) {', to: 'false) {' }],
  },
  {
    title: 'two tabs create sessions at once',
    patches: [{ file: pipeline, from: 'if (!sync.lock || (base', to: 'if (true || (base' }],
  },
  {
    title: 'a tab that tries for long is taken for a frozen one',
    patches: [{ file: 'src/sync/lock.ts', from: 'if (!sync.isLockedElsewhere) break', to: 'break' }],
  },
  {
    title: 'an exclusive request does not hold the other tabs',
    patches: [{ file: 'src/sync/hold.ts', from: '    sync.isHeldElsewhere = true\n', to: '' }],
  },
  {
    title: 'an exclusive request does not wait for what is under way',
    patches: [
      {
        file: 'src/sync/hold.ts',
        from: 'await Promise.all([quiet(sync), hasOthers && quietElsewhere(sync)])',
        to: 'void [hasOthers, quietElsewhere]',
      },
    ],
  },
  {
    title: 'the end of one exclusive request lets go of another',
    patches: [
      {
        file: 'src/sync/exclusive.ts',
        from: '    if (sync.holders === 0) await letGo(sync, timeoutMs)',
        to: '    await letGo(sync, timeoutMs)',
      },
      { file: 'src/sync/exclusive.ts', from: '  if (sync.holders > 0) return\n', to: '' },
    ],
  },
  {
    title: 'a late copy of what was rejected can be stored',
    patches: [{ file: settle, from: 'sync.isLoose = !stored && !isNewLineage && (sync.isLoose || flight !== undefined)', to: '' }],
  },
  {
    title: 'a call that changes nothing goes with the empty commit after a rejected one',
    patches: [{ file: commit, from: '(mutations.length > 0 || !sync.isLoose)', to: '!sync.isLoose' }],
  },
  {
    title: 'each tab looks anew for a session that is gone',
    patches: [
      {
        file: read,
        from: 'sync.isFresh = state.unknownKey === true && (isSecond || sync.isFresh)',
        to: 'sync.isFresh = isSecond && state.unknownKey === true',
      },
    ],
  },
  {
    title: 'a first commit waits for a read that waits for it',
    patches: [{ file: pipeline, from: "if (sync.wanted !== 'full' && hasCommit(sync)", to: "if (sync.wanted === 'no' && hasCommit(sync)" }],
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
    patches: [
      { file: 'src/client/wait-for.ts', from: '  waiting.catch(() => {})\n', to: '' },
      { file: 'src/sync/settle.ts', from: '  mutation.receipt.catch(() => {})\n', to: '' },
    ],
  },
  {
    title: 'a commit that fails is sent again at once, for ever',
    patches: [
      {
        file: 'src/sync/attempt.ts',
        from: '  if (!isStopped(sync)) await sleep(sync, delayMs, retryAfterMs > 0)\n',
        to: '',
      },
    ],
  },
]

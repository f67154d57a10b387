// Holds the decisions of the journal as tables of cases: what may be restored, shown, sent before it is on the disk, and published.
import { describe, expect, test } from 'vitest'
import { createMutation, type Mutation } from '../../src/cache/mutation.ts'
import {
  adoptedNumbers,
  fateOf,
  hasStoredFirstCommit,
  inOrder,
  mayLeaveUnwritten,
  mayShow,
  restoredBeside,
  toBase,
  wasNotKeptUp,
} from '../../src/persist/decide.ts'
import type { LogRecord } from '../../src/persist/record.ts'
import { replayRecorded } from '../../src/persist/recorded.ts'
import { ownsRecord } from '../../src/persist/store.ts'
import { compileSchema } from '../../src/schema/compile-schema.ts'
import { createOutbox, type InFlight } from '../../src/sync/outbox.ts'
import { schema } from '../client/harness.ts'

const day = 86_400_000

function recordOf(change: Partial<LogRecord> = {}): LogRecord {
  return {
    format: 1,
    client: 'client',
    owner: 'page',
    savedAt: 10 * day,
    n: 3,
    acknowledged: 2,
    base: { lineage: 'L1', version: 'v1', data: {}, last: 2, expiry: { age: 3600, atBrowserClose: false } },
    log: [{ kind: 'set', key: 'count', value: 1 }],
    inFlight: undefined,
    superseded: [],
    needsFence: false,
    ...change,
  }
}

describe('the fate of a record', () => {
  test.each<[string, Partial<LogRecord>, Partial<Parameters<typeof fateOf>[1]>, ReturnType<typeof fateOf>]>([
    ['young', {}, {}, 'kept'],
    ['exactly as old as it may be', {}, { now: 24 * day }, 'kept'],
    ['older', {}, { now: 24 * day + 1 }, 'too-old'],
    ['of a clock that went back', {}, { now: 1 * day }, 'kept'],
    ['marked as not kept up', {}, { isBehind: true }, 'behind'],
    ['of a session that was ended here', {}, { isEnded: true }, 'ended'],
    ['ended and marked', {}, { isEnded: true, isBehind: true }, 'ended'],
    ['of a later layout, whatever else', { format: 2 }, { isBehind: true, now: 99 * day }, 'format'],
  ])('%s', (_, record, situation, fate) => {
    expect(fateOf(recordOf(record), { now: 11 * day, maxAgeMs: 14 * day, isBehind: false, isEnded: false, ...situation })).toBe(fate)
  })
})

describe('a base is shown before the server responds', () => {
  test.each<[string, Partial<LogRecord['base']>, boolean, number, boolean]>([
    ['while the presence cookie names its session', {}, true, 0, true],
    ['not without it', {}, false, 0, false],
    ['not without a session, which no cookie names', { lineage: null }, true, 0, false],
    ['a second before its end', {}, true, 3_599_000, true],
    ['not at its end', {}, true, 3_600_000, false],
    ['after a clock that went back', {}, true, -5000, true],
  ])('%s', (_, base, isPresent, laterMs, expected) => {
    const record = recordOf({ base: { ...recordOf().base, ...base } })
    expect(mayShow(record, isPresent, record.savedAt + laterMs)).toBe(expected)
  })

  test('with the life that it has left', () => {
    const record = recordOf()
    expect(toBase(record, record.savedAt + 600_500).expiry.age).toBe(3000)
    expect(toBase(record, record.savedAt - 600_500).expiry.age).toBe(3600)
  })
})

test('records come in this order: the one of this tab, those with writes, the newest', () => {
  const names = inOrder(
    [
      recordOf({ client: 'empty', log: [], savedAt: 9 }),
      recordOf({ client: 'old', savedAt: 1 }),
      recordOf({ client: 'new', savedAt: 5 }),
      recordOf({ client: 'fence', log: [], needsFence: true, savedAt: 3 }),
      recordOf({ client: 'hinted', log: [], savedAt: 0 }),
    ],
    'hinted',
  ).map(({ client }) => client)
  expect(names).toEqual(['hinted', 'new', 'fence', 'old', 'empty'])
})

describe('a record is still ours', () => {
  test.each<[string, boolean, LogRecord | undefined, boolean]>([
    ['if it names this page', true, recordOf({ owner: 'page' }), true],
    ['not if it names another', true, recordOf({ owner: 'other' }), false],
    ['not if it is gone, since another page took it', true, undefined, false],
    ['if none was written yet', false, undefined, true],
    ['not if another page was first', false, recordOf({ owner: 'other' }), false],
  ])('%s', (_, isWritten, found, expected) => {
    expect(ownsRecord({ client: 'client', owner: 'page', isWritten }, found)).toBe(expected)
  })
})

const mutation = (restored: boolean): Mutation => createMutation({ operation: { kind: 'touch' }, accessed: undefined }, 0, 1, restored)
const commit = (n: number, mutations: readonly Mutation[]): InFlight => ({
  n,
  body: '{}',
  mutations,
  attempts: 1,
  sentAt: 0,
  failures: 0,
  mayBeStored: true,
  isRefused: false,

  next: 'usual',
})

describe('a record was not kept up', () => {
  test.each([
    [3, false],
    [2, false],
    [4, true],
    [3 + adoptedNumbers, true],
    [4 + adoptedNumbers, false],
  ])('last %d of a record with 3', (last, expected) => {
    expect(wasNotKeptUp(last, 3)).toBe(expected)
  })

  test('then every restored write is given up beside the commit that the record had in flight', () => {
    const [sent, waiting, own] = [mutation(true), mutation(true), mutation(false)]
    const log = [sent, waiting, own]
    const outbox = createOutbox('client')
    expect(restoredBeside(log, { ...outbox, inFlight: commit(3, [sent]) }, 3)).toEqual([waiting])
    // This page's own commit: the server has refused it, and what it carries may be stored by an earlier one.
    expect(restoredBeside(log, { ...outbox, inFlight: commit(4 + adoptedNumbers, [sent, own]) }, 3)).toEqual([sent, waiting])
    expect(restoredBeside(log, outbox, 3)).toEqual([sent, waiting])
  })
})

test('a commit leaves before it is on the disk only if the disk has none of its mutations', () => {
  const [known, fresh] = [mutation(false), mutation(false)]
  const isKnown = (other: Mutation): boolean => other === known
  const cases = [[fresh], [known], [fresh, known], []].map((mutations) => mayLeaveUnwritten(mutations, isKnown))
  expect(cases).toEqual([true, false, false, false])
})

describe('a first commit was stored', () => {
  const state = { lineage: 'L1', last: 1 }
  const base = { ...recordOf().base, lineage: null }
  const outbox = { ...createOutbox('client'), inFlight: commit(1, []) }
  test.each([
    ['if the session of now knows it', base, outbox, state, true],
    ['not if it knows an earlier one', base, outbox, { ...state, last: 0 }, false],
    ['not if there is no session', base, outbox, { lineage: null, last: 1 }, false],
    ['not if it had a session before', recordOf().base, outbox, state, false],
    ['not if none was in flight', base, createOutbox('client'), state, false],
  ])('%s', (_, from, commits, now, expected) => {
    expect(hasStoredFirstCommit(from, commits, now)).toBe(expected)
  })
})

describe('a recorded function', () => {
  const rules = {
    codec: compileSchema(schema, { freeze: true, skipInvalidItems: undefined, readOnly: undefined }),
    policy: () => 'merge' as const,
    identify: () => undefined,
  }
  type Values = Record<string, never>
  const replay = (reads: object, writes: object, now: object): unknown => {
    const recorded = { reads: new Map(Object.entries(reads as Values)), writes: new Map(Object.entries(writes as Values)) }
    try {
      return Object.fromEntries(replayRecorded(recorded, (key) => (now as Values)[key], rules).writes)
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  test.each<[string, object, object, object, unknown]>([
    ['stores what it stored, if what it read is unchanged', { count: 3 }, { count: 4 }, { count: 3, note: 'x' }, { count: 4 }],
    ['never a number counted from an old one', { count: 3 }, { count: 4 }, { count: 10 }, 'conflict'],
    ['not either if nothing was stored', { count: undefined }, { count: 1 }, { count: 10 }, 'conflict'],
    ['what it wrote without reading', {}, { count: 1 }, { count: 10 }, { count: 1 }],
    ['merges a list', { cart: ['a'] }, { cart: ['a', 'b'] }, { cart: ['c', 'a'] }, { cart: ['c', 'a', 'b'] }],
    [
      'merges members',
      { profile: { name: 'A' } },
      { profile: { name: 'B' } },
      { profile: { name: 'A', city: 'X' } },
      { profile: { name: 'B', city: 'X' } },
    ],
    ['no member that both changed', { profile: { name: 'A' } }, { profile: { name: 'B' } }, { profile: { name: 'C' } }, 'conflict'],
    ['several keys never', { cart: ['a'], note: 'x' }, { cart: ['b'] }, { cart: ['c'], note: 'x' }, 'conflict'],
    ['a key that it only read', { note: 'x' }, { count: 4 }, { note: 'y' }, 'conflict'],
  ])('%s', (_, reads, writes, now, expected) => {
    expect(replay(reads, writes, now)).toEqual(expected)
  })
})

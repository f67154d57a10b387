// Holds the pure rules of a stored session: what a commit does to it and what it forgets.
import { describe, expect, test } from 'vitest'
import type { Commit } from '../../src/protocol/commit.ts'
import { clientAgeMs, clientOf, maxClients } from '../../src/server/past-writes.ts'
import {
  type Attempt,
  type Circumstances,
  decideCommit,
  emptyRecord,
  type Outcome,
  type SessionRecord,
  type Subject,
  versionOf,
} from '../../src/server/record.ts'

const now = 1_000_000
const circumstances: Circumstances = {
  now,
  maxAgeMs: 60_000,
  maxLifetimeMs: Number.POSITIVE_INFINITY,
  mark: 'next',
  lineage: 'NEW',
  keys: { name: 'list', canWrite: (key) => ['a', 'b'].includes(key) },
}

/** Lineage L at v7-mark, written last by `me` with n = 3; `old` stored at 2 and somebody forgotten at 4. */
const record: SessionRecord = {
  ...emptyRecord('L'),
  seq: 7,
  mark: 'mark',
  data: { a: 1, b: 2, _own: 3 },
  tags: { a: 'tag-a', b: 'tag-b' },
  clients: [
    { client: 'old', n: 1, hash: 'hash', seq: 5, cookie: true, at: now },
    { client: 'me', n: 3, hash: 'hash', seq: 7, cookie: false, at: now },
  ],
  floor: 4,
  expiresAt: now + 10_000,
  cookieUntil: now + 120_000,
}
const known: Subject = { key: 'known', record }

const attempt = (commit: Partial<Commit> = {}, more: Partial<Attempt> = {}): Attempt => ({
  client: 'me',
  n: 4,
  hash: 'other',
  tags: Object.fromEntries(Object.keys(commit.set ?? {}).map((key) => [key, `new-${key}`])),
  commit: { lineage: 'L', base: 'v7-mark.list', after: 3, ...commit },
  ...more,
})

const decide = (subject: Subject, given: Attempt): Outcome => decideCommit(subject, given, circumstances)

describe('what a commit does', () => {
  test.each<[string, Subject, Attempt, Partial<Outcome>]>([
    [
      'no key, no lineage: created',
      { key: 'none' },
      attempt({ lineage: null, after: 0, set: { a: 1 } }),
      { kind: 'store', cookie: true, rotate: false },
    ],
    ['no key, no lineage, no content: nothing', { key: 'none' }, attempt({ lineage: null, after: 0 }), { kind: 'idle' }],
    [
      'the same with empty members',
      { key: 'none' },
      attempt({ lineage: null, after: 0, set: {}, delete: [], clear: false, cycleKey: false }),
      { kind: 'idle' },
    ],
    ['an unknown key, fresh, no content: nothing', { key: 'unknown' }, attempt({ lineage: null, after: 0, fresh: true }), { kind: 'idle' }],
    ['a touch of a session: stored', known, attempt({ set: {} }), { kind: 'store', changed: [] }],
    ['no key, a lineage: gone', { key: 'none' }, attempt(), { kind: 'gone' }],
    ['an unknown key, no lineage', { key: 'unknown' }, attempt({ lineage: null, after: 0 }), { kind: 'unknown-key' }],
    [
      'an unknown key, fresh: created',
      { key: 'unknown' },
      attempt({ lineage: null, after: 0, fresh: true, set: { a: 1 } }),
      { kind: 'store', cookie: true },
    ],
    ['an unknown key, a lineage: gone', { key: 'unknown' }, attempt(), { kind: 'gone' }],
    ['no key, after 3: out of step', { key: 'none' }, attempt({ lineage: null }), { kind: 'out-of-step' }],
    ['the next number: stored', known, attempt(), { kind: 'store', cookie: false, rotate: false, exact: true }],
    ['the last number and body', known, attempt({}, { n: 3, hash: 'hash' }), { kind: 'replayed', cookie: false }],
    [
      'the last number of one that set the cookie',
      known,
      attempt({}, { client: 'old', n: 1, hash: 'hash' }),
      { kind: 'replayed', cookie: true },
    ],
    ['the last number, another body', known, attempt({}, { n: 3 }), { kind: 'key-reused' }],
    ['a number below, the same body', known, attempt({}, { n: 2, hash: 'hash' }), { kind: 'key-reused' }],
    ['a repetition comes before the lineage', known, attempt({ lineage: null }, { n: 3, hash: 'hash' }), { kind: 'replayed' }],
    ['another lineage', known, attempt({ lineage: 'M' }), { kind: 'gone' }],
    ['no lineage where there is one', known, attempt({ lineage: null }), { kind: 'gone' }],
    ['the lineage comes before the floor', known, attempt({ lineage: 'M', base: 'v1-x', after: 0 }, { client: 'new' }), { kind: 'gone' }],
    ['a new client from below the floor', known, attempt({ base: 'v3-x', after: 0 }, { client: 'new', n: 1 }), { kind: 'forgotten' }],
    ['a new client from the floor', known, attempt({ base: 'v4-x', after: 0 }, { client: 'new', n: 1 }), { kind: 'store', exact: false }],
    ['a new client whose base is no version', known, attempt({ base: 'hash', after: 0 }, { client: 'new', n: 1 }), { kind: 'forgotten' }],
    [
      'a new client whose base only ends like one',
      known,
      attempt({ base: 'xv7-x', after: 0 }, { client: 'new', n: 1 }),
      { kind: 'forgotten' },
    ],
    ['a dropped client from below the floor', known, attempt({ base: 'v3-x', after: 8 }, { client: 'new', n: 9 }), { kind: 'forgotten' }],
    ['a dropped client from the floor', known, attempt({ base: 'v4-x', after: 8 }, { client: 'new', n: 9 }), { kind: 'store' }],
    ['a client of a future that was undone', known, attempt({ base: 'v8-x', after: 8 }, { client: 'new', n: 9 }), { kind: 'out-of-step' }],
    ['after below the record', known, attempt({ after: 2 }), { kind: 'out-of-step' }],
    ['after above the record', known, attempt({ after: 4 }, { n: 5 }), { kind: 'out-of-step' }],
    ['after comes before expect', known, attempt({ after: 2, expect: { a: 'x' } }), { kind: 'out-of-step' }],
    ['the tags as expected', known, attempt({ expect: { a: 'tag-a', c: null } }), { kind: 'store' }],
    ['other tags', known, attempt({ expect: { a: 'x', b: null, c: 'y' } }), { kind: 'conflict', conflicts: ['a', 'b', 'c'] }],
    ['the base as expected', known, attempt({ expect: 'base' }), { kind: 'store' }],
    ['another base', known, attempt({ base: 'v6-x', expect: 'base' }), { kind: 'conflict', conflicts: [] }],
    ['clear from another base', known, attempt({ base: 'v6-x', clear: true }), { kind: 'conflict', conflicts: [] }],
    [
      'clear from another base with tags',
      known,
      attempt({ base: 'v6-x', clear: true, expect: { a: 'x' } }),
      { kind: 'conflict', conflicts: ['a'] },
    ],
    ['a key of the server cannot be expected away', known, attempt({ expect: { _own: null } }), { kind: 'store' }],
    ['a new key', known, attempt({ cycleKey: true }), { kind: 'store', rotate: true, cookie: true }],
    [
      'a new key at creation is one already',
      { key: 'none' },
      attempt({ lineage: null, after: 0, cycleKey: true }),
      { kind: 'store', rotate: false, cookie: true },
    ],
    ['another expiry', known, attempt({ expiry: 30 }), { kind: 'store', cookie: true }],
    ['the same expiry', known, attempt({ expiry: null }), { kind: 'store', cookie: false }],
    ['a date that is over', known, attempt({ expiry: '1970-01-01T00:00:00Z' }), { kind: 'bad-expiry' }],
    [
      'a date that is over, of a commit that is stored',
      known,
      attempt({ expiry: '1970-01-01T00:00:00Z' }, { n: 3, hash: 'hash' }),
      { kind: 'replayed' },
    ],
  ])('%s', (_, subject, given, expected) => {
    expect(decide(subject, given)).toMatchObject(expected)
  })
})

describe('what is stored', () => {
  const stored = (given: Attempt, subject: Subject = known): SessionRecord => {
    const outcome = decide(subject, given)
    if (outcome.kind !== 'store') throw new TypeError(`it is ${outcome.kind}`)
    return outcome.next
  }

  test.each<[string, Partial<Commit>, object, object]>([
    ['set', { set: { a: 5, c: 6 } }, { a: 5, b: 2, c: 6, _own: 3 }, { a: 'new-a', b: 'tag-b', c: 'new-c' }],
    ['delete', { delete: ['a', 'missing'] }, { b: 2, _own: 3 }, { b: 'tag-b' }],
    ['clear', { clear: true }, { _own: 3 }, {}],
    ['clear, then set', { clear: true, set: { a: 5 } }, { a: 5, _own: 3 }, { a: 'new-a' }],
    ['touch', {}, { a: 1, b: 2, _own: 3 }, { a: 'tag-a', b: 'tag-b' }],
  ])('%s', (_, commit, data, tags) => {
    expect(stored(attempt(commit))).toMatchObject({ lineage: 'L', seq: 8, mark: 'next' })
    expect(stored(attempt(commit))).toHaveProperty('data', data)
    expect(stored(attempt(commit))).toHaveProperty('tags', tags)
  })

  test('the first commit, and nothing else', () => {
    const { next } = decide({ key: 'none' }, attempt({ lineage: null, base: 'v0', after: 0, set: { a: 1 } }, { n: 1 })) as {
      next: SessionRecord
    }
    expect(next).toEqual({
      lineage: 'NEW',
      seq: 1,
      mark: 'next',
      data: { a: 1 },
      tags: { a: 'new-a' },
      clients: [{ client: 'me', n: 1, hash: 'other', seq: 1, cookie: true, at: now }],
      floor: 0,
      life: null,
      expiry: null,
      createdAt: now,
      expiresAt: now + 60_000,
      cookieUntil: now + 120_000,
    })
  })

  test('the record before is not changed', () => {
    const before = structuredClone(record)
    stored(attempt({ set: { a: 5 }, delete: ['b'], expiry: 5 }))
    expect(record).toEqual(before)
  })

  test('the last commit of each client, the most recent last', () => {
    const { clients } = stored(attempt({ after: 1 }, { client: 'old', n: 2, hash: 'x' }))
    expect(clients).toEqual([record.clients[1], { client: 'old', n: 2, hash: 'x', seq: 8, cookie: false, at: now }])
  })

  test.each([
    [null, now + 60_000, now + 120_000],
    [0, now + 60_000, null],
    [30, now + 30_000, now + 60_000],
    ['1970-01-01T00:17:10Z', 1_030_000, 1_030_000],
    ['1970-01-01T01:00:00Z', now + 60_000, now + 60_000],
  ])('expiry %j ends at %d, the cookie at %d', (expiry, expiresAt, cookieUntil) => {
    expect(stored(attempt({ expiry }))).toMatchObject({ expiresAt, cookieUntil })
  })

  test('the expiry slides with each write and the cookie is left as it is', () => {
    expect(stored(attempt())).toMatchObject({ expiresAt: now + 60_000, cookieUntil: now + 120_000 })
  })
})

describe('the clients that are remembered', () => {
  /** Lets a number of clients store one commit each, from the version before. */
  function write(from: SessionRecord, count: number): SessionRecord {
    let current = from
    for (let index = 0; index < count; index += 1) {
      const commit = { lineage: 'L', base: versionOf({ key: 'known', record: current }, circumstances.keys), after: 0 }
      const outcome = decide({ key: 'known', record: current }, attempt(commit, { client: `c${index}`, n: 1 }))
      if (outcome.kind !== 'store') throw new TypeError(`it is ${outcome.kind}`)
      current = outcome.next
    }
    return current
  }

  test('are 64, and the least recent goes', () => {
    const full = write(record, maxClients - 1)
    expect([full.clients.length, clientOf(full, 'old'), clientOf(full, 'me')?.n]).toEqual([maxClients, undefined, 3])
  })

  test('are forgotten 14 days after their last write, which raises the floor', () => {
    const at = (days: number) => ({ ...record, clients: record.clients.map((known) => ({ ...known, at: now - days * 86_400_000 })) })
    const names = (from: SessionRecord) => write(from, 1).clients.map(({ client }) => client)
    expect([names(at(13.9)), names(at(14))]).toEqual([['old', 'me', 'c0'], ['c0']])
    expect([clientAgeMs / 86_400_000, write(at(14), 1).floor]).toEqual([14, 7])
  })

  test('and who goes raises the floor to where it stored last', () => {
    expect(write(record, maxClients - 2).floor).toBe(4)
    expect(write(record, maxClients - 1).floor).toBe(5)
    expect(write(record, maxClients).floor).toBe(7)
    expect(write(record, maxClients + 1).floor).toBe(8)
  })
})

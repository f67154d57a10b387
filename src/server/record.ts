// Owns what a session's record is and decides what a commit does to it. Called by write.ts and session-writer.ts; pure: time and
// randomness come in, and it never touches the store.
import type { Commit } from '../protocol/commit.ts'
import { type JsonObject, own } from '../protocol/json.ts'
import {
  cookieUntil,
  type ExpiryPolicy,
  type ExpiryRule,
  expiresAt,
  isSameRule,
  type LifeRules,
  outlives,
  toLifetime,
  toWish,
} from './expiry.ts'
import type { ExposedKeys } from './exposed-keys.ts'
import { type ClientRecord, clientOf, noteCommit, type PastWrites } from './past-writes.ts'

/** A tag for each key. */
export type Tags = Readonly<Record<string, string>>

/** A session as it is stored. */
export interface SessionRecord extends LifeRules, PastWrites {
  readonly lineage: string
  /** Counts the writes of this lineage. Clients never see an order: only the floor needs one. */
  readonly seq: number
  /** The random part of the version, new with each write, so that no version comes back in any session. */
  readonly mark: string
  /** Every key, the server's own `_` keys among them. */
  readonly data: JsonObject
  /** Of every key but the server's own, exposed or not. */
  readonly tags: Tags
  readonly expiresAt: number
  readonly cookieUntil: number | null
}

/** A commit as it came: whose, which, and the hash of its bytes. */
export interface Attempt {
  readonly client: string
  readonly n: number
  readonly hash: string
  readonly commit: Commit
  /** The tags of what `set` stores. */
  readonly tags: Tags
}

/** What comes from outside: time, randomness, policy. */
export interface Circumstances extends ExpiryPolicy {
  readonly now: number
  /** The random part of the next version. */
  readonly mark: string
  /** The lineage of a session that is created. */
  readonly lineage: string
  /** What clients may read and write. */
  readonly keys: Pick<ExposedKeys, 'name' | 'canWrite'>
}

/** What the cookie of a request names: no cookie, a key that names no session, or a session. */
export type Subject = { readonly key: 'none' | 'unknown' } | { readonly key: 'known'; readonly record: SessionRecord }

/** What a commit does. Everything but `store` leaves the session as it is. */
export type Outcome =
  | {
      readonly kind: 'store'
      readonly next: SessionRecord
      readonly changed: readonly string[]
      /** Whether the session moves to a new key. */
      readonly rotate: boolean
      /** Whether the answer sets the cookie. */
      readonly cookie: boolean
      /** Whether the state before was exactly the commit's base, so that a minimal answer tells all. */
      readonly exact: boolean
    }
  | { readonly kind: 'replayed'; readonly cookie: boolean }
  /** An empty commit without a session: there is nothing to extend, and it creates none. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'conflict'; readonly conflicts: readonly string[] }
  | { readonly kind: 'expiry-too-long'; readonly limit: number }
  | { readonly kind: 'unknown-key' | 'gone' | 'key-reused' | 'forgotten' | 'out-of-step' | 'bad-expiry' }

/** Returns whether a key is the server's own, which no list can expose. */
export const isServersOwn = (key: string): boolean => key.startsWith('_')

/**
 * Returns the version that names a stored state as a server with a list of exposed keys shows it: another list shows
 * other keys of the same record. The two states without a session hold no keys, and are the same for everybody.
 */
export function versionOf(subject: Subject, { name }: Pick<ExposedKeys, 'name'>): string {
  if (subject.key === 'known') return `v${subject.record.seq}-${subject.record.mark}.${name}`
  return subject.key === 'none' ? 'v0' : 'v0-unknown'
}

/** Decides what a commit does, in the order of docs/protocol.md: key, exactly once, lineage, after, expect. */
export function decideCommit(subject: Subject, attempt: Attempt, circumstances: Circumstances): Outcome {
  const { commit, n } = attempt
  if (subject.key !== 'known') {
    if (commit.lineage !== null) return { kind: 'gone' }
    // Creating here could bury a living session whose key was rotated a moment ago, so the client looks first.
    if (subject.key === 'unknown' && !commit.fresh) return { kind: 'unknown-key' }
  }
  const record = subject.key === 'known' ? subject.record : emptyRecord(circumstances.lineage)
  const known = clientOf(record, attempt.client)
  // Before the lineage: a first commit whose cookie arrived but whose answer was lost comes again with `lineage: null`.
  if (known && n <= known.n) {
    return n === known.n && attempt.hash === known.hash ? { kind: 'replayed', cookie: known.cookie } : { kind: 'key-reused' }
  }
  if (subject.key === 'known' && commit.lineage !== record.lineage) return { kind: 'gone' }
  if (!known && seqOf(commit.base) < record.floor) return { kind: 'forgotten' }
  if (!isInStep(record, known, attempt)) return { kind: 'out-of-step' }
  const conflicts = findConflicts(record, commit, versionOf(subject, circumstances.keys))
  if (conflicts) return { kind: 'conflict', conflicts }
  if (subject.key !== 'known' && isTouch(commit)) return { kind: 'idle' }
  return store(record, attempt, circumstances, subject)
}

/** Returns whether a commit has no content. */
function isTouch({ set = {}, delete: gone = [], clear, expiry, cycleKey }: Commit): boolean {
  return Object.keys(set).length === 0 && gone.length === 0 && !clear && expiry === undefined && !cycleKey
}

/**
 * `after` must be what the record says. A client that the record dropped cannot be asked: its base is not below the
 * floor, so all that it had stored is in its base, and this commit is not.
 */
function isInStep(record: SessionRecord, known: ClientRecord | undefined, { commit }: Attempt): boolean {
  if (known) return commit.after === known.n
  return commit.after === 0 || (record.floor > 0 && seqOf(commit.base) <= record.seq)
}

/** The keys that are not as the commit expects; undefined where all are, empty where only the version differs. */
function findConflicts(record: SessionRecord, commit: Commit, version: string): string[] | undefined {
  const expect = typeof commit.expect === 'object' ? commit.expect : {}
  const keys = Object.keys(expect).filter((key) => (own(record.tags, key) ?? null) !== expect[key])
  const isOtherBase = (commit.clear || commit.expect === 'base') && commit.base !== version
  return keys.length > 0 || isOtherBase ? keys : undefined
}

function store(record: SessionRecord, attempt: Attempt, circumstances: Circumstances, subject: Subject): Outcome {
  const { commit, client, n, hash } = attempt
  const wished = commit.expiry === undefined ? { wish: record.expiry } : toWish(commit.expiry, record.life ?? null, circumstances)
  if (wished === undefined) return { kind: 'bad-expiry' }
  if ('limit' in wished) return { kind: 'expiry-too-long', limit: wished.limit }
  const rotate = subject.key === 'known' && commit.cycleKey === true
  const { canWrite } = circumstances.keys
  const changed = commit.clear ? Object.keys(record.data).filter(canWrite) : (commit.delete ?? [])
  const written = { ...keep(record.data, changed), ...commit.set }
  const tags = { ...keep(record.tags, changed), ...attempt.tags }
  const isNewCookie = subject.key !== 'known' || rotate
  const { next, cookie } = advance(record, { data: written, tags, wish: wished.wish, isNewCookie }, circumstances)
  return {
    kind: 'store',
    next: noteCommit(next, { client, n, hash, seq: next.seq, cookie, at: circumstances.now }),
    changed: [...new Set([...changed, ...Object.keys(commit.set ?? {})])],
    rotate,
    cookie,
    // After `clear` a client cannot know which keys were spared.
    exact: !commit.clear && commit.base === versionOf(subject, circumstances.keys),
  }
}

/** What a write makes of a session; what is undefined stays as it is. */
export interface Advance {
  readonly data: JsonObject
  readonly tags: Tags
  readonly isNewCookie: boolean
  /** The client's wish. */
  readonly wish?: ExpiryRule | undefined
  /** The server's life. */
  readonly life?: ExpiryRule | undefined
  /** Whether somebody signs in: drops the wish, and the absolute end counts from now. */
  readonly isSignIn?: boolean | undefined
}

/** Returns the record after a write: a new version, and the expiry slides. `cookie` says whether the browser needs it again. */
export function advance(
  record: SessionRecord,
  write: Advance,
  { now, mark, ...policy }: Omit<Circumstances, 'lineage' | 'keys'>,
): { readonly next: SessionRecord; readonly cookie: boolean } {
  const { data, tags, isNewCookie, isSignIn = false, life = record.life ?? null, wish = isSignIn ? null : record.expiry } = write
  const rules: LifeRules = {
    life,
    expiry: wish,
    createdAt: record.createdAt ?? now,
    ...(isSignIn ? { signedInAt: now } : record.signedInAt !== undefined && { signedInAt: record.signedInAt }),
  }
  const lifetime = toLifetime(rules, policy)
  const end = expiresAt(lifetime, now)
  const isOtherRule = !isSameRule(wish, record.expiry) || !isSameRule(life, record.life ?? null)
  const cookie = isNewCookie || isOtherRule || !outlives(record.cookieUntil, end, now)
  const until = cookie ? cookieUntil(lifetime, now) : record.cookieUntil
  return { next: { ...record, seq: record.seq + 1, mark, data, tags, ...rules, expiresAt: end, cookieUntil: until }, cookie }
}

/** What a session is before its first write. */
export function emptyRecord(lineage: string): SessionRecord {
  return { lineage, seq: 0, mark: '', data: {}, tags: {}, clients: [], floor: 0, expiry: null, expiresAt: 0, cookieUntil: null }
}

/** The `seq` in a version; 0 for what is no version of a session. */
function seqOf(version: string): number {
  return Number(/^v(\d{1,15})-/.exec(version)?.[1] ?? 0)
}

function keep<T>(object: Readonly<Record<string, T>>, gone: readonly string[]): Readonly<Record<string, T>> {
  if (gone.length === 0) return object
  const keys = new Set(gone)
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.has(key)))
}

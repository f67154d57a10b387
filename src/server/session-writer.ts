// Owns how server code writes the session of one request: in turn, by compare-and-set, with the cookie that its response needs. Called
// by server-session.ts and by the middleware of sojourn/express.
import { SessionEndedError } from '../errors/session-ended-error.ts'
import { SessionNetworkError } from '../errors/session-network-error.ts'
import type { JsonObject } from '../protocol/json.ts'
import { type Context, toSetCookie } from './answers.ts'
import type { ExpiryRule } from './expiry.ts'
import { UnreadableEntryError } from './faults.ts'
import { hasServerWrite, noteServerWrite } from './past-writes.ts'
import { advance, emptyRecord, type SessionRecord, type Subject } from './record.ts'
import { retry } from './retry.ts'
import { toTags } from './tags.ts'
import type { Found, Reservation } from './vault.ts'

/** What a write of the server's own code makes of a session. */
export interface Change {
  readonly data: JsonObject
  /** The server's life; undefined: as before. */
  readonly life?: ExpiryRule
  /** Whether somebody signs in. */
  readonly isSignIn?: boolean
  /** Whether it goes to a new key. */
  readonly rotate?: boolean
  /** Whether it begins a new lineage. */
  readonly isNew?: boolean
}

/** The session of one request, and the cookie that its response has to set. */
export interface SessionWriter {
  /** @throws UnreadableEntryError if the stored session cannot be read */
  subject(): Subject
  /** Returns the session as it was read or written last; undefined if there is none. @throws UnreadableEntryError */
  record(): SessionRecord | undefined
  /** Returns the lineage; of a session that is still to be created, the one that it will have. */
  lineage(): string
  /** The `Set-Cookie` field that the browser needs after what was done. */
  setCookie(): string | undefined
  /** The `Set-Cookie` field that the browser will need after a write to come, for a response that sends its headers before. */
  upcomingCookie(life?: ExpiryRule): string | undefined
  /** Reads the session again; undefined if it is gone. */
  read(): Promise<SessionRecord | undefined>
  /** Stores a change by compare-and-set; undefined stores nothing. The function runs again if another writer was first. */
  write(change: (record: SessionRecord | undefined) => Change | undefined): Promise<void>
  /** Removes the session if it cannot be read, so that a sign-in can take its place; otherwise does nothing. */
  leaveUnreadable(): Promise<void>
  /** Ends the session, one that cannot be read too. */
  remove(): Promise<void>
}

/** Reads the session that a request's `Cookie` field names. */
export async function openWriter(field: string | null, { settings, vault }: Context): Promise<SessionWriter> {
  const cookie = await vault.cookieOf(field)
  let found = await vault.findOrFault(cookie)
  let setCookie: string | undefined
  let isLost = false
  /** The key and the lineage of a session that is still to be created. */
  let reserved: Reservation | undefined
  const reserve = (): Reservation => {
    reserved ??= vault.reserve()
    return reserved
  }
  const opened = (): Found => {
    if (found instanceof UnreadableEntryError) throw found
    return found
  }
  const current = (): SessionRecord | undefined => {
    const { key, subject } = opened()
    return key === undefined ? undefined : subject.record
  }

  async function tryWrite(change: (record: SessionRecord | undefined) => Change | undefined): Promise<true | undefined> {
    const record = current()
    const wanted = change(record)
    if (!wanted) return true
    const { data, life, isSignIn, rotate = false, isNew = false } = wanted
    const from = !record ? emptyRecord(reserve().lineage) : isNew ? emptyRecord(vault.name()) : record
    const write = { data, tags: await toTags(data), life, isSignIn, isNewCookie: !record || rotate }
    const advanced = advance(from, write, toCircumstances())
    const next = noteServerWrite(advanced.next)
    const key = await save(record, next, rotate)
    if (key !== undefined) {
      found = { subject: { key: 'known', record: next }, key }
      reserved = undefined
    } else if (!(await reload(record, next))) return undefined
    const stored = opened()
    if (advanced.cookie && stored.key !== undefined) setCookie = toSetCookie(stored.key, stored.subject.record, settings)
    return true
  }

  function toCircumstances() {
    const { maxAgeMs, maxLifetimeMs, now } = settings
    return { now: now(), maxAgeMs, maxLifetimeMs, mark: vault.name() }
  }

  function save(record: SessionRecord | undefined, next: SessionRecord, rotate: boolean): Promise<string | undefined> {
    const { key } = opened()
    if (!record || key === undefined) return vault.create(next, reserve().key)
    return rotate ? vault.rotate(key, record, next, { by: null }) : vault.replace(key, record, next)
  }

  /**
   * Reads again after a refusal; returns whether the write is stored all the same, because the store got it twice. A session that is
   * gone is not created again: that would undo somebody's log-out.
   */
  async function reload(before: SessionRecord | undefined, next: SessionRecord): Promise<boolean> {
    found = await vault.find(before ? opened().key : reserve().key)
    const record = current()
    if (!before) {
      // The session was created by an earlier write of this request, whose outcome it did not learn.
      if (record && found.key !== undefined) setCookie = toSetCookie(found.key, record, settings)
      return record !== undefined && hasServerWrite(record, next.mark)
    }
    if (record?.lineage !== before.lineage) lose()
    return hasServerWrite(record, next.mark)
  }

  /** Reads the session again if it is still at its key; otherwise the attempt finds out why not. */
  async function refresh(): Promise<void> {
    const latest = await vault.find(opened().key)
    if (latest.key !== undefined && latest.subject.record.lineage === current()?.lineage) found = latest
  }

  async function tryRemove(): Promise<true | undefined> {
    if (found instanceof UnreadableEntryError) return tryDiscard()
    const record = current()
    if (!record || found.key === undefined) return true
    if (await vault.remove(found.key, record)) {
      setCookie = settings.cookie.remove()
      found = { subject: { key: 'none' } }
      return true
    }
    found = await vault.find(found.key)
    // The session lives on under its new key, which this request does not have.
    if (found.tombstone) lose()
    return undefined
  }

  async function tryDiscard(): Promise<true | undefined> {
    if (!(found instanceof UnreadableEntryError)) return true
    if (await vault.discard(found)) {
      setCookie = settings.cookie.remove()
      found = { subject: { key: 'none' } }
      return true
    }
    found = await vault.findOrFault(cookie)
    return undefined
  }

  /** For good: a later write of this request would make a session anew all the same. */
  function lose(): never {
    isLost = true
    throw new SessionEndedError('replaced', 'not-stored', {})
  }

  async function until(attempt: () => Promise<true | undefined>): Promise<void> {
    const isDone = await inTurn(async (hasWaited) => {
      if (isLost) lose()
      // The write before this one has changed the revision, so a try with the old one would be in vain.
      if (hasWaited) await refresh()
      return retry(attempt)
    })
    if (!isDone) throw new SessionNetworkError(503)
  }

  function inTurn<T>(work: (hasWaited: boolean) => Promise<T>): Promise<T> {
    const key = found instanceof UnreadableEntryError ? undefined : found.key
    return key === undefined ? work(false) : vault.inTurn(key, work)
  }

  return {
    subject: () => opened().subject,
    record: current,
    lineage: () => current()?.lineage ?? reserve().lineage,
    setCookie: () => setCookie,
    upcomingCookie: (life) => {
      const record = current()
      const from = record ?? emptyRecord(reserve().lineage)
      const { next, cookie } = advance(from, { data: from.data, tags: from.tags, life, isNewCookie: !record }, toCircumstances())
      return cookie ? toSetCookie(opened().key ?? reserve().key, next, settings) : undefined
    },
    read: async () => {
      found = await vault.find(opened().key ?? reserved?.key)
      return current()
    },
    write: (change) => until(() => tryWrite(change)),
    leaveUnreadable: () => until(tryDiscard),
    remove: () => until(tryRemove),
  }
}

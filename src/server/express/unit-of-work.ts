// Owns what one request does with its session: reads it, notes what the app changes, and stores that once. The middleware creates one
// for each request; it touches no response.
import { SessionEndedError } from '../../errors/session-ended-error.ts'
import { SessionUsageError } from '../../errors/session-usage-error.ts'
import { own } from '../../protocol/json.ts'
import type { Context } from '../answers.ts'
import { expiresAt, toLifetime } from '../expiry.ts'
import { versionOf } from '../record.ts'
import type { SessionWriter } from '../session-writer.ts'
import {
  findChanges,
  isReserved,
  type KeyChange,
  mergeChange,
  readKey,
  type Snapshot,
  toSnapshot,
  withChanges,
  withValues,
} from './changes.ts'
import { type CookieLife, RequestCookie } from './request-cookie.ts'
import { RequestSession, type SessionWork } from './request-session.ts'
import { createRules } from './rules.ts'
import type { ExpressSessionOptions, Session, SessionRequest } from './types.ts'

/** The share of its life that a session has used up when a request without changes extends it. */
const touchedAfter = 0.1

/** What a response has to say of the session. */
export interface ResponseFields {
  readonly setCookie: string | undefined
  /** The version that this request has stored; undefined if it stored nothing. */
  readonly version: string | undefined
}

/** The work of one request on its session. */
export interface UnitOfWork {
  /** Called once, before the headers are sent. */
  fieldsOfResponse(): ResponseFields
  /** Stores what is left to store; undefined if nothing is. Called once, before the response ends. */
  finish(): Promise<void> | undefined
}

/** Gives a request its session, and notes what becomes of it. */
export function createUnitOfWork(
  request: SessionRequest,
  writer: SessionWriter,
  { settings }: Context,
  options: ExpressSessionOptions,
): UnitOfWork {
  const rules = createRules(settings, options.identify ?? {})
  let snapshot: Snapshot = new Map()
  let current: RequestSession | undefined
  let isTouched = false
  let isRegenerated = false
  let hasWritten = false
  let hasFailed = false
  let last: Promise<unknown> = Promise.resolve()
  let pending = 0
  /** Once the headers are sent: the lineage whose cookie they carry, or null. */
  let announced: string | null | undefined

  /** One after the other: two saves of one request would otherwise meet each other. */
  async function enqueue<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.catch(() => {}).then(work)
    last = mine
    pending += 1
    try {
      return await mine
    } finally {
      pending -= 1
    }
  }

  function begin(): void {
    const record = writer.record()
    snapshot = toSnapshot(record?.data ?? {})
    const data = Object.fromEntries([...snapshot].map(([key, text]) => [key, JSON.parse(text) as unknown]))
    const cookie = new RequestCookie(lifeOf(), settings.cookie.attributes, settings.now)
    current = new RequestSession(work, { id: writer.lineage(), req: request, cookie, data })
    request.session = current as Session
    request.sessionID = current.id
  }

  function lifeOf(): CookieLife {
    const record = writer.record()
    const lifetime = toLifetime(record ?? { expiry: null }, settings)
    if (lifetime.atBrowserClose) return { maxAge: null, expires: null }
    const end = record?.expiresAt ?? expiresAt(lifetime, settings.now())
    return { maxAge: Number.isFinite(lifetime.idleMs) ? lifetime.idleMs : end - settings.now(), expires: new Date(end) }
  }

  function check(session: RequestSession): void {
    if (session !== current) {
      throw new SessionUsageError('Failed to save the session: this object was replaced by reload, regenerate or destroy. Use req.session.')
    }
    if (announced !== undefined && !writer.record() && announced !== writer.lineage()) {
      throw new SessionUsageError(
        'Failed to save the session: it is new, and the headers that would carry its cookie are sent. Change req.session before the first res.write.',
      )
    }
  }

  async function store(session: RequestSession, changes: readonly KeyChange[]): Promise<void> {
    check(session)
    const { cookie } = session
    const change = RequestCookie.changeOf(cookie)
    if (change === 'over') return writer.remove()
    await writer.write((record) => {
      const data = record?.data ?? {}
      const values = new Map(changes.map((each) => [each.key, mergeChange(each, data, rules)]))
      for (const [key, value] of values) rules.check(key, value)
      return { data: withValues(data, values), ...(change && { life: change.life }) }
    })
    snapshot = withChanges(snapshot, changes)
    RequestCookie.settle(cookie)
    isRegenerated = false
    hasWritten = true
  }

  async function update(session: RequestSession, key: string, change: (value: unknown) => unknown): Promise<unknown> {
    check(session)
    if (isReserved(key))
      throw new SessionUsageError(`Failed to update req.session.${key}: it is a member of every session. Use another key.`)
    const mine = findChanges(snapshot, session).find((each) => each.key === key)
    const target = session as unknown as Record<string, unknown>
    await writer.write((record) => {
      const data = record?.data ?? {}
      const value = mine ? mergeChange(mine, data, rules) : own(data, key)
      const result = readKey({ [key]: change(value === undefined ? undefined : structuredClone(value)) }, key)
      rules.check(key, result)
      if (result === undefined) delete target[key]
      else target[key] = structuredClone(result)
      return { data: withValues(data, new Map([[key, result]])) }
    })
    snapshot = withChanges(snapshot, [{ key, base: undefined, mine: readKey(session, key) }])
    isRegenerated = false
    hasWritten = true
    return target[key]
  }

  const work: SessionWork = {
    save: (session) => enqueue(async () => store(session, findChanges(snapshot, session))),
    update: (session, key, change) => enqueue(() => update(session, key, change)),
    reload: () =>
      enqueue(async () => {
        if (!(await writer.read())) throw new SessionEndedError('flushed', 'not-stored', {})
        begin()
      }),
    destroy: () => {
      current = undefined
      request.session = undefined
      return enqueue(async () => {
        hasWritten ||= writer.record() !== undefined
        await writer.remove()
      })
    },
    regenerate: () =>
      enqueue(async () => {
        await writer.remove()
        isRegenerated = true
        begin()
      }),
    touch: () => {
      isTouched = true
    },
  }

  const needsSave = (session: RequestSession): boolean =>
    isRegenerated || RequestCookie.changeOf(session.cookie) !== undefined || findChanges(snapshot, session).length > 0

  /** Whether a request without changes extends the session: not each one, since every write is a new version for the clients. */
  function isTouchDue(): boolean {
    const record = writer.record()
    if (!record) return false
    const lifetime = toLifetime(record, settings)
    const gain = expiresAt(lifetime, settings.now()) - record.expiresAt
    return gain > (isTouched ? 0 : lifetime.idleMs * touchedAfter)
  }

  /** The session to be stored; undefined if the app took it away, or took its id away. */
  function sessionToStore(): RequestSession | undefined {
    const { session, sessionID } = request
    if (!session || sessionID !== current?.id) return undefined
    if (session === current) return current
    throw new SessionUsageError(
      'Failed to save the session: the app put another object in place of req.session. Change its keys, or call req.session.regenerate().',
    )
  }

  /** Starts what is left to do; undefined if nothing is. @throws whatever says that the session cannot be stored */
  function startRest(): Promise<unknown> | undefined {
    const isUnset = !request.session && options.unset === 'destroy'
    if (isUnset && current && (pending > 0 || writer.record())) return work.destroy(current)
    const session = sessionToStore()
    if (session && needsSave(session)) return work.save(session)
    if (session && isTouchDue()) return enqueue(() => store(session, []))
    return pending > 0 ? last : undefined
  }

  /** Waits for what is left, and notes whether it failed. */
  async function finish(rest: Promise<unknown>): Promise<void> {
    try {
      await rest
    } catch (error) {
      hasFailed = true
      throw error
    }
  }

  function upcomingCookie(): string | undefined {
    // The response says that the save failed.
    if (hasFailed) return undefined
    try {
      const session = sessionToStore()
      if (!session || !needsSave(session)) return undefined
      const change = RequestCookie.changeOf(session.cookie)
      return change === 'over' ? undefined : writer.upcomingCookie(change?.life)
    } catch {
      // `finish` says why.
      return undefined
    }
  }

  begin()
  return {
    fieldsOfResponse: () => {
      const upcoming = upcomingCookie()
      announced = upcoming === undefined ? null : writer.lineage()
      return {
        setCookie: upcoming ?? writer.setCookie(),
        version: hasWritten ? versionOf(writer.subject(), settings.keys) : undefined,
      }
    },
    finish: () => {
      try {
        const rest = startRest()
        return rest && finish(rest)
      } catch (error) {
        return finish(Promise.reject(error))
      }
    },
  }
}

// The simulated server: the real handler, and what a judge may ask about its store.
import { toEntry } from '../../src/server/entries.ts'
import { type ExposedKeys, everyKey } from '../../src/server/exposed-keys.ts'
import { createMemoryStore, type ServerSession, type SessionHandler, type SessionStore } from '../../src/server/index.ts'
import { toBase64Url } from '../../src/server/keys.ts'
import { decideCommit, type SessionRecord, versionOf } from '../../src/server/record.ts'
import { createEventLog, type EventLog, type Rotated, type Stored } from './event-log.ts'
import { createRequest, digest, LightResponse, real } from './host.ts'
import { createHandlers } from './lists/handlers.ts'
import { judgeResponse } from './lists/judge.ts'
import type { Lists } from './lists/plan.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'

/** A request of a client, as it left. */
export interface Sent {
  /** The tab that sends it. */
  readonly who: string
  readonly method: string
  readonly cookie: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  readonly at: number
}

export interface SimulatedServer {
  readonly lineages: EventLog['lineages']
  readonly versions: EventLog['versions']
  /** Returns what a cookie reaches now, as the app of a tab shows it; undefined if it reaches nothing. */
  reach(cookie: string | undefined, who?: string): Stored | undefined
  /** Whether a lineage has a key that reaches it. */
  isAlive(lineage: string): boolean
  /** The lineage that a cookie reaches, or reached before a rotation. */
  lineageOf(cookie: string | undefined): string | undefined
  /** The last new key of a lineage. */
  rotationOf(lineage: string): Rotated | undefined
  handle(request: Sent): Promise<LightResponse>
  /** Runs server code on the session of a cookie; gives its answer. */
  serve(who: string, cookie: string | undefined, run: (session: ServerSession) => Promise<unknown>): Promise<LightResponse>
  /** Ends the session of a cookie as its expiry does. */
  expire(cookie: string | undefined): void
  /** As if 64 other clients had written. */
  evict(cookie: string | undefined): void
  /** Puts a former state in the place of the present one, the record of clients included: a view that saves an old whole dict. */
  restore(cookie: string | undefined, former: string): boolean
  /** The stored text of a session, for `restore`. */
  save(cookie: string | undefined): string | undefined
  /** The process dies and another starts: what it has under way is neither stored nor answered. */
  kill(): void
  /** The app's validation refuses a key so many times, and then takes it. */
  refuse(key: string, count: number): void
  readonly errors: unknown[]
}

export interface ServerParts {
  readonly lists: Lists
  readonly scheduler: Scheduler
  readonly random: Random
  /** Draws the names of sessions and versions: how many the handler takes must not change what a history does. */
  readonly names: Random
  readonly wallClock: () => number
  readonly maxAgeMs: number
  /** How long each step of the store may take, in milliseconds; 0 for none. */
  readonly latencyMs: number
  /** Receives what a response must not hold. */
  onLeak(what: string): void
  /** Receives every response of the session, in their order. */
  readonly onResponse?: ((response: LightResponse) => void) | undefined
  /** Told every stored state, at the moment at which it is. */
  onStored(stored: Stored): void
  /** Told every session that a client's commit has created. */
  onCreated(lineage: string, request: Sent): void
  /** Told every session that is ended by a request. */
  onEnded(lineage: string): void
}

const encoder = new TextEncoder()

/** In mode `pages` the handler's responses are the host's own. */
async function toLight(response: Response): Promise<LightResponse> {
  if (!(response instanceof real.Response)) return response as unknown as LightResponse
  const text = await response.text()
  return new LightResponse(text === '' ? null : text, { status: response.status, headers: [...response.headers] })
}

/** The real handler over the real memory store, with an eye on every write. */
export function createServer(parts: ServerParts): SimulatedServer {
  const { scheduler, random, wallClock, latencyMs, lists } = parts
  const eventLog = createEventLog(scheduler, lists, parts.onStored)
  const { records, versions } = eventLog
  const errors: unknown[] = []
  let life = 0
  let foreigners = 0
  const inner = createMemoryStore({ now: wallClock })
  const ids = new Map<string, string>()
  const refusals = new Map<string, number>()
  function idOf(cookie: string): string {
    const id = ids.get(cookie) ?? toBase64Url(digest(encoder.encode(cookie)))
    ids.set(cookie, id)
    return id
  }

  /** A step of the store takes its time; one of a process that died meanwhile never ends. */
  function wait(born: number): Promise<void> | undefined {
    if (latencyMs === 0 || random.chance(0.5)) return
    return new Promise((resolve) => {
      scheduler.after(random.int(latencyMs), () => {
        if (born === life) resolve()
      })
    })
  }

  const storeOf = (list: number): SessionStore => ({
    async read(id) {
      await wait(life)
      return inner.read(id)
    },
    async write(write) {
      const born = life
      await wait(born)
      const isWritten = await inner.write(write)
      if (isWritten) eventLog.note(write, list)
      await wait(born)
      return isWritten
    },
    async remove(id, revision) {
      await wait(life)
      const isRemoved = await inner.remove(id, revision)
      if (isRemoved) parts.onEnded(records.get(id)?.lineage as string)
      if (isRemoved) records.delete(id)
      return isRemoved
    },
    sweep: inner.sweep,
  })

  const handlers = createHandlers({ ...parts, storeOf, refusals, onError: (error) => errors.push(error) })
  const handlerOf = (list: number): SessionHandler => handlers[list] as SessionHandler

  const recordOf = (cookie: string | undefined): SessionRecord | undefined => {
    const record = cookie === undefined ? undefined : records.get(idOf(cookie))
    return record && record.expiresAt > wallClock() ? record : undefined
  }

  /** Puts a record in the place of the present one, beside the handler. */
  function replace(cookie: string, before: SessionRecord, record: SessionRecord): void {
    const write = {
      id: idOf(cookie),
      expected: before.mark,
      entry: toEntry(record),
    }
    // The memory store writes before its promise settles.
    void inner.write(write)
    eventLog.note(write)
  }

  const toFields = (cookie: string | undefined, headers: Readonly<Record<string, string>>): Record<string, string> => ({
    ...headers,
    'Sec-Fetch-Site': 'same-origin',
    ...(cookie !== undefined && { Cookie: `__Host-session=${cookie}` }),
  })

  return {
    lineages: eventLog.lineages,
    versions,
    errors,
    reach(cookie, who = '') {
      const record = recordOf(cookie)
      return record && versions.get(versionOf({ key: 'known', record }, lists.exposed[lists.home(who)] as ExposedKeys))
    },
    isAlive: (lineage) => [...records.values()].some((record) => record.lineage === lineage && record.expiresAt > wallClock()),
    lineageOf: (cookie) => (cookie === undefined ? undefined : eventLog.lineageAt(idOf(cookie))),
    rotationOf: (lineage) => eventLog.rotations.get(lineage),
    async handle(sent) {
      const { who, method, cookie, headers, body } = sent
      const list = lists.route(who)
      const response = await toLight(await handlerOf(list)(createRequest(method, toFields(cookie, headers), body)))
      for (const what of judgeResponse(response, body ?? '', list, lists)) parts.onLeak(what)
      parts.onResponse?.(response)
      // A server in front of the app refuses what is too large, without a problem document.
      if (response.status === 422 && response.body?.includes('not now') && random.chance(0.3))
        return new LightResponse(null, { status: 413 })
      if (method === 'PATCH' && response.status === 200 && response.headers.get('Set-Cookie') !== null) {
        const { lineage, version } = JSON.parse(response.body as string) as { lineage: string; version: string }
        const stored = versions.get(version)
        if (stored && !stored.before) parts.onCreated(lineage, sent)
      }
      return response
    },
    async serve(who, cookie, run) {
      const session = await handlerOf(lists.route(who)).open(createRequest('POST', toFields(cookie, {})))
      try {
        await run(session)
      } catch {
        return new LightResponse(null, { status: 500 })
      }
      return session.respond(new LightResponse(null, { status: 204 }) as unknown as Response) as unknown as LightResponse
    },
    expire(cookie) {
      const record = recordOf(cookie)
      if (!record) return
      void inner.remove(idOf(cookie as string), record.mark)
      records.delete(idOf(cookie as string))
    },
    evict(cookie) {
      const record = recordOf(cookie)
      if (!record) return
      let next = record
      for (let index = 0; index < 64; index++) {
        const attempt = {
          client: `foreign-client-${foreigners++}`,
          n: 1,
          hash: 'h',
          tags: {},
          commit: { lineage: next.lineage, base: versionOf({ key: 'known', record: next }, everyKey), after: 0 },
        }
        const mark = `evict${scheduler.now()}-${random.int(2 ** 31)}`
        const outcome = decideCommit({ key: 'known', record: next }, attempt, {
          now: wallClock(),
          maxAgeMs: parts.maxAgeMs,
          maxLifetimeMs: Number.POSITIVE_INFINITY,
          mark,
          lineage: '',
          keys: everyKey,
        })
        if (outcome.kind === 'store') next = outcome.next
      }
      if (next !== record) replace(cookie as string, record, next)
    },
    save: (cookie) => JSON.stringify(recordOf(cookie)),
    restore(cookie, former) {
      const record = recordOf(cookie)
      const old = JSON.parse(former) as SessionRecord
      if (record?.lineage !== old.lineage) return false
      replace(cookie as string, record, { ...old, seq: record.seq + 1, mark: `old${scheduler.now()}-${random.int(2 ** 31)}` })
      return true
    },
    kill() {
      life++
    },
    refuse: (key, count) => void refusals.set(key, count),
  }
}

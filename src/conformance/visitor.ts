// Owns one browser with one client of the checks: cookies, last state, commit number. Sends only what a check asks for.
import { createClientId } from '../protocol/client-id.ts'
import { formatIdempotencyKey, idempotencyKeyHeader, sessionClientHeader, sessionLineageHeader } from '../protocol/headers.ts'
import type { State } from '../protocol/state.ts'
import type { ControlEvent } from './control.ts'
import { exchange, type Fields, isSessionCookie, open, type Sending } from './exchange.ts'
import { hasStatus } from './expectations.ts'
import { NotRun } from './failure.ts'
import { createJar, type Jar } from './jar.ts'
import type { Settings } from './options.ts'
import type { Reply } from './reply.ts'

/** A commit with its bytes and its number, to send as often as wanted. */
export interface PreparedCommit {
  /** Sends it with the current cookies. */
  send(): Promise<Reply>
  /** Sends it and breaks the connection off: after some milliseconds, or when the head of the response has come. */
  drop(when: number | 'head'): Promise<void>
}

/** One browser with one client in it: keeps cookies, state and number, and does nothing by itself. */
export interface Visitor {
  readonly jar: Jar
  readonly client: string
  /** The last whole state that came. */
  readonly state: State
  /** The value of the session's cookie. */
  readonly key: string | undefined
  /** The name of the session's cookie. */
  readonly cookieName: string | undefined
  /** The number of the last commit. */
  n: number
  /** Uses numbers after this one, as a client that has sent so many. */
  continueFrom(n: number): void
  read(fields?: Fields): Promise<Reply>
  /** Sends a commit on the last state; `members` come next to or instead of what that gives. */
  commit(members?: object, fields?: Fields): Promise<Reply>
  prepare(members?: object, fields?: Fields): PreparedCommit
  /** Sends a body as it is, under the next number, which it does not use up. */
  send(body: string | Uint8Array<ArrayBuffer>, fields?: Fields): Promise<Reply>
  end(lineage?: string | null, fields?: Fields): Promise<Reply>
  /** Any other request to the session. */
  ask(method: string, fields?: Fields): Promise<Reply>
  /** Has the server's own code do something in a request of this visitor. */
  cause(event: ControlEvent, members?: object): Promise<Reply>
  /** Another client over the same cookies: a tab of the same browser. It has read. */
  tab(): Promise<Visitor>
  /** The same client over a copy of the cookies, in the same state: a request that left a moment ago, or another device. */
  copy(): Visitor
}

interface Start {
  readonly jar?: Jar
  readonly client?: string
  readonly state?: State
  readonly n?: number
}

const nothing: State = { lineage: null, version: '', data: {}, last: 0, expiry: { age: 0, atBrowserClose: false } }

/** Creates a visitor; without a jar a new one, who has no cookie. */
export function createVisitor(settings: Settings, start: Start = {}): Visitor {
  const { jar = createJar(), client = createClientId() } = start
  let state = start.state ?? nothing

  const cookieName = (): string | undefined => jar.names().find((name) => isSessionCookie(settings, name))

  async function send(sending: Sending): Promise<Reply> {
    const reply = await exchange(settings, jar, sending)
    if (reply.state?.data) state = reply.state as State
    return reply
  }

  /** What every request that changes something carries; read at the time of sending, as a token may be new. */
  function unsafe(): Fields {
    const token = jar.get(settings.csrfCookie) ?? state.csrf
    return { Origin: settings.origin, ...(token !== undefined && { [settings.csrfHeader]: token }) }
  }

  const patch = (n: number, body: string | Uint8Array<ArrayBuffer>, fields: Fields): Sending => ({
    method: 'PATCH',
    body,
    fields: { ...unsafe(), 'Content-Type': 'application/json', [idempotencyKeyHeader]: formatIdempotencyKey(client, n), ...fields },
  })

  function prepare(members: object = {}, fields: Fields = {}): PreparedCommit {
    visitor.n += 1
    const { n } = visitor
    const body = JSON.stringify({ lineage: state.lineage, base: state.version, after: state.last, ...members })
    return {
      send: () => send(patch(n, body, fields)),
      drop: async (when) => {
        const controller = new AbortController()
        const sent = open(settings, jar, { ...patch(n, body, fields), signal: controller.signal })
        // Broken off on purpose: whether it was served before does not matter.
        const ended = sent.then(
          () => undefined,
          () => undefined,
        )
        await (when === 'head' ? ended : new Promise((resolve) => setTimeout(resolve, when)))
        controller.abort()
        await ended
      },
    }
  }

  const visitor: Visitor = {
    jar,
    client,
    n: start.n ?? 0,
    continueFrom(n) {
      visitor.n = n
    },
    get state() {
      return state
    },
    get cookieName() {
      return cookieName()
    },
    get key() {
      const name = cookieName()
      return name === undefined ? undefined : jar.get(name)
    },
    read: (fields) => send({ method: 'GET', fields: { [sessionClientHeader]: client, ...fields } }),
    commit: (members, fields) => prepare(members, fields).send(),
    prepare,
    send: (body, fields = {}) => send(patch(visitor.n + 1, body, fields)),
    end: (lineage = state.lineage, fields = {}) =>
      send({ method: 'DELETE', fields: { ...unsafe(), [sessionClientHeader]: client, [sessionLineageHeader]: lineage, ...fields } }),
    ask: (method, fields = {}) => send({ method, fields: { ...unsafe(), ...fields } }),
    cause: async (event, members = {}) => {
      if (settings.control === undefined) throw new NotRun('there is no control URL')
      const fields = { ...unsafe(), 'Content-Type': 'application/json' }
      const reply = await send({ method: 'POST', url: settings.control, body: JSON.stringify({ event, ...members }), fields })
      if (reply.status === 501) throw new NotRun(`the control URL has no event "${event}"`)
      hasStatus(reply, 200, 204)
      return reply
    },
    tab: async () => {
      const tab = createVisitor(settings, { jar })
      await tab.read()
      return tab
    },
    copy: () => createVisitor(settings, { jar: jar.copy(), client, state, n: visitor.n }),
  }
  return visitor
}

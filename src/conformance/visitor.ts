import { formatIdempotencyKey, idempotencyKeyHeader, sessionClientHeader, sessionLineageHeader } from '../protocol/headers.ts'
import type { State } from '../protocol/state.ts'
import type { ControlEvent } from './control.ts'
import { hasStatus, show } from './expectations.ts'
import { ConformanceFailure, NotRun } from './failure.ts'
import { createJar, type Jar, readSetCookies } from './jar.ts'
import type { Settings } from './options.ts'
import { type Reply, readReply } from './reply.ts'

/** Header fields of a request; null takes one away that would be there. */
export type Fields = Readonly<Record<string, string | null>>

/** A commit with its bytes and its number, to send as often as wanted. */
export interface PreparedCommit {
  /** Sends it with the cookies of now. */
  send(): Promise<Reply>
  /** Sends it and breaks the connection off: after some milliseconds, or when the head of the answer has come. */
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
  read(fields?: Fields): Promise<Reply>
  /** Sends a commit on the last state; `members` come beside or instead of what that gives. */
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

interface Sending {
  readonly method: string
  readonly fields?: Fields
  readonly body?: string | Uint8Array<ArrayBuffer>
  readonly url?: string
  readonly signal?: AbortSignal
}

const nothing: State = { lineage: null, version: '', data: {}, last: 0, expiry: { age: 0, atBrowserClose: false } }

/** Creates a visitor; without a jar a new one, who has no cookie. */
export function createVisitor(settings: Settings, start: Start = {}): Visitor {
  const { jar = createJar(), client = newClient() } = start
  let state = start.state ?? nothing

  const isSession = (name: string): boolean => (settings.cookie === undefined ? name !== settings.csrfCookie : name === settings.cookie)
  const cookieName = (): string | undefined => jar.names().find(isSession)

  /** Sends a request; the answer is not read yet. */
  async function open({ method, fields = {}, body, url = settings.url, signal }: Sending): Promise<Response> {
    const headers = new Headers()
    for (const [name, value] of Object.entries({ Cookie: jar.header() ?? null, ...fields })) if (value !== null) headers.set(name, value)
    const timeout = AbortSignal.timeout(settings.timeoutMs)
    return settings.fetch(url, {
      method,
      headers,
      ...(body !== undefined && { body }),
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
  }

  async function exchange(sending: Sending): Promise<Reply> {
    const label = `${sending.method}${typeof sending.body === 'string' ? ` ${show(sending.body).slice(1, -1).replaceAll('\\"', '"')}` : ''}`
    try {
      const response = await open(sending)
      const cookies = readSetCookies(response.headers)
      jar.store(cookies)
      const reply = await readReply(
        label,
        response,
        cookies.filter(({ name }) => isSession(name)),
      )
      if (reply.state?.data) state = reply.state as State
      return reply
    } catch (error) {
      throw new ConformanceFailure(`${label} was not answered: ${reasonOf(error)}`)
    }
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
      send: () => exchange(patch(n, body, fields)),
      drop: async (when) => {
        const controller = new AbortController()
        const sent = open({ ...patch(n, body, fields), signal: controller.signal })
        // Broken off on purpose: whether it was answered before does not matter.
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
    read: (fields) => exchange({ method: 'GET', fields: { [sessionClientHeader]: client, ...fields } }),
    commit: (members, fields) => prepare(members, fields).send(),
    prepare,
    send: (body, fields = {}) => exchange(patch(visitor.n + 1, body, fields)),
    end: (lineage = state.lineage, fields = {}) =>
      exchange({ method: 'DELETE', fields: { ...unsafe(), [sessionClientHeader]: client, [sessionLineageHeader]: lineage, ...fields } }),
    ask: (method, fields = {}) => exchange({ method, fields: { ...unsafe(), ...fields } }),
    cause: async (event, members = {}) => {
      if (settings.control === undefined) throw new NotRun('there is no control URL')
      const fields = { ...unsafe(), 'Content-Type': 'application/json' }
      const reply = await exchange({ method: 'POST', url: settings.control, body: JSON.stringify({ event, ...members }), fields })
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

/** A client id that nobody else has: 128 random bits. */
export function newClient(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error ? `${message} (${cause.message})` : message
}

// Gives the tests of express-session what they ask for as `express-session`: the middleware of sojourn/express with the options translated, over
// a store that they can look into. It never changes what the middleware does.
import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { session as createMiddleware, RequestCookie, RequestSession, type SessionMiddleware, type SessionRequest } from 'sojourn/express'
import { createMemoryStore, createSessionHandler, type SessionStore, type StoreEntry } from 'sojourn/server'

type Callback = (error?: unknown, result?: unknown) => void

/** A store with the methods that the tests call and replace. What our handler asks for goes through the same methods, with `work`. */
class MemoryStore extends EventEmitter {
  readonly #entries = new Map<string, StoreEntry>()
  readonly #store: SessionStore = createMemoryStore()

  get(sid: string, done: Callback, work?: () => Promise<unknown>): void {
    if (work) return settle(work, done)
    const [, entry] = this.#find(sid) ?? []
    done(null, entry && { ...dataOf(entry), cookie: { expires: new Date(entry.expiresAt) } })
  }
  set(sid: string, session: object, done: Callback, work?: () => Promise<unknown>): void {
    if (work) return settle(work, done)
    const [id = '', entry] = this.#find(sid) ?? []
    if (!entry) return done(new Error('no such session'))
    const { cookie: _, ...data } = session as Readonly<Record<string, unknown>>
    const content = JSON.parse(entry.value) as { readonly record: object }
    const revision = `${entry.revision.slice(1)}x`
    const value = JSON.stringify({ record: { ...content.record, mark: revision, data } })
    settle(() => this.#write(id, entry.revision, { ...entry, revision, value }), done)
  }
  destroy(_: string, done: Callback, work: () => Promise<unknown>): void {
    settle(work, done)
  }
  all(done: Callback): void {
    done(null, Object.fromEntries([...this.#entries].filter(([, { expiresAt }]) => expiresAt > Date.now())))
  }
  length(done: Callback): void {
    this.all((_, sessions) => done(null, Object.keys(sessions as object).length))
  }
  load(sid: string, done: Callback): void {
    this.get(sid, done)
  }
  clear(done: Callback): void {
    const entries = [...this.#entries]
    this.#entries.clear()
    settle(() => Promise.all(entries.map(([id, { revision }]) => this.#store.remove(id, revision))), done)
  }

  /** The store that our handler gets. */
  toStore(): SessionStore {
    const call = <T>(run: (done: Callback) => void): Promise<T> =>
      new Promise((resolve, reject) => run((error, result) => (error ? reject(error) : resolve(result as T))))
    return {
      read: (id) => call((done) => this.get(id, done, () => this.#store.read(id))),
      write: ({ id, expected, entry }) => call((done) => this.set(id, entry, done, () => this.#write(id, expected, entry))),
      remove: (id, revision) =>
        call((done) =>
          this.destroy(id, done, () => {
            this.#entries.delete(id)
            return this.#store.remove(id, revision)
          }),
        ),
    }
  }

  async #write(id: string, expected: string | null, entry: StoreEntry): Promise<boolean> {
    const isStored = await this.#store.write({ id, expected, entry })
    if (isStored) this.#entries.set(id, entry)
    return isStored
  }

  #find(lineage: string): [string, StoreEntry] | undefined {
    return [...this.#entries].find(([, { value }]) => value.includes(JSON.stringify(lineage)))
  }
}

const dataOf = ({ value }: StoreEntry): object => (JSON.parse(value) as { readonly record: { readonly data: object } }).record.data

function settle(work: () => Promise<unknown>, done: Callback): void {
  work().then((result) => done(null, result), done)
}

interface StockOptions {
  readonly cookie?: Readonly<Record<string, unknown>>
  readonly name?: string
  readonly key?: string
  readonly store?: MemoryStore
  readonly saveUninitialized?: boolean
  readonly unset?: 'keep' | 'destroy'
}

/** What `require('express-session')` returns. */
export function stock(options: StockOptions = {}): SessionMiddleware {
  const { cookie = {}, store = new MemoryStore(), name = options.key ?? 'connect.sid', unset, saveUninitialized = true } = options
  const { maxAge, path = '/' } = cookie
  const sessions = createSessionHandler({
    keys: [],
    store: store.toStore(),
    cookie: { name, path: path as string, secure: false },
    ...(typeof maxAge === 'number' && { maxAgeMs: maxAge }),
    onError: () => {},
  })
  const middleware = createMiddleware(sessions, { unset })
  return (request, response, next) => {
    signCookies(name, request, response as unknown as ServerResponse)
    middleware(request, response, (error) => {
      if (!error && saveUninitialized && request.session instanceof RequestSession) saveAtEnd(request, response)
      next(error)
    })
  }
}

/** What `saveUninitialized: true` does, which the tests take for granted: a new session is saved though it is empty. */
function saveAtEnd(request: SessionRequest, response: { end(...parts: never[]): unknown }): void {
  const { session } = request
  const isEmpty = (): boolean => Object.keys(request.session ?? {}).join() === 'cookie'
  const end = response.end.bind(response) as (...parts: unknown[]) => unknown
  let isEnded = false
  response.end = (...parts: unknown[]) => {
    if (isEnded) return response
    if (!session || request.session !== session || !isEmpty()) return end(...parts)
    isEnded = true
    session.save(() => end(...parts))
    return response
  }
}

/** The tests take the session's id from its cookie, where `s:<id>.<signature>` stands. Ours has the key there. */
function signCookies(name: string, request: SessionRequest, response: Pick<ServerResponse, 'setHeader'>): void {
  const { headers } = request as { headers: { cookie?: string | undefined } }
  const key = new RegExp(`(^|;\\s*)${name}=s%3A[\\w-]+\\.`)
  if (headers.cookie !== undefined) headers.cookie = headers.cookie.replace(key, `$1${name}=`)
  const setHeader = response.setHeader.bind(response)
  response.setHeader = (field, value) => {
    const sign = (cookie: string): string => cookie.replace(new RegExp(`^${name}=(?=.{43};)`), `${name}=s%3A${request.sessionID}.`)
    return setHeader(field, field === 'Set-Cookie' ? [value].flat().map((cookie) => sign(String(cookie))) : value)
  }
}

export const doors = Object.assign(stock, { Session: RequestSession, Store: MemoryStore, Cookie: RequestCookie, MemoryStore })

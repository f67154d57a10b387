// Owns the object that an app has as `req.session`: its keys are the app's, its methods are express-session's. The unit of work does
// what they ask for.
import type { RequestCookie } from './request-cookie.ts'

/** Receives the error of a call, or nothing. */
export type Done = (error?: unknown) => void

/** What the methods of a session ask the unit of work for. */
export interface SessionWork {
  save(session: RequestSession): Promise<void>
  reload(session: RequestSession): Promise<void>
  destroy(session: RequestSession): Promise<void>
  regenerate(session: RequestSession): Promise<void>
  update(session: RequestSession, key: string, change: (current: unknown) => unknown): Promise<unknown>
  touch(): void
}

/** What a session starts with. */
export interface SessionStart {
  readonly id: string
  readonly req: object
  readonly cookie: RequestCookie
  /** The data, as a copy that the app may change in place. */
  readonly data: Readonly<Record<string, unknown>>
}

/**
 * The session of one request, as express-session has it. What the request changed is stored before its response ends, merged with what
 * others stored meanwhile. Each method takes a callback, or returns a promise without one.
 */
export class RequestSession {
  /** The public id of the session, its lineage. */
  declare readonly id: string
  declare readonly req: object
  /** How long the session lives. */
  declare cookie: RequestCookie
  readonly #work: SessionWork

  constructor(work: SessionWork, { id, req, cookie, data }: SessionStart) {
    this.#work = work
    Object.defineProperties(this, { id: { value: id }, req: { value: req } })
    this.cookie = cookie
    Object.assign(this, data)
  }

  /** Stores the changes now. */
  save(done: Done): this
  save(): Promise<void>
  save(done?: Done): this | Promise<void> {
    return this.#settle(this.#work.save(this), done)
  }

  /** Reads the session again and drops what was not saved; `req.session` is then a new object. @throws SessionEndedError if it is gone */
  reload(done: Done): this
  reload(): Promise<void>
  reload(done?: Done): this | Promise<void> {
    return this.#settle(this.#work.reload(this), done)
  }

  /** Ends the session: its data, its key and the browser's cookie are gone. */
  destroy(done: Done): this
  destroy(): Promise<void>
  destroy(done?: Done): this | Promise<void> {
    return this.#settle(this.#work.destroy(this), done)
  }

  /** Ends the session and begins an empty one with another key; `req.session` is then a new object. Call it at each log-in. */
  regenerate(done: Done): this
  regenerate(): Promise<void>
  regenerate(done?: Done): this | Promise<void> {
    return this.#settle(this.#work.regenerate(this), done)
  }

  /**
   * Changes one key by a function, at once and atomically, and resolves with the new value: the function is given what is stored now
   * and runs again if another request was first, so it must be pure. Counters need it, since `req.session.views++` counts from what
   * this request has read.
   *
   * @throws SessionSchemaError if the schema refuses the result
   * @example
   * await req.session.update('views', (views = 0) => views + 1)
   */
  update<K extends keyof this & string>(
    key: K,
    change: (current: this[K] | undefined) => this[K] | undefined,
  ): Promise<this[K] | undefined> {
    return this.#work.update(this, key, change as (current: unknown) => unknown) as Promise<this[K] | undefined>
  }

  /** Extends the session with this request's response, also if nothing changes. */
  touch(): this {
    this.#work.touch()
    return this
  }

  /** As `touch`. */
  resetMaxAge(): this {
    return this.touch()
  }

  #settle(work: Promise<void>, done: Done | undefined): this | Promise<void> {
    if (!done) {
      // A caller may leave it at that: what is not stored is stored, or reported, when the response ends.
      work.catch(() => {})
      return work
    }
    // Out of the promise's chain, so that what the callback throws is an uncaught exception and no rejection.
    const report = (error?: unknown): void => void setImmediate(done, error)
    work.then(() => report(), report)
    return this
  }
}
